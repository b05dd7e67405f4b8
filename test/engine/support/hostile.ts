import { BASE } from "../engine-fixture.ts";

/** What each image runs; all of them share one file and one layer. */
const HOSTILE: Readonly<Record<string, string>> = {
  floods: `
    threading.Thread(target=Server(("0.0.0.0", 8000), Handler).serve_forever).start()
    for _ in range(1000):
        os.write(1, (b"x" * 99 + b"\\n") * 1000)`,
  line: `
    threading.Thread(target=Server(("0.0.0.0", 8000), Handler).serve_forever).start()
    for _ in range(1000):
        os.write(1, b"x" * 100_000)`,
  forks: `
    while True:
        try:
            if os.fork() == 0:
                time.sleep(600)
        except OSError:
            time.sleep(600)`,
  silent: `
    server, kept = listener(), []
    while True:
        kept.append(server.accept())`,
  garbage: `
    server = listener()
    while True:
        with server.accept()[0] as connection:
            connection.sendall(os.urandom(64_000))`,
  endless: `
    server = listener()
    while True:
        with server.accept()[0] as connection:
            connection.recv(10_000)
            connection.sendall(b"HTTP/1.1 200 OK\\r\\n\\r\\n")
            try:
                while True:
                    connection.sendall(b"y" * 65_536)
            except OSError:
                pass`,
  ipv6: `
    Six(("::", 8000), Handler).serve_forever()`,
  both: `
    Both(("::", 8000), Handler).serve_forever()`,
  late: `
    Server(("0.0.0.0", 8000), Late).serve_forever()`,
  ends: `
    print("done", flush=True)`,
  serves: `
    Server(("0.0.0.0", 8000), Handler).serve_forever()`,
};

const SCRIPT = `
import os, socket, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer as Server

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass

class Late(Handler):
    def do_GET(self):
        time.sleep(2)
        super().do_GET()

class Six(Server):
    address_family, alone = socket.AF_INET6, 1

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, self.alone)
        super().server_bind()

class Both(Six):
    alone = 0

def listener():
    server = socket.create_server(("0.0.0.0", 8000))
    return server
${Object.entries(HOSTILE)
  .map(([name, body]) => `\ndef ${name}():${body}\n`)
  .join("")}
globals()[sys.argv[1]]()
`;

/** One stage for each image. */
export function hostileDockerfile(): { readonly dockerfile: string; readonly files: Readonly<Record<string, string>> } {
  const stages = Object.keys(HOSTILE).map(
    (name) => `FROM service AS ${name}\nCMD ["python", "/hostile.py", "${name}"]\n`,
  );
  const dockerfile = `FROM ${BASE} AS service
COPY hostile.py /
EXPOSE 8000
USER 1001:1001

${stages.join("\n")}
FROM service AS shells
USER 0
RUN rm -f /bin/sh /bin/bash /bin/dash /usr/bin/sh /usr/bin/bash /usr/bin/dash

FROM scratch AS noshell
COPY --from=shells / /
EXPOSE 8000
USER 1001:1001
CMD ["python", "/hostile.py", "serves"]

FROM scratch AS nocommand
COPY hostile.py /
`;
  return { dockerfile, files: { "hostile.py": SCRIPT } };
}

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "../../../src/kit/exec.ts";

/** No reader of code finds the routes of such a server: its team says where it answers. */
export function tinyConfiguration(more = ""): string {
  return `output: Dockerfile.prod\nenv: { TINY_GREETING: "hello" }\ndecisions: { health: /health }\n${more}`;
}

/** A service without a single dependency: it builds in seconds and can be broken in every way. */
const FILES: Readonly<Record<string, string>> = {
  "pyproject.toml": [
    "[project]",
    'name = "tiny"',
    'version = "1.0.0"',
    'requires-python = ">=3.12"',
    "dependencies = []",
    "",
  ].join("\n"),
  "uv.lock": [
    "version = 1",
    "revision = 3",
    'requires-python = ">=3.12"',
    "",
    "[[package]]",
    'name = "tiny"',
    'version = "1.0.0"',
    'source = { virtual = "." }',
    "",
  ].join("\n"),
  "tiny/__init__.py": "",
  "tiny/server.py": `"""A health route, an echo route, and an end at SIGTERM once every request is answered."""
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GREETING = os.environ["TINY_GREETING"]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 4  # An idle connection is let go before the grace period ends.

    def do_GET(self):
        self.answer(200 if self.path == "/health" else 404, GREETING.encode())

    def do_POST(self):
        self.answer(200, self.rfile.read(int(self.headers.get("content-length", 0))))

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = False


def main():
    server = Server(("0.0.0.0", 8000), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print("listening on 8000", flush=True)
    server.serve_forever()
    server.server_close()


if __name__ == "__main__":
    sys.exit(main())
`,
  Dockerfile: `FROM python:3.13-slim
WORKDIR /app
COPY . .
EXPOSE 8000
CMD ["python", "-m", "tiny.server"]
`,
  "seaworthy.yaml": tinyConfiguration(),
};

export interface Fixture extends AsyncDisposable {
  readonly folder: string;
}

/** Writes the service, with changes, into a git repository of its own. A value of undefined takes a file away. */
export async function tinyService(
  changes: Readonly<Record<string, string | Buffer | undefined>> = {},
): Promise<Fixture> {
  const folder = await mkdtemp(join(tmpdir(), "seaworthy-tiny-"));
  for (const [path, content] of Object.entries({ ...FILES, ...changes })) {
    if (content === undefined) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  const git = (...args: string[]) =>
    run("git", ["-c", "user.name=t", "-c", "user.email=t@example.invalid", ...args], { cwd: folder });
  await git("init", "-q");
  await git("add", "-A");
  await git("commit", "-qm", "tiny");
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

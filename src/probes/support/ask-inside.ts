import type { Container } from "../../engine/engine.ts";
import type { Contract } from "../../model/types.ts";
import { type HealthAnswer, healthPathOver } from "./ask-health.ts";
import { runPython } from "./python.ts";
import type { Wire } from "./wire.ts";

/**
 * Where nobody outside can ask, the question is asked inside, with the image's own Python: on both loopbacks, because a
 * service may listen on IPv6 only.
 */
export async function askHealthInside(
  container: Container,
  contract: Contract,
  wire: Wire,
  signal: AbortSignal,
): Promise<HealthAnswer | "no Python" | undefined> {
  const given = {
    port: contract.port,
    path: healthPathOver(wire, contract),
    tls: wire.tls,
    grpc: wire.grpc,
    host: wire.host ?? null,
  };
  const script = `import json\nGIVEN = json.loads(${JSON.stringify(JSON.stringify(given))})\n${wire.version === 2 ? HTTP2 : HTTP1}${ASK}`;
  const result = await runPython(container, script, { signal });
  if (result === undefined) return "no Python";
  return result.code === 0 ? answerOf(result.stdout) : undefined;
}

/** The output is foreign: the service's own Python printed it. */
function answerOf(text: string): HealthAnswer | undefined {
  let said: Readonly<Record<string, unknown>> | null;
  try {
    said = JSON.parse(text) as typeof said;
  } catch {
    return undefined;
  }
  const { status, path, elsewhere } = said ?? {};
  if (typeof status !== "number" || status < 100 || typeof path !== "string") return undefined;
  return { status, path, ...(typeof elsewhere === "string" ? { elsewhere } : {}) };
}

/** `ask(host, secure)` over HTTP/1.1, as it is asked from outside: redirects on the same host are followed. */
const HTTP1: string = `
import http.client
from urllib.parse import urljoin, urlsplit

def once(host, secure, path):
    if secure:
        import ssl
        connection = http.client.HTTPSConnection(host, GIVEN["port"], timeout=5, context=ssl._create_unverified_context())
    else:
        connection = http.client.HTTPConnection(host, GIVEN["port"], timeout=5)
    connection.request("GET", path, headers={"Host": "%s:%d" % (GIVEN["host"], GIVEN["port"])} if GIVEN["host"] else {})
    answer = connection.getresponse()
    return answer.status, answer.getheader("location")

def ask(host, secure):
    name = "[%s]" % host if ":" in host else host
    here = "%s://%s:%d" % ("https" if secure else "http", name, GIVEN["port"])
    path = GIVEN["path"]
    for hops in range(6):
        status, location = once(host, secure, path)
        said = {"status": status, "path": path}
        if not location or status not in (301, 302, 303, 307, 308) or hops == 5:
            return said
        to = urlsplit(urljoin(here + path, location))
        there = "%s://%s" % (to.scheme, to.netloc)
        if there != here:
            return dict(said, elsewhere=there)
        path = (to.path or "/") + ("?" + to.query if to.query else "")
`;

/** The same over HTTP/2, of which Python brings no client: one request, and the first answer to it. */
const HTTP2: string = `
import socket, struct

USUAL = {0x88: 200, 0x89: 204, 0x8A: 206, 0x8B: 304, 0x8C: 400, 0x8D: 404, 0x8E: 500}

def frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload

def field(name, value):
    return b"\\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()

def ask(host, secure):
    connection = socket.create_connection((host, GIVEN["port"]), 5)
    if secure:
        import ssl
        context = ssl._create_unverified_context()
        context.set_alpn_protocols(["h2"])
        connection = context.wrap_socket(connection)
    grpc = GIVEN["grpc"]
    head = [(":method", "POST" if grpc else "GET"), (":scheme", "https" if secure else "http"), (":path", GIVEN["path"]), (":authority", "localhost")]
    head += [("content-type", "application/grpc"), ("te", "trailers")] if grpc else []
    sent = b"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n" + frame(4, 0, 0, b"")
    sent += frame(1, 4 if grpc else 5, 1, b"".join(field(*one) for one in head))
    sent += frame(0, 1, 1, bytes(5)) if grpc else b""
    connection.sendall(sent)
    answers = connection.makefile("rb")
    while True:
        start = answers.read(9)
        if len(start) < 9:
            raise OSError("closed")
        kind, flags = start[3], start[4]
        payload = answers.read(int.from_bytes(start[:3], "big"))
        if kind in (4, 6) and not flags & 1:
            connection.sendall(frame(kind, 1, 0, payload if kind == 6 else b""))
        elif kind in (3, 7):
            raise OSError("refused")
        elif kind == 1 and not grpc:
            head = payload.lstrip(bytes(range(0x20, 0x40)))
            # Any other status is written out, and no good one is.
            return {"status": USUAL.get(head[0] if head else 0, 599), "path": GIVEN["path"]}
        elif kind == 1 and flags & 1:
            return {"status": 404, "path": GIVEN["path"]}
        elif kind == 0 and grpc:
            return {"status": 200 if b"\\x08\\x01" in payload[5:] else 503, "path": GIVEN["path"]}
`;

/** Asked again for some seconds while nobody answers: another start of Python would cost more than the question. */
const ASK: string = `
import time
until = time.monotonic() + 3
while time.monotonic() < until:
    for secure in (GIVEN["tls"], not GIVEN["tls"]):
        for host in ("127.0.0.1", "::1"):
            try:
                said = ask(host, secure)
            except (OSError, ValueError, ImportError):
                continue
            except Exception as error:
                if type(error).__module__ != "http.client":
                    raise
                continue
            print(json.dumps(said))
            raise SystemExit
    time.sleep(0.2)
raise SystemExit(1)
`;

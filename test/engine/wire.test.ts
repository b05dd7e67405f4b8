import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { becomesHealthy } from "../../src/checks/becomes-healthy.ts";
import { stopAnswersInFlight } from "../../src/checks/stop-answers-in-flight.ts";
import { stopsWithOpenStream } from "../../src/checks/stops-with-open-stream.ts";
import type { ConnectedEngine } from "../../src/engine/engine.ts";
import { run } from "../../src/kit/exec.ts";
import type { Verdict } from "../../src/model/types.ts";
import { drain } from "../../src/probes/drain.ts";
import { openConnections } from "../../src/probes/open-connections.ts";
import { startUp } from "../../src/probes/start-up.ts";
import { BASE, connect } from "./engine-fixture.ts";
import { pipInstall, withImage } from "./support/proof.ts";

/** Images that speak something else than HTTP/1.1 without TLS. */

const SECURE = {
  Dockerfile: `FROM ${BASE}
COPY app.py cert.pem key.pem /
USER 1001:1001
EXPOSE 8000
CMD ["python3", "-u", "/app.py"]
`,
  "app.py": `import signal, ssl, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    def answer(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
    do_GET = do_POST = answer

class Server(ThreadingHTTPServer):
    daemon_threads = False

server = Server(("0.0.0.0", 8000), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/cert.pem", "/key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
server.serve_forever()
server.server_close()
`,
};

const GRPC = {
  Dockerfile: `FROM ${BASE}
${pipInstall("grpcio==1.71.2", "grpcio-health-checking==1.71.2")}COPY app.py /
USER 1001:1001
EXPOSE 8000
CMD ["python3", "-u", "/app.py"]
`,
  "app.py": `import signal
from concurrent.futures import ThreadPoolExecutor
import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

server = grpc.server(ThreadPoolExecutor(4))
servicer = health.HealthServicer()
health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
servicer.set("", health_pb2.HealthCheckResponse.SERVING)
server.add_insecure_port("0.0.0.0:8000")
server.start()
signal.signal(signal.SIGTERM, lambda *_: server.stop(5))
server.wait_for_termination()
`,
};

/** The same, with its source changed. */
const grpcWith = (from: string, to: string) => {
  expect(GRPC["app.py"]).toContain(from);
  return { ...GRPC, "app.py": GRPC["app.py"].replace(from, to) };
};

/** The service of the planted faults that speaks HTTP/2 alone, here over TLS, chosen by ALPN. */
const http2OverTls = (atEnd = "await drain()") => {
  const plain = readFileSync(new URL("../faults/service/h2.py", import.meta.url), "utf8");
  const secure = `import ssl
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("/cert.pem", "/key.pem")
    context.set_alpn_protocols(["h2"])
    server = await loop.create_server(Talk, "0.0.0.0", 8000, ssl=context)`;
  const source = plain
    .replace('server = await loop.create_server(Talk, "0.0.0.0", 8000)', secure)
    .replace("    await drain()", `    ${atEnd}`);
  return { Dockerfile: SECURE.Dockerfile, "app.py": source };
};

async function certify(folder: string): Promise<void> {
  const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=demo.internal"];
  const made = await run("openssl", [...request, "-keyout", `${folder}/key.pem`, "-out", `${folder}/cert.pem`]);
  expect(made).toMatchObject({ code: 0 });
  // openssl lets nobody else read the key; in the image another user does.
  expect(await run("chmod", ["0644", `${folder}/key.pem`])).toMatchObject({ code: 0 });
}

let engine: ConnectedEngine;
beforeAll(async () => {
  engine = await connect();
  await engine.ensure(BASE);
});
afterAll(() => engine[Symbol.asyncDispose]());

it("proves an image that speaks TLS only, and holds a request in flight in it", async () => {
  await withImage(
    { engine, files: SECURE, routes: [{ method: "POST", path: "/items" }], prepare: certify },
    async (proof) => {
      const overTls = expect.stringContaining("over TLS, its certificate not checked") as string;
      expect(await proof.of(becomesHealthy, startUp)).toMatchObject({ status: "pass", message: overTls });
      const held = expect.stringContaining("POST /items, half of its body sent") as string;
      expect(await proof.of(stopAnswersInFlight, drain)).toMatchObject({ status: "pass", message: held });
    },
  );
});

const containing = (text: string) => expect.stringContaining(text) as string;

describe("an image that speaks HTTP/2 alone, over TLS", () => {
  const verdict = (atEnd?: string): Promise<Verdict> =>
    withImage({ engine, files: http2OverTls(atEnd), prepare: certify }, async (proof) => {
      const message = containing("HTTP/2 over TLS, its certificate not checked");
      expect(await proof.of(becomesHealthy, startUp)).toMatchObject({ status: "pass", message });
      return await proof.of(stopAnswersInFlight, drain);
    });
  const half = "POST /items, half of its body sent, taken for in flight by its silence";

  it("answers the request in flight", async () =>
    expect(await verdict()).toMatchObject({ status: "pass", message: containing(half) }));
  it("is caught when it drops that", async () =>
    expect(await verdict("pass")).toMatchObject({ status: "fail", message: containing(`was dropped: ${half}`) }));
});

describe("an image that speaks gRPC", () => {
  const half = "gRPC's Health/Check, half of its message sent";

  it("is asked for its health, and answers the call in flight, and ends while it is watched", async () => {
    await withImage({ engine, files: GRPC }, async (proof) => {
      const serving = containing("The health service said SERVING over gRPC");
      expect(await proof.of(becomesHealthy, startUp)).toMatchObject({ status: "pass", message: serving });
      const answered = containing(`answered whole with gRPC status 0`);
      expect(await proof.of(stopAnswersInFlight, drain)).toMatchObject({ status: "pass", message: answered });
      const watched = containing("while gRPC's Health/Watch was streaming");
      expect(await proof.of(stopsWithOpenStream, openConnections)).toMatchObject({ status: "pass", message: watched });
    });
  });

  it("is caught when it drops the call", async () => {
    await withImage({ engine, files: grpcWith("server.stop(5)", "server.stop(0)") }, async (proof) => {
      const failed = { status: "fail", message: containing(half) };
      expect(await proof.of(stopAnswersInFlight, drain)).toMatchObject(failed);
    });
  });

  it("is caught when it waits for those who watch it", async () => {
    await withImage({ engine, files: grpcWith("server.stop(5)", "server.stop(60)") }, async (proof) => {
      const failed = { status: "fail", message: containing("with gRPC's Health/Watch streaming") };
      expect(await proof.of(stopsWithOpenStream, openConnections)).toMatchObject(failed);
    });
  });

  it("has no call that could be held where it has no health service, and that is said", async () => {
    const without = grpcWith("health_pb2_grpc.add_HealthServicer_to_server(servicer, server)", "pass");
    await withImage({ engine, files: without }, async (proof) => {
      await expect(proof.of(stopAnswersInFlight, drain)).rejects.toMatchObject({
        code: "probe/no-grpc-call-held",
        hint: containing("grpcio-health-checking"),
      });
    });
  });
});

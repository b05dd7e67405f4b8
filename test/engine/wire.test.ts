import { afterAll, beforeAll, expect, it } from "vitest";
import { becomesHealthy } from "../../src/checks/becomes-healthy.ts";
import { stopAnswersInFlight } from "../../src/checks/stop-answers-in-flight.ts";
import type { ConnectedEngine } from "../../src/engine/engine.ts";
import { run } from "../../src/kit/exec.ts";
import { drain } from "../../src/probes/drain.ts";
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

let engine: ConnectedEngine;
beforeAll(async () => {
  engine = await connect();
  await engine.ensure(BASE);
});
afterAll(() => engine[Symbol.asyncDispose]());

it("proves an image that speaks TLS only, and holds a request in flight in it", async () => {
  const certify = async (folder: string) => {
    const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=demo.internal"];
    const made = await run("openssl", [...request, "-keyout", `${folder}/key.pem`, "-out", `${folder}/cert.pem`]);
    expect(made).toMatchObject({ code: 0 });
    // openssl lets nobody else read the key; in the image another user does.
    expect(await run("chmod", ["0644", `${folder}/key.pem`])).toMatchObject({ code: 0 });
  };
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

it("asks gRPC's own health service of an image, and says why no call of it is held", async () => {
  await withImage({ engine, files: GRPC }, async (proof) => {
    const serving = expect.stringContaining("The health service said SERVING over gRPC") as string;
    expect(await proof.of(becomesHealthy, startUp)).toMatchObject({ status: "pass", message: serving });
    await expect(proof.of(stopAnswersInFlight, drain)).rejects.toMatchObject({
      code: "probe/needs-http1",
      message: "It speaks only gRPC, and a request is held in flight only over HTTP/1.1",
      hint: expect.stringContaining("a call of its own client is in flight") as string,
    });
  });
});

import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import {
  createSecureServer as createSecureHttp2Server,
  createServer as createHttp2Server,
  type ServerHttp2Stream,
} from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { exampleContract } from "../../src/checks/support/examples.ts";
import type { Container } from "../../src/engine/engine.ts";
import { run } from "../../src/kit/exec.ts";
import { firstHealthy } from "../../src/probes/support/health.ts";
import { halfBody } from "../../src/probes/support/in-flight.ts";
import { visit } from "../../src/probes/support/routes.ts";
import { inWords, spokenBy } from "../../src/probes/support/wire.ts";
import { newConnectionBecame } from "../support/new-connection.ts";

const { signal } = new AbortController();
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A certificate that nobody signed, made here: one in a file would end one day. */
let certificate: { readonly key: string; readonly cert: string };
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-test-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=demo.internal"];
  expect(await run("openssl", [...request, "-keyout", key, "-out", cert])).toMatchObject({ code: 0 });
  certificate = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  rmSync(folder, { recursive: true });
});

/** A container whose published port is a server of this process. */
async function containerOf(server: Server): Promise<Container> {
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    startedAt: performance.now(),
    url: (_: number, path: string) => new URL(path, `http://127.0.0.1:${port}`),
    processes: async () => [],
    exec: async () => ({ code: 127, stdout: "", stderr: "" }),
    exited: (stop: AbortSignal) =>
      new Promise((_, reject) => stop.addEventListener("abort", () => reject(new Error("called off")))),
  } as unknown as Container;
}

const healthOf = (container: Container, limitMs = 5000) =>
  firstHealthy(container, exampleContract, { limitMs, signal });
const spokenTo = (container: Container): string => inWords(spokenBy(container).wire);

const alive: RequestListener = (request, response) => {
  request.resume().on("end", () => response.writeHead(request.url === "/health" ? 200 : 422).end("ok"));
};

describe("a service that speaks TLS only", () => {
  it("is asked over TLS, whoever signed its certificate, and so is everything after", async () => {
    const container = await containerOf(createHttpsServer(certificate, alive));
    expect(await healthOf(container)).toMatchObject({ healthy: true, answer: { status: 200, path: "/health" } });
    expect(spokenTo(container)).toBe("TLS, its certificate not checked");
    expect(await visit(container, exampleContract, ["/health", "/items"], signal)).toEqual([
      { path: "/health", status: 200 },
      { path: "/items", status: 422 },
    ]);
    await using held = await halfBody(container, exampleContract, [{ method: "POST", path: "/items" }]);
    expect(await held?.finish(1000)).toMatchObject({ status: 422, complete: true });
    expect(await newConnectionBecame(container)).toBe("answered");
  });

  it("is found also where it answers 400 to what came without TLS", async () => {
    const secure = createHttpsServer(certificate, alive);
    const port = createTcpServer((socket) => {
      socket.once("data", (first) => {
        socket.pause();
        socket.unshift(first);
        if (first[0] === 0x16) secure.emit("connection", socket);
        else socket.end("HTTP/1.1 400 The plain HTTP request was sent to HTTPS port\r\nContent-Length: 0\r\n\r\n");
        process.nextTick(() => socket.resume());
      });
    });
    const container = await containerOf(port);
    expect(await healthOf(container)).toMatchObject({ healthy: true });
    expect(spokenTo(container)).toBe("TLS, its certificate not checked");
  });
});

describe("a service that speaks HTTP/2 only", () => {
  it("is asked so", async () => {
    const server = createHttp2Server((request, response) => {
      response.writeHead(request.url === "/health" ? 200 : 404).end("ok");
    });
    const container = await containerOf(server);
    expect(await healthOf(container)).toMatchObject({ healthy: true, answer: { status: 200, path: "/health" } });
    expect(spokenTo(container)).toBe("HTTP/2 without TLS");
  });

  it("is found over TLS by ALPN, and a request is held so", async () => {
    const server = createSecureHttp2Server(certificate, (request, response) => {
      request.resume().on("end", () => response.writeHead(request.url === "/health" ? 200 : 422).end("ok"));
    });
    const container = await containerOf(server.on("unknownProtocol", (socket) => socket.destroy()));
    expect(await healthOf(container)).toMatchObject({ healthy: true });
    expect(spokenTo(container)).toBe("HTTP/2 over TLS, its certificate not checked");
    await using held = await halfBody(container, exampleContract, [{ method: "POST", path: "/items" }]);
    expect(held?.request).toContain("after `100 Continue`");
    expect(await held?.finish(1000)).toMatchObject({ status: 422, complete: true });
  });

  const grpc = (answer: (stream: ServerHttp2Stream, path: string) => void) =>
    containerOf(
      createHttp2Server().on("stream", (stream, headers) => {
        if (headers["content-type"] === "application/grpc") answer(stream, String(headers[":path"]));
        else stream.close(2);
      }),
    );
  const says = (message: string) => (stream: ServerHttp2Stream) => {
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.end(Buffer.from(message, "hex"));
  };

  it("is asked for gRPC's health where it speaks gRPC", async () => {
    const asked: string[] = [];
    const container = await grpc((stream, path) => {
      asked.push(path);
      says("00000000020801")(stream);
    });
    expect(await healthOf(container)).toMatchObject({ healthy: true, answer: { status: 200 } });
    expect(spokenTo(container)).toBe("gRPC");
    expect(new Set(asked)).toEqual(new Set(["/grpc.health.v1.Health/Check"]));
  });

  it("is not healthy while that says NOT_SERVING", async () => {
    const container = await grpc(says("00000000020802"));
    expect(await healthOf(container, 1000)).toMatchObject({ healthy: false, last: "HTTP 503" });
  });

  it("has answered where it has no such service, and that is told", async () => {
    const container = await grpc((stream) => {
      stream.respond({ ":status": 200, "content-type": "application/grpc", "grpc-status": "12" }, { endStream: true });
    });
    expect(await healthOf(container)).toMatchObject({ healthy: true, answer: { status: 404 } });
  });
});

describe("a health path that redirects", () => {
  const redirecting = (to: Readonly<Record<string, string>>) =>
    containerOf(
      createServer((request, response) => {
        const location = to[request.url ?? ""];
        if (location === undefined) response.writeHead(200).end("ok");
        else response.writeHead(301, { location: location.replace("HOST", String(request.headers.host)) }).end();
      }),
    );
  it.each<[string, Readonly<Record<string, string>>, object]>([
    ["is followed on the same host", { "/health": "/health/" }, { status: 200, path: "/health/" }],
    ["is followed where it names the host", { "/health": "http://HOST/up?x=1" }, { status: 200, path: "/up?x=1" }],
    [
      "is good where it leads to another host, as to Kubernetes",
      { "/health": "https://demo.example/health" },
      { status: 301, path: "/health", elsewhere: "https://demo.example" },
    ],
  ])("%s", async (_, to, answer) => {
    expect(await healthOf(await redirecting(to))).toMatchObject({ healthy: true, answer });
  });
  it("is no good answer where it goes round in a circle", async () => {
    const container = await redirecting({ "/health": "/a", "/a": "/health" });
    expect(await healthOf(container, 500)).toMatchObject({ healthy: false, last: "HTTP 301" });
  });
});

it("takes a connection that is closed at once for no answer, as before a service listens", async () => {
  for (const close of [(socket: Socket) => socket.destroy(), (socket: Socket) => socket.end()]) {
    const container = await containerOf(createTcpServer((socket) => close(socket.on("error", () => {}).resume())));
    expect(await healthOf(container, 1500)).toMatchObject({ healthy: false });
    expect(spokenBy(container)).toMatchObject({ known: false, wire: { tls: false, version: 1 } });
  }
});

it("says of a service that answers in no way what came", async () => {
  const container = await containerOf(createTcpServer((socket) => socket.end("220 smtp.example ready\r\n")));
  expect(await healthOf(container, 700)).toMatchObject({ healthy: false, last: expect.stringMatching(/Parse Error/) });
});

it("accuses nothing of a protocol of its own where nobody says that it should be HTTP", async () => {
  const container = await containerOf(createTcpServer((socket) => socket.end("220 smtp.example ready\r\n")));
  const nobody = { ...exampleContract, health: undefined };
  const seen = await firstHealthy(container, nobody, { limitMs: 700, signal });
  expect(seen).toMatchObject({ healthy: false, unreached: { unproven: true } });
  expect(JSON.stringify(seen)).toContain("neither HTTP, with TLS or without, nor gRPC");
});

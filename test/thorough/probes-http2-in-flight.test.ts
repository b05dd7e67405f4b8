import { once } from "node:events";
import { constants, createServer, type Http2Server, type Http2Session, type ServerHttp2Stream } from "node:http2";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { exampleContract } from "../../src/checks/support/examples.ts";
import type { Container } from "../../src/engine/engine.ts";
import { takeHostages } from "../../src/probes/support/hostages.ts";
import { halfBody, halfCheck, slowRequest } from "../../src/probes/support/in-flight.ts";
import { SLOW_PATH } from "../../src/probes/support/slow-route.ts";
import { spokenBy } from "../../src/probes/support/wire.ts";
import { newConnectionBecame } from "../support/new-connection.ts";

/** Servers of this process that speak nothing but HTTP/2. */

const servers: Server[] = [];
const sessions = new Set<Http2Session>();
const sockets = new Set<Socket>();
const streams = new Set<ServerHttp2Stream>();
afterEach(() => {
  for (const session of sessions) session.destroy();
  sessions.clear();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  streams.clear();
  for (const server of servers.splice(0)) server.close();
});

const known = (server: Http2Server): Http2Server =>
  server
    .on("session", (session) => sessions.add(session.on("error", () => {})))
    .on("stream", (stream) => streams.add(stream.on("error", () => {})))
    .on("connection", (socket: Socket) => sockets.add(socket.on("error", () => {})));

async function containerOf(server: Server, grpc = false): Promise<Container> {
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const url = (_: number, path: string) => new URL(path, `http://127.0.0.1:${port}`);
  const container = { url } as unknown as Container;
  const told = spokenBy(container);
  told.wire = { tls: false, version: 2, grpc };
  told.known = true;
  return container;
}

const routes = [{ method: "POST", path: "/items" }];

/** Answers a stream when it has all of it. */
const whole = (stream: ServerHttp2Stream, answer: () => void) =>
  stream
    .on("error", () => {})
    .resume()
    .on("end", () => {
      if (!stream.destroyed) answer();
    });
const ok = (stream: ServerHttp2Stream) => {
  stream.respond({ ":status": 422 });
  stream.end("no");
};

const reading = () => known(createServer().on("stream", (stream) => whole(stream, () => ok(stream))));
/** What node calls at `Expect: 100-continue`. */
const confirming = () =>
  known(
    createServer((_, response) => {
      response.stream.on("error", () => {}).resume();
      response.stream.on("end", () => response.writeHead(422).end("no"));
    }),
  );

it("a request is held when the server says `100 Continue`, and answered with its rest", async () => {
  await using held = await halfBody(await containerOf(confirming()), exampleContract, routes);
  expect(held?.request).toBe("POST /items, half of its body sent after `100 Continue`");
  expect(await held?.finish(2000)).toMatchObject({ status: 422, complete: true });
});

it("a request is taken for held by its silence where the server does not say that it reads", async () => {
  await using held = await halfBody(await containerOf(reading()), exampleContract, routes);
  expect(held?.request).toContain("taken for in flight by its silence");
  expect(await held?.finish(2000)).toMatchObject({ status: 422, complete: true });
});

it("a request is answered by a server that says GOAWAY first, as a graceful one does", async () => {
  await using held = await halfBody(await containerOf(reading()), exampleContract, routes);
  for (const session of sessions) session.close();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await held?.finish(2000)).toMatchObject({ status: 422, complete: true });
});

const cutAll = (how: (socket: Socket) => void) => {
  for (const socket of sockets) how(socket);
};

it.each<[string, (session: Http2Session) => void, string]>([
  ["the end of the connection", () => cutAll((socket) => socket.destroy()), "reset"],
  ["an orderly end of the connection", () => cutAll((socket) => socket.end()), "reset"],
  ["GOAWAY with an error", (session) => session.destroy(undefined, 2), "reset"],
  ["a word that it was never begun", () => [...streams].at(-1)?.close(constants.NGHTTP2_REFUSED_STREAM), "refused"],
])("a request that is in flight is dropped by %s", async (_, drop, ended) => {
  await using held = await halfBody(await containerOf(reading()), exampleContract, routes);
  for (const session of sessions) if (!session.destroyed) drop(session);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await held?.finish(2000)).toMatchObject({ complete: false, ended });
});

it("an answer that is cut off is not whole, however the connection ends", async () => {
  for (const cut of [(socket: Socket) => socket.destroy(), (socket: Socket) => socket.end()]) {
    let answers = (stream: ServerHttp2Stream) => ok(stream);
    const server = known(createServer().on("stream", (stream) => whole(stream, () => answers(stream))));
    await using held = await halfBody(await containerOf(server), exampleContract, routes);
    answers = (stream) => {
      stream.respond({ ":status": 422 });
      stream.write("n", () => setTimeout(() => cutAll(cut), 20));
    };
    expect(await held?.finish(2000)).toMatchObject({ status: 422, complete: false });
  }
});

it.each([
  ["2", true],
  ["3", false],
  [undefined, false],
])(
  "an answer of two bytes and content-length %s, whose connection ends before its stream does, is whole: %s",
  async (length, complete) => {
    let answers = (stream: ServerHttp2Stream) => ok(stream);
    const server = known(createServer().on("stream", (stream) => whole(stream, () => answers(stream))));
    await using held = await halfBody(await containerOf(server), exampleContract, routes);
    answers = (stream) => {
      stream.respond({ ":status": 422, ...(length && { "content-length": length }) });
      stream.write("no", () => setTimeout(() => cutAll((socket) => socket.end()), 20));
    };
    expect(await held?.finish(2000)).toMatchObject({ status: 422, complete });
  },
);

it("none is held on routes that answer without the body", async () => {
  const server = known(createServer().on("stream", (stream) => ok(stream.on("error", () => {}))));
  expect(await halfBody(await containerOf(server), exampleContract, routes)).toBeUndefined();
});

it("silence of a server that has not read what was sent is no sign that it waits", async () => {
  let reads = true;
  const inner = reading();
  const server = createTcpServer((socket) => {
    if (reads) inner.emit("connection", socket);
    else socket.on("error", () => {}).write(Buffer.from("000000040000000000", "hex"));
    reads = false;
  });
  expect(await halfBody(await containerOf(server), exampleContract, routes.slice(0, 1))).toBeUndefined();
});

it("a request is held on the route that is added from outside", async () => {
  const server = known(
    createServer().on("stream", (stream, headers) => {
      const asked = new URL(String(headers[":path"]), "http://localhost");
      stream.on("error", () => {});
      const answer = () => {
        stream.respond({ ":status": asked.pathname === SLOW_PATH ? 200 : 404 });
        stream.end("ok");
      };
      setTimeout(answer, Number(asked.searchParams.get("seconds")) * 1000);
    }),
  );
  await using held = await slowRequest(await containerOf(server), exampleContract, 2);
  expect(await held?.finish(4000)).toMatchObject({ status: 200, complete: true });
});

/** A server of gRPC, and the status with which it answers the whole message. */
const calls = (statusOf: (path: string) => number) =>
  known(
    createServer().on("stream", (stream, headers) => {
      const path = String(headers[":path"]);
      const head = { ":status": 200, "content-type": "application/grpc" };
      if (path.endsWith("/Watch") && statusOf(path) === 0) {
        stream.on("error", () => {}).respond(head);
        stream.write(Buffer.from("00000000020801", "hex"));
        return;
      }
      const answer = () => {
        stream.respond(head, { waitForTrailers: true });
        stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": String(statusOf(path)) }));
        stream.end(statusOf(path) === 0 ? Buffer.from("00000000020801", "hex") : "");
      };
      whole(stream, answer);
    }),
  );

it("a call of gRPC's health service is held by half of its message", async () => {
  let status = 0;
  const container = await containerOf(
    calls(() => status),
    true,
  );
  await using held = await halfCheck(container, exampleContract);
  expect(held?.request).toContain("Health/Check, half of its message sent");
  expect(await held?.finish(2000)).toMatchObject({ status: 200, grpcStatus: 0, complete: true });
  await using second = await halfCheck(container, exampleContract);
  status = 14;
  expect(await second?.finish(2000)).toMatchObject({ status: 503, grpcStatus: 14, complete: true });
});

it("no call is held where gRPC has no health service", async () => {
  expect(
    await halfCheck(
      await containerOf(
        calls(() => 12),
        true,
      ),
      exampleContract,
    ),
  ).toBeUndefined();
});

it("connections are kept open as clients of HTTP/2 do, and a stream with them", async () => {
  const server = known(
    createServer().on("stream", (stream, headers) => {
      stream.on("error", () => {}).respond({ ":status": 200 });
      if (headers[":path"] === "/events") stream.write("data");
      else stream.end("ok");
    }),
  );
  const kinds = ["idle", "keep-alive", "stream"] as const;
  const place = { container: await containerOf(server), contract: exampleContract, stream: "/events", webSockets: [] };
  await using open = await takeHostages(kinds, place);
  expect(open.held).toEqual({ idle: true, "keep-alive": true, stream: true });
});

it("gRPC's health is watched where it lets itself be watched", async () => {
  const watched = async (status: number) => {
    const container = await containerOf(
      calls((path) => (path.endsWith("/Watch") ? status : 0)),
      true,
    );
    const stream = "/grpc.health.v1.Health/Watch";
    const place = { container, contract: exampleContract, stream, webSockets: [] };
    await using open = await takeHostages(["keep-alive", "stream"], place);
    return open.held;
  };
  expect(await watched(0)).toEqual({ "keep-alive": true, stream: true });
  expect(await watched(12)).toEqual({ "keep-alive": true, stream: false });
});

it("new connections are answered or refused over HTTP/2 too, and dropped by what answers none", async () => {
  expect(await newConnectionBecame(await containerOf(reading()))).toBe("answered");
  const mute = createTcpServer((socket) => socket.on("error", () => {}).resume());
  expect(await newConnectionBecame(await containerOf(mute))).toBe("dropped");
  const closed = await containerOf(reading());
  servers.pop()?.close();
  expect(await newConnectionBecame(closed)).toBe("refused");
});

import { createHash } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { exampleContract } from "../../src/checks/support/examples.ts";
import type { Container } from "../../src/engine/engine.ts";
import type { Contract, Service } from "../../src/model/types.ts";
import { takeHostages } from "../../src/probes/support/hostages.ts";
import {
  CLOSE,
  codeIn,
  controlFrame,
  type ControlFrame,
  frameReader,
  PING,
} from "../../src/probes/support/websocket-frames.ts";
import { webSocketRoutes } from "../../src/probes/support/websocket-routes.ts";
import { openWebSocket, type OpenWebSocket } from "../../src/probes/support/websocket.ts";

/** As a server sends a frame: not masked. */
function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = Buffer.from(length < 126 ? [0x80 | opcode, length] : [0x80 | opcode, 126, length >> 8, length & 0xff]);
  return Buffer.concat([head, payload]);
}
const close = (code: number) => frame(CLOSE, Buffer.from([code >> 8, code & 0xff]));

describe("frames", () => {
  const told = (bytes: Buffer, piece: number): readonly ControlFrame[] => {
    const frames: ControlFrame[] = [];
    const read = frameReader((one) => frames.push(one));
    for (let at = 0; at < bytes.length; at += piece) read(bytes.subarray(at, at + piece));
    return frames;
  };
  const huge = Buffer.concat([Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70]), Buffer.alloc(70_000, CLOSE)]);
  const talk = Buffer.concat([
    frame(1, Buffer.alloc(5, 0x88)),
    frame(PING, Buffer.from("still there?")),
    frame(2, Buffer.alloc(300, 0x88)),
    huge,
    close(1012),
  ]);

  it.each([1, 7, 1000, 100_000])("are told in pieces of %s bytes, and messages passed over", (piece) => {
    const [ping, last, ...more] = told(talk, piece);
    expect(ping).toEqual({ opcode: PING, payload: Buffer.from("still there?") });
    expect(codeIn(last?.payload ?? Buffer.alloc(0))).toBe(1012);
    expect(more).toEqual([]);
  });

  it("of a client are masked, and hold what was meant", () => {
    const sent = controlFrame(CLOSE, Buffer.from([3, 233]));
    expect(sent.subarray(0, 2)).toEqual(Buffer.from([0x88, 0x82]));
    const mask = sent.subarray(2, 6);
    expect([...sent.subarray(6)].map((byte, index) => byte ^ (mask[index] ?? 0))).toEqual([3, 233]);
  });

  it("that close without a code count as 1005", () => expect(codeIn(Buffer.alloc(0))).toBe(1005));
  it("that control and are too long are none", () => expect(told(frame(CLOSE, Buffer.alloc(200)), 9)).toEqual([]));
});

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

interface Talk {
  readonly socket: Socket;
  /** What the client sent, with the head of its request. */
  readonly sent: () => string;
}

const switching = (request: string, accept?: string) => {
  const key = /^Sec-WebSocket-Key: (\S+)/m.exec(request)?.[1] ?? "";
  const right = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept ?? right}\r\n\r\n`;
};

/** A server of this process that says to each request what `answer` has for it. */
async function serving(
  answer: (request: string) => string,
): Promise<{ readonly port: number; readonly talks: Talk[] }> {
  const talks: Talk[] = [];
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    let sent = "";
    talks.push({ socket, sent: () => sent });
    socket.on("data", (chunk) => {
      const isHead = !sent.includes("\r\n\r\n");
      sent += chunk.toString("latin1");
      if (isHead && sent.includes("\r\n\r\n")) socket.write(answer(sent), "latin1");
    });
  });
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, talks };
}

const opening = { headers: { "X-Room": "1" }, limitMs: 2000 };

describe("a WebSocket", () => {
  async function opened(): Promise<{ readonly webSocket: OpenWebSocket; readonly talk: Talk }> {
    const { port, talks } = await serving((request) => switching(request));
    const webSocket = await openWebSocket(new URL(`http://127.0.0.1:${port}/ws?room=1`), opening);
    const [talk] = talks;
    if (typeof webSocket === "number" || talk === undefined) throw new Error("It was not opened.");
    return { webSocket, talk };
  }

  it("is opened with the query and the headers that let it in, and stays open", async () => {
    const { webSocket, talk } = await opened();
    expect(talk.sent()).toMatch(/^GET \/ws\?room=1 HTTP\/1\.1\r\n/);
    expect(talk.sent()).toContain("\r\nX-Room: 1\r\n");
    expect(await webSocket.openFor(20)).toBe(true);
    expect(await webSocket.end(0)).toEqual({ connection: "open" });
    await webSocket[Symbol.asyncDispose]();
  });

  it("is told by which code it was closed, and answers so", async () => {
    const { webSocket, talk } = await opened();
    const before = talk.sent().length;
    talk.socket.end(close(1001));
    expect(await webSocket.end(2000)).toEqual({ code: 1001, connection: "closed" });
    expect(await webSocket.openFor(0)).toBe(false);
    await once(talk.socket, "close");
    expect(talk.sent().slice(before, before + 2)).toBe("\x88\x82");
  });

  it.each([
    ["closed", "end"],
    ["reset", "resetAndDestroy"],
  ] as const)("that is cut off, %s, has no code", async (connection, cut) => {
    const { webSocket, talk } = await opened();
    talk.socket[cut]();
    expect(await webSocket.end(2000)).toEqual({ connection });
  });

  it("answers a ping: else servers take it for dead", async () => {
    const { webSocket, talk } = await opened();
    const before = talk.sent().length;
    talk.socket.write(frame(PING, Buffer.from("?")));
    await once(talk.socket, "data");
    expect(talk.sent().slice(before, before + 2)).toBe("\x8a\x81");
    await webSocket[Symbol.asyncDispose]();
  });

  it.each([
    ["is refused", () => "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", 403],
    ["is none: the key is not the asked one", (request: string) => switching(request, "bm9uZQ=="), 101],
    ["is none: it speaks something else", () => "SSH-2.0-OpenSSH\r\n\r\n", 0],
  ] as const)("%s", async (_, answer, status) => {
    const { port } = await serving(answer);
    expect(await openWebSocket(new URL(`http://127.0.0.1:${port}/ws`), opening)).toBe(status);
  });

  it("is not waited for longer than told", async () => {
    const { port } = await serving(() => "");
    expect(await openWebSocket(new URL(`http://127.0.0.1:${port}/ws`), { ...opening, limitMs: 30 })).toBe(0);
  });
});

describe("the routes of WebSockets", () => {
  const routesOf = (paths: readonly string[], contract: Partial<Contract> = {}) => {
    const routes = paths.map((path) => ({ method: "WEBSOCKET", path }));
    return webSocketRoutes(
      { service: { routes } as unknown as Service, contract: { ...exampleContract, ...contract } },
      [
        { path: "/items", status: 200 },
        { path: "/chat", status: 426 },
        { path: "/feed", status: 400 },
      ],
    );
  };

  it("are those of the code, and those that ask for an upgrade", () => {
    expect(routesOf(["/ws", "/rooms/{room_id}/ws", "/users/<int:id>", "/admin/shutdown", "/raw/*"])).toEqual([
      { path: "/ws", isKnown: true },
      { path: "/rooms/1/ws", isKnown: true },
      { path: "/users/1", isKnown: true },
      { path: "/chat", isKnown: false },
      { path: "/feed", isKnown: false },
    ]);
  });

  it("are the one that the team names", () => {
    expect(routesOf(["/ws"], { websocket: { path: "/live?token=x" } })).toEqual([
      { path: "/live?token=x", isKnown: true },
    ]);
  });
});

describe("a WebSocket among what is left open", () => {
  const taken = async (answer: (request: string) => string) => {
    const { port, talks } = await serving(answer);
    const url = (_: number, path: string) => new URL(path, `http://127.0.0.1:${port}`);
    const webSockets = [
      { path: "/private?token=x", isKnown: true },
      { path: "/items", isKnown: false },
      { path: "/ws?token=x", isKnown: true },
    ];
    const place = { container: { url } as unknown as Container, contract: exampleContract, stream: undefined };
    return { talks, hostages: await takeHostages(["idle", "websocket"], { ...place, webSockets }) };
  };
  const refusing = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";

  it("is held on the first route that lets it in; those that are known and do not are told, without their queries", async () => {
    const { hostages } = await taken((request) => (request.startsWith("GET /ws") ? switching(request) : refusing));
    await using held = hostages;
    expect(held).toMatchObject({ held: { idle: true, websocket: true }, refused: [{ path: "/private", status: 403 }] });
    expect(held.webSocket?.path).toBe("/ws");
  });

  it("is not held where it was ended at once, or none let it in", async () => {
    const ended = (request: string) => switching(request) + close(1008).toString("latin1");
    await using first = (await taken((request) => (request.startsWith("GET /ws") ? ended(request) : refusing)))
      .hostages;
    expect(first.held).toEqual({ idle: true, websocket: false });
    await using second = (await taken(() => refusing)).hostages;
    expect(second).toMatchObject({ held: { idle: true }, refused: [{ path: "/private" }, { path: "/ws" }] });
    expect(second.webSocket).toBeUndefined();
  });
});

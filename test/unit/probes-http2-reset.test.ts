import { once } from "node:events";
import { constants } from "node:http2";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { openRequest2 } from "../../src/probes/support/http2-request.ts";

/** A server that writes its frames itself: node's own says END_STREAM before each RST_STREAM. */

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const [DATA, HEADERS, RST_STREAM, SETTINGS, PING] = [0, 1, 3, 4, 6];
const [ACK, END_STREAM, END_HEADERS] = [1, 1, 4];

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** By HPACK: `:status` and `content-length`, each as a literal under the name's place in the static table. */
const head = (status: string, length: string): Buffer =>
  Buffer.concat([Buffer.from([0x08, 3]), Buffer.from(status), Buffer.from([0x0f, 0x0d, 1]), Buffer.from(length)]);

const code = (error: number): Buffer => Buffer.from([0, 0, 0, error]);

/** Answers pings and settings, and the first stream with these frames. */
function speak(socket: Socket, answer: readonly Buffer[]): void {
  let received = Buffer.alloc(0);
  let greeted = false;
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    if (!greeted && received.length >= PREFACE.length) {
      greeted = true;
      received = received.subarray(PREFACE.length);
      socket.write(frame(SETTINGS, 0, 0, Buffer.alloc(0)));
    }
    if (!greeted) return;
    while (received.length >= 9 && received.length >= 9 + received.readUIntBE(0, 3)) {
      const [type, flags, length] = [received[3], received[4] ?? 0, received.readUIntBE(0, 3)];
      const payload = received.subarray(9, 9 + length);
      received = received.subarray(9 + length);
      if (type === SETTINGS && flags !== ACK) socket.write(frame(SETTINGS, ACK, 0, Buffer.alloc(0)));
      if (type === PING && flags !== ACK) socket.write(frame(PING, ACK, 0, payload));
      if (type === HEADERS) for (const one of answer) socket.write(one);
    }
  });
}

async function answered(frames: readonly Buffer[]) {
  const server = createServer((socket) => speak(socket, frames));
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await using request = await openRequest2(url, { headers: { ":path": "/" }, first: "", whole: true });
  return await request.answer(5000);
}

const HEAD = frame(HEADERS, END_HEADERS, 1, head("200", "2"));
const body = (text: string, flags = 0) => frame(DATA, flags, 1, Buffer.from(text));
const reset = (error: number) => frame(RST_STREAM, 0, 1, code(error));

it("an answer that is ended by END_STREAM is whole", async () => {
  expect(await answered([HEAD, body("ok", END_STREAM)])).toMatchObject({ status: 200, complete: true });
});

it("an answer stays whole when RST_STREAM follows its END_STREAM: the rest of the request is not wanted", async () => {
  const frames = [HEAD, body("ok", END_STREAM), reset(constants.NGHTTP2_NO_ERROR)];
  expect(await answered(frames)).toMatchObject({ status: 200, complete: true });
});

it.each([
  ["INTERNAL_ERROR", constants.NGHTTP2_INTERNAL_ERROR],
  ["CANCEL", constants.NGHTTP2_CANCEL],
])("an answer that has all its bytes and is then ended by RST_STREAM with %s is not whole", async (_, error) => {
  expect(await answered([HEAD, body("ok"), reset(error)])).toMatchObject({ status: 200, complete: false, bytes: 2 });
});

it("an answer that RST_STREAM ends without an error before all its bytes is not whole", async () => {
  const frames = [HEAD, body("o"), reset(constants.NGHTTP2_NO_ERROR)];
  expect(await answered(frames)).toMatchObject({ status: 200, complete: false, bytes: 1 });
});

import { expect, it } from "vitest";
import { FrameSplitter, LogTail } from "./frames.ts";

function frame(stream: 1 | 2, text: string): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(payload.length, 4);
  return Buffer.concat([head, payload]);
}
const stamp = "2026-11-21T09:31:22.138734577Z";

function read(bytes: Buffer, chunk: number, tail = new LogTail()): LogTail {
  const splitter = new FrameSplitter();
  for (let at = 0; at < bytes.length; at += chunk)
    for (const each of splitter.push(bytes.subarray(at, at + chunk))) tail.push(each);
  return tail;
}

it.each([1, 3, 8, 1000])("splits the streams, however the bytes are cut (%i at a time)", (chunk) => {
  const bytes = Buffer.concat([frame(1, `${stamp} größe\n`), frame(2, `${stamp} bad\r\n`), frame(1, `${stamp} \n`)]);
  expect(read(bytes, chunk).lines()).toEqual([
    { stream: "stdout", at: Date.parse("2026-11-21T09:31:22Z") + 138.735, text: "größe" },
    { stream: "stderr", at: Date.parse("2026-11-21T09:31:22Z") + 138.735, text: "bad" },
    { stream: "stdout", at: Date.parse("2026-11-21T09:31:22Z") + 138.735, text: "" },
  ]);
});

it("joins a long line that comes in several frames, and keeps the other stream out of it", () => {
  const bytes = Buffer.concat([frame(1, `${stamp} one `), frame(2, `${stamp} other\n`), frame(1, `${stamp} two\n`)]);
  expect(
    read(bytes, 1000)
      .lines()
      .map((line) => line.text),
  ).toEqual(["one two", "other"]);
});

it("drops old lines beyond its limit, and never the last one", () => {
  const bytes = Buffer.concat(Array.from({ length: 50_000 }, (_, index) => frame(1, `${stamp} line ${index}\n`)));
  const lines = read(bytes, 60_000, new LogTail(1000)).lines();
  expect(lines.at(-1)?.text).toBe("line 49999");
  expect(lines.length).toBeLessThan(110);
  expect(read(frame(1, `${stamp} ${"x".repeat(5000)}\n`), 9999, new LogTail(1000)).lines()).toHaveLength(1);
});

it("keeps what comes after a line without an end, and only the beginning of that line", () => {
  const endless = Array.from({ length: 100 }, () => frame(1, `${stamp} ${"x".repeat(100)}`));
  const after = Array.from({ length: 5 }, (_, index) => frame(1, `${stamp} line ${index}\n`));
  const lines = read(Buffer.concat([...endless, frame(1, `${stamp} \n`), ...after]), 9999, new LogTail(1000)).lines();
  expect(lines.map(({ text }) => text.slice(0, 6))).toEqual(["line 0", "line 1", "line 2", "line 3", "line 4"]);
  const open = read(Buffer.concat(endless), 9999, new LogTail(1000)).lines();
  expect(open.map(({ text }) => text.length)).toEqual([1000]);
});

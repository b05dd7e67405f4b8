import { expect, it } from "vitest";
import { UserError } from "../../src/kit/errors.ts";
import type { Pin } from "../../src/model/types.ts";
import { readPins, renderPins } from "../../src/registry/pins-file.ts";

const uv: Pin = {
  image: "ghcr.io/astral-sh/uv:0.8",
  digest: `sha256:${"a".repeat(64)}`,
  mediaType: "application/vnd.oci.image.index.v1+json",
  platform: "linux/amd64",
  resolvedAt: "2026-11-21T09:30:00.000Z",
  from: "ghcr.io",
};
const python: Pin = {
  image: "python:3.13-slim",
  digest: `sha256:${"b".repeat(64)}`,
  platform: "linux/amd64",
  resolvedAt: "2026-11-21T09:30:00.000Z",
  from: "127.0.0.1:5000",
  standIn: 'Debian\'s "Python" \\ in place\nof it',
};

it("reads back what it wrote, in any order the same bytes", () => {
  const text = renderPins([python, uv]);
  expect(text).toBe(renderPins([uv, python]));
  expect(readPins(text)).toEqual([uv, python]);
});

it("says how the digests are renewed, by commands that write the file", () => {
  expect(renderPins([uv])).toContain("`seaworthy DIR --renew-pins`, then `seaworthy apply DIR`");
  expect(() => readPins("version = 2")).toThrow(
    expect.objectContaining({
      hint: expect.stringContaining("`seaworthy DIR --renew-pins`, then `seaworthy apply DIR`"),
    }),
  );
});

it("finds nothing in an empty file", () => {
  expect(readPins("")).toEqual([]);
});

it("writes no date for an image without a digest", () => {
  const text = renderPins([{ ...uv, digest: undefined, resolvedAt: undefined, problem: "unpinned: no\nregistry" }]);
  expect(text).toContain("# ghcr.io/astral-sh/uv:0.8 for linux/amd64: unpinned: no registry\n");
  expect(readPins(text)).toEqual([]);
});

it("keeps the date of a digest that has not changed, and takes the new one of a digest that has", () => {
  const later = { ...uv, resolvedAt: "2027-01-01T00:00:00.000Z", from: "mirror.example" };
  expect(renderPins([later], [uv])).toBe(renderPins([uv]));
  const moved = { ...later, digest: python.digest };
  expect(readPins(renderPins([moved], [uv]))).toEqual([moved]);
});

const good = renderPins([uv, python]);
it.each([
  ["no TOML", good.replace("version = 1", "version ="), 2],
  ["another version", good.replace("version = 1", "version = 2"), 2],
  ["a digest that is none", good.replace(`sha256:${"b".repeat(64)}`, "latest"), 15],
  ["a date that is none", good.replace("2026-11-21T09:30:00.000Z", "yesterday"), 9],
  ["a missing field", good.replace(/^source.*\n/m, ""), 4],
])("refuses %s with its line", (_, text, line) => {
  expect(() => readPins(text)).toThrow(UserError);
  expect(() => readPins(text)).toThrow(
    expect.objectContaining({ code: "registry/bad-lock", where: { file: "seaworthy.lock", line } }),
  );
});

it("refuses a key it does not know", () => {
  expect(() => readPins(good.replace("source =", "sorce ="))).toThrow(/cannot be read/);
});

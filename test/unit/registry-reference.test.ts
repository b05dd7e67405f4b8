import { describe, expect, it } from "vitest";
import { endpointsFor, isLoopback, parseMirrors } from "../../src/registry/endpoints.ts";
import { canonicalName, parseReference } from "../../src/registry/reference.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

describe("parseReference", () => {
  it.each([
    ["python", "docker.io/library/python:latest"],
    ["python:3.13-slim", "docker.io/library/python:3.13-slim"],
    ["docker.io/python", "docker.io/library/python:latest"],
    ["index.docker.io/library/python:3", "docker.io/library/python:3"],
    ["astral-sh/uv:0.8", "docker.io/astral-sh/uv:0.8"],
    ["ghcr.io/astral-sh/uv:0.8", "ghcr.io/astral-sh/uv:0.8"],
    ["localhost/base", "localhost/base:latest"],
    ["localhost:5000/base:x", "localhost:5000/base:x"],
    ["127.0.0.1:5000/a/b__c/d-e.f:T_1.2", "127.0.0.1:5000/a/b__c/d-e.f:T_1.2"],
    ["[::1]:5000/base", "[::1]:5000/base:latest"],
    ["Registry/base", "Registry/base:latest"],
    [`python@${DIGEST}`, `docker.io/library/python@${DIGEST}`],
    [`python:3@${DIGEST}`, `docker.io/library/python:3@${DIGEST}`],
  ])("reads %s as Docker does", (text, whole) => {
    expect(canonicalName(parseReference(text))).toBe(whole);
  });

  it.each([
    ["", "no repository name"],
    ["Python", "lower case"],
    ["python:", "no tag"],
    ["python:a b", "no tag"],
    ["python@sha256:abc", "no digest"],
    [`python@sha256:${"A".repeat(64)}`, "no digest"],
    ["a".repeat(64), "image id"],
    [`x/${"a".repeat(255)}`, "longer than 255"],
    ["python:${VERSION}", "variable"],
    ["-bad-.io/x", "no host name"],
    ["a//b", "no repository name"],
    ["a/b\u001b[31m", "no repository name"],
  ])("refuses %j: %s", (text, why) => {
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: "registry/bad-reference" }));
    expect(() => parseReference(text)).toThrow(why);
    expect(() => parseReference(text)).not.toThrow("\u001b");
  });
});

describe("endpointsFor", () => {
  const python = parseReference("python:3");

  it("asks Docker Hub's API host over TLS", () => {
    expect(endpointsFor(python, {})).toEqual([
      { host: "registry-1.docker.io", origin: "https://registry-1.docker.io", repository: "library/python" },
    ]);
  });

  it("asks a mirror first, without TLS only on this machine or when told", () => {
    const origin = (mirror: string, insecure?: readonly string[]) =>
      endpointsFor(python, { "docker.io": mirror }, insecure)[0]?.origin;
    expect(origin("127.0.0.1:5000")).toBe("http://127.0.0.1:5000");
    expect(origin("mirror.example")).toBe("https://mirror.example");
    expect(origin("mirror.example", ["mirror.example"])).toBe("http://mirror.example");
    expect(origin("http://mirror.example")).toBe("http://mirror.example");
    expect(endpointsFor(python, { "docker.io": "mirror.example/hub" })[0]?.repository).toBe("hub/library/python");
    expect(endpointsFor(python, { "docker.io": "mirror.example" })).toHaveLength(2);
  });

  it("knows this machine", () => {
    expect(["localhost:5000", "127.0.0.1", "127.1.2.3:80", "[::1]:5000"].every(isLoopback)).toBe(true);
    expect(["localhost.example", "128.0.0.1", "127.0.0.1.example", "[::2]"].some(isLoopback)).toBe(false);
  });
});

describe("parseMirrors", () => {
  it("reads pairs", () => {
    expect(parseMirrors("docker.io=127.0.0.1:5000, ghcr.io=https://m.example/ghcr")).toEqual({
      "docker.io": "127.0.0.1:5000",
      "ghcr.io": "https://m.example/ghcr",
    });
    expect(parseMirrors(undefined)).toEqual({});
  });

  it("refuses what is no pair", () => {
    expect(() => parseMirrors("docker.io")).toThrow(expect.objectContaining({ code: "registry/bad-mirrors" }));
  });
});

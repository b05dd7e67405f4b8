import { describe, expect, it } from "vitest";
import { copiedFiles } from "../../src/dockerfile/copies.ts";
import { readIgnore } from "../../src/dockerfile/ignore.ts";
import { follow, leadsOut } from "../../src/dockerfile/links.ts";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";

describe("a link in a build context", () => {
  const links = { shared: "real", "app/x": "../real/a", out: "../../other", deep: "/real", loop: "pool", pool: "loop" };

  it.each([
    ["plain/file", "plain/file"],
    ["shared/a", "real/a"],
    ["app/x", "real/a"],
    ["deep/b/c", "real/b/c"],
    // A build knows nothing above its context.
    ["out/file", "other/file"],
  ])("leads from %s to %s", (from, to) => {
    expect(follow(from, links).path).toBe(to);
  });

  it("that leads to itself leads nowhere", () => {
    expect(follow("loop/a", links).path).toBeUndefined();
  });

  it("is outside only when it climbs out", () => {
    expect(leadsOut({ path: "app/x", target: "../../y" })).toBe(true);
    expect(leadsOut({ path: "app/x", target: "../y" })).toBe(false);
    expect(leadsOut({ path: "app/x", target: "/etc/ssl" })).toBe(false);
    expect(leadsOut({ path: "x", target: "..data/y" })).toBe(false);
  });
});

describe("COPY of a link", () => {
  const copied = (args: string, links: Readonly<Record<string, string>>) => {
    const [stage] = parseDockerfile("Dockerfile", `FROM x\nCOPY ${args}\n`).stages;
    const instruction = stage?.instructions.find(({ keyword }) => keyword === "COPY");
    if (instruction === undefined) throw new Error("no COPY");
    const files = ["real/a", "real/b", ...Object.keys(links)];
    return copiedFiles(instruction, { files, links, ignore: readIgnore(""), workdir: "/w" });
  };

  it("copies what it leads to, under its own name", () => {
    expect(copied("one /d/", { one: "real/a" }).files).toEqual([{ source: "real/a", destination: "/d/one" }]);
    expect(copied("all /d/", { all: "real" }).files.map(({ destination }) => destination)).toEqual(["/d/a", "/d/b"]);
  });

  it("out of the context finds nothing, and says which link it was", () => {
    expect(copied("one /d/", { one: "../real/c" }).missing).toEqual([
      {
        source: "one",
        reason: "absent",
        fatal: true,
        ignoredBy: undefined,
        link: { path: "one", target: "../real/c" },
      },
    ]);
  });
});

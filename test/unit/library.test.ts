import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as library from "../../src/index.ts";
import { run } from "../../src/kit/exec.ts";
import { tinyService } from "../engine/support/tiny-service.ts";

const { analyze, plan, report, rework, UserError } = library;
let folder = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "seaworthy-library-"));
  cpSync("examples/reactbin-api", folder, { recursive: true });
  await run("git", ["init", "--quiet", folder]);
  await run("git", ["-C", folder, "add", "--all"]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the library", () => {
  it("analyses as the command does", async () => {
    const { service, dockerfile, findings } = await analyze(folder);
    expect(service.framework?.value).toBe("fastapi");
    expect(dockerfile?.path).toBe("Dockerfile.before");
    expect(findings.map(({ rule }) => rule)).toContain("runs-as-root");
  });

  it("plans, and renders in memory", async () => {
    const { decisions, contract } = await plan(folder);
    expect(decisions.map(({ id }) => id)).toContain("base");
    expect(contract.port).toBe(8000);
    await using service = await tinyService();
    const { files, pins } = await rework(service.folder, { offline: true });
    expect(files.map(({ path }) => path)).toContain("Dockerfile.prod");
    expect(pins.every(({ digest }) => digest === undefined)).toBe(true);
    expect((await run("git", ["-C", service.folder, "status", "--porcelain"])).stdout).toBe("");
  });

  it("says what is to be settled before a rework", async () => {
    // The example gets its lock when it is set up.
    const { refusals } = (await rework(folder, { offline: true })).plan;
    expect(refusals.filter(({ blocking }) => blocking === true)).not.toEqual([]);
  });

  it("says what its caller can do", async () => {
    const nowhere = join(folder, "nowhere");
    await expect(analyze(nowhere)).rejects.toMatchObject({ code: "project/no-folder", hint: expect.any(String) });
    await expect(report(folder)).rejects.toBeInstanceOf(UserError);
    await expect(analyze(folder, { dockerfile: "Dockerfile.none" })).rejects.toMatchObject({
      code: "project/no-dockerfile",
    });
  });

  it("ends with the reason of its signal", async () => {
    const reason = new Error("enough");
    await expect(plan(folder, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it("is described as it is", () => {
    const page = readFileSync("docs/library.md", "utf8");
    const described = [...page.matchAll(/^\| (`.+?`(?:, `.+?`)*) \|.*\| (?:yes|no) \|$/gm)].flatMap(([, names = ""]) =>
      [...names.matchAll(/`(\w+)/g)].map(([, name]) => name),
    );
    expect(new Set([...described, "UserError"])).toEqual(new Set(Object.keys(library)));
  });
});

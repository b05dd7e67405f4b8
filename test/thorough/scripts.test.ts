import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { run } from "../../src/kit/exec.ts";
import { UserError } from "../../src/kit/errors.ts";

const shellScripts = [
  ".ci/run",
  ...readdirSync("scripts", { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => /^(#!.*sh|# shellcheck shell)/.test(readFileSync(file, "utf8"))),
];

async function shellcheck(args: readonly string[], input?: string): Promise<string | undefined> {
  try {
    return (await run("shellcheck", args, input === undefined ? {} : { input })).stdout;
  } catch (error) {
    if (error instanceof UserError && error.code === "exec/not-found") return undefined;
    throw error;
  }
}

const version = await shellcheck(["--version"]);

describe.skipIf(version === undefined)("our shell scripts", () => {
  it("pass shellcheck", async () => {
    expect(shellScripts.length).toBeGreaterThan(5);
    expect(await shellcheck(["--external-sources", ...shellScripts])).toBe("");
  }, 60_000);

  it("would not with a fault in one", async () => {
    expect(await shellcheck(["-"], "#!/bin/sh\nrm -rf $1/*\n")).toContain("SC2086");
  });
});

describe("scripts/lab", () => {
  it("says what it can do, and refuses what it cannot", async () => {
    expect((await run("scripts/lab", ["--help"])).stdout).toContain("scripts/lab down [--purge]");
    const unknown = await run("scripts/lab", ["sideways"]);
    expect(unknown.code).toBe(2);
    expect((await run("scripts/lab", ["up", "--fast"])).stderr).toContain("up has no option --fast");
  });

  it("says so when there is no lab", async () => {
    const env = { SEAWORTHY_LAB_DIR: "/nonexistent/lab" };
    const exports = await run("scripts/lab", ["env"], { env });
    expect(exports).toMatchObject({ code: 2, stdout: "" });
    expect(exports.stderr).toContain("scripts/lab up");
    expect((await run("scripts/lab", ["status"], { env })).stdout).toBe("no lab in /nonexistent/lab\n");
  });
});

describe("our other scripts", () => {
  const tsx = (script: string, ...args: readonly string[]) => run("node_modules/.bin/tsx", [script, ...args]);

  it("read their arguments by one function", () => {
    const files = ["scripts", "bench"].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
    );
    const own = files
      .filter((file) => file.endsWith(".ts") && file !== "scripts/usage.ts")
      .filter((file) => /parseArgs|\bprocess\.argv(?!\[1\])/.test(readFileSync(file, "utf8")));
    expect(own).toEqual([]);
  });

  it("say how they are used, and refuse what they do not know without a stack trace", async () => {
    const help = await tsx("scripts/record-rules.ts", "--help");
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toMatch(/^Records which rules report which examples: [^*]*newer `since`\.\n$/);
    const options = await tsx("scripts/record-rules.ts", "--nonsense");
    expect(options).toMatchObject({ code: 2, stdout: "" });
    expect(options.stderr).toBe(`record-rules.ts: Unknown option '--nonsense'\n\n${help.stdout}`);
    const words = await tsx("scripts/gen.ts", "sideways");
    expect(words).toMatchObject({ code: 2, stdout: "" });
    expect(words.stderr).toContain("gen.ts: it knows no `sideways`\n\nWrites `index.gen.ts`");
    const number = await tsx("scripts/faults.ts", "--repeat", "often");
    expect(number).toMatchObject({ code: 2, stdout: "" });
    expect(number.stderr).toContain("faults.ts: --repeat takes a number from 1 on, not `often`");
  }, 120_000);
});

describe("scripts/set-up-examples", () => {
  it("names the example that does not exist", async () => {
    const folder = mkdtempSync(join(tmpdir(), "seaworthy-examples-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const finished = await run("scripts/set-up-examples", ["no-such"], { env: { SEAWORTHY_EXAMPLES_DIR: folder } });
    expect(finished).toMatchObject({ code: 2, stderr: "set-up-examples: there is no example no-such\n" });
  });

  it("knows an example as found only where there is something to settle", async () => {
    const folder = mkdtempSync(join(tmpdir(), "seaworthy-examples-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const name = "reactbin-api-as-found";
    const finished = await run("scripts/set-up-examples", [name], { env: { SEAWORTHY_EXAMPLES_DIR: folder } });
    expect(finished).toMatchObject({ code: 2, stderr: `set-up-examples: there is no example ${name}\n` });
  });
});

describe("ragstar's settle.sh", () => {
  it("takes the lock out of both ignore files and touches nothing else", async () => {
    const folder = mkdtempSync(join(tmpdir(), "seaworthy-settle-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const names = [".gitignore", ".dockerignore"];
    for (const name of names) copyFileSync(join("examples/ragstar", name), join(folder, name));
    expect(await run(resolve("examples/ragstar/settle.sh"), [], { cwd: folder })).toMatchObject({ code: 0 });
    expect(readdirSync(folder).toSorted()).toEqual(names.toSorted());
    for (const name of names)
      expect(readFileSync(join(folder, name), "utf8")).toBe(
        readFileSync(join("examples/ragstar", name), "utf8").replace("uv.lock\n", ""),
      );
  });
});

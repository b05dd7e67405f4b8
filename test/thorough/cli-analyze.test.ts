import { type AnySchema, Ajv2020 } from "ajv/dist/2020.js";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { targetsOf } from "../../src/cli/analyze/targets.ts";
import { healthy, healthyDockerfile, healthyWith } from "../../src/rules/queries/example.ts";
import { seaworthy } from "../support/in-process.ts";

/** `analyze` on several folders, files, patterns and stdin, in several formats. */

const root = mkdtempSync(join(tmpdir(), "seaworthy-analyze-"));
const faulty = healthyWith([', "--timeout-graceful-shutdown", "20"', ""], ["USER 1001:1001\n", ""]);
const uvRun = healthyWith(['CMD ["uvicorn"', 'CMD ["uv", "run", "uvicorn"']);

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = join(root, folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

beforeAll(() => {
  write("services/good", healthy);
  write("services/bad", { ...healthy, Dockerfile: uvRun });
  write("services/nested", { ...healthy, Dockerfile: "", "docker/Dockerfile": faulty });
  rmSync(join(root, "services/nested/Dockerfile"));
  write("services/none", { "README.md": "nothing here\n" });
  spawnSync("git", ["init", "-q", root]);
  spawnSync("git", ["-C", root, "add", "."]);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
afterEach(() => {
  process.exitCode = undefined;
});

const analyze = (...args: readonly string[]) => seaworthy("analyze", ...args);
const at = (place: string) => join(root, "services", place);

describe("a Dockerfile that is not judged", () => {
  const told = "1 other Dockerfile was not judged: `seaworthy analyze ";
  const othersIn = (stdout: string) =>
    (JSON.parse(stdout) as { services: { otherDockerfiles?: string[] }[] }).services.map((one) => one.otherDockerfiles);

  beforeAll(() => {
    write("two", { ...healthy, "worker/Dockerfile": healthyDockerfile, "worker/requirements.txt": "flask==3.0.0\n" });
    write("two", { "web/Dockerfile": "FROM nginx:1.27\n", "Dockerfile.dev": healthyDockerfile });
  });
  afterAll(() => rmSync(join(root, "two"), { recursive: true }));

  it("is named with the command that judges it, on stderr and as data", async () => {
    const worker = join(root, "two/worker/Dockerfile");
    const { stdout, stderr } = await analyze("--json", join(root, "two"));
    expect(stderr).toBe(`${told}${worker}\` judges it.\n`);
    expect(othersIn(stdout)).toEqual([["worker/Dockerfile"]]);
    const other = await analyze("--json", worker);
    expect(other.stderr).toBe("");
    expect(JSON.parse(other.stdout)).toMatchObject({ services: [{ judged: true, dockerfile: "Dockerfile" }] });
  });

  it("is not named where it was chosen, where it is judged in the same call, and where there is none", async () => {
    const two = join(root, "two");
    for (const args of [
      ["--dockerfile", "Dockerfile", two],
      [two, join(two, "worker")],
      [two, join(two, "worker/Dockerfile")],
      [at("good")],
    ]) {
      const { stdout, stderr } = await analyze("--format", "json", ...args);
      expect({ args, stderr, others: othersIn(stdout).flat().filter(Boolean) }).toEqual({
        args,
        stderr: "",
        others: [],
      });
    }
  });
});

describe("targets", () => {
  const found = async (...written: readonly string[]) => targetsOf(written, root);

  it("takes a folder as it is, below the working folder or elsewhere", async () => {
    expect(await found("services/good", "services/none", "/elsewhere")).toEqual([
      { folder: "services/good" },
      { folder: "services/none" },
      { folder: "/elsewhere" },
    ]);
  });

  it("takes a folder that is no service for the services below it", async () => {
    const folders = ["services/bad", "services/good", "services/nested"].map((folder) => ({ folder }));
    expect(await found(".")).toEqual(folders);
    expect(await found("services")).toEqual(folders);
  });

  it("finds the service of a Dockerfile, and of another file that a hook hands over", async () => {
    expect(await found("services/nested/docker/Dockerfile")).toEqual([
      { folder: "services/nested", dockerfile: "docker/Dockerfile" },
    ]);
    expect(await found("services/good/uv.lock", "services/good/pyproject.toml")).toEqual([{ folder: "services/good" }]);
    write("services/good", { "compose.yaml": "services: {}\n", "requirements-dev.txt": "" });
    expect(await found("services/good/compose.yaml", "services/good/requirements-dev.txt")).toEqual([
      { folder: "services/good" },
    ]);
    expect(await found("services/none/README.md")).toEqual([{ folder: "services/none", dockerfile: "README.md" }]);
  });

  it("expands a pattern to folders with a Dockerfile, or to Dockerfiles", async () => {
    const folders = (await found("services/*")).map(({ folder }) => folder);
    expect(folders).toEqual(["services/bad", "services/good", "services/nested"]);
    const files = (await found("**/Dockerfile")).map(({ folder, dockerfile }) => `${folder} ${dockerfile}`);
    expect(files).toEqual(["services/bad Dockerfile", "services/good Dockerfile", "services/nested docker/Dockerfile"]);
    await expect(found("nothing/*")).rejects.toMatchObject({ code: "analyze/nothing-matched" });
  });
});

// The first call loads the commands: more than five seconds on a machine under load.
describe("several services", { timeout: 60_000 }, () => {
  it("gives one summary, and the worst exit code", async () => {
    const good = await analyze(at("good"), at("nested"));
    expect(good.stdout).toMatch(/\n2 services: \d+ findings? \(\d+ errors?/);
    const { code, stdout } = await analyze(at("bad"), at("good"));
    expect(code).toBe(1);
    expect(stdout).toContain(`${at("good")}/Dockerfile: nothing to change.`);
  });

  it("goes on after one that cannot be judged, and ends with 2", async () => {
    const { code, stdout } = await analyze(at("gone"), at("none"), at("bad"));
    expect(stdout).toContain(`${at("gone")}  error  project-no-folder\n`);
    expect(stdout).toContain(`${at("none")}  error  project-no-dockerfile\n`);
    expect(stdout).toMatch(/\n3 services: \d+ findings? .* 2 could not be judged\.\n$/);
    expect(code).toBe(2);
  });

  it("judges a service once, also when its folder and its Dockerfile are both named", async () => {
    const { stdout } = await analyze(
      "--format",
      "json",
      at("bad"),
      at("bad/Dockerfile"),
      at("bad/uv.lock"),
      at("good"),
    );
    expect(JSON.parse(stdout).summary.services).toBe(2);
  });

  it("keeps the refusal of a single one", async () => {
    const { code, stderr, stdout } = await analyze(at("none"));
    expect(stderr).toContain("[project/no-dockerfile]");
    expect([code, stdout]).toEqual([2, ""]);
  });
});

describe("formats", { timeout: 60_000 }, () => {
  it("writes several at once, files whole and people's text on stdout", async () => {
    const sarif = join(root, "out.sarif");
    const { stdout } = await analyze(
      "--format",
      `sarif=${sarif}`,
      "--format",
      `junit=${join(root, "o.xml")}`,
      at("bad"),
    );
    expect(stdout).toContain("runtime-uv-run");
    expect(JSON.parse(readFileSync(sarif, "utf8")).runs[0].results.length).toBeGreaterThan(0);
    expect(readFileSync(join(root, "o.xml"), "utf8")).toContain("</testsuites>");
    expect(readdirSync(root).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("writes into what is no file, and does not replace it", async () => {
    const before = statSync("/dev/null").isCharacterDevice();
    await analyze("--format", "json=/dev/null", at("good"));
    expect([before, statSync("/dev/null").isCharacterDevice()]).toEqual([true, true]);
  });

  it("keeps to one published shape, for one folder and for several", async () => {
    const schema = JSON.parse(readFileSync("docs/analyze.schema.json", "utf8")) as AnySchema;
    const isValid = new Ajv2020({ strict: false }).compile(schema);
    for (const args of [
      ["--json", at("bad")],
      ["--json", at("bad"), at("good")],
      ["--format", "json", at("good")],
    ]) {
      const data = JSON.parse((await analyze(...args)).stdout) as { readonly services: readonly { facts?: unknown }[] };
      expect([isValid(data), isValid.errors]).toEqual([true, null]);
      // Facts are large: only who asks for data about one service gets them.
      expect(data.services.map(({ facts }) => facts !== undefined)).toEqual(
        args.length === 2 ? [true] : data.services.map(() => false),
      );
      expect(isValid({ ...data, services: [{ folder: 7 }] })).toBe(false);
    }
  });

  it("gives the named format alone on stdout, and facts with --json", async () => {
    expect(JSON.parse((await analyze("--format", "json", at("bad"), at("good"))).stdout).summary.services).toBe(2);
    expect(JSON.parse((await analyze("--json", at("bad"), at("good"))).stdout).summary.services).toBe(2);
    expect(JSON.parse((await analyze("--json", at("bad"))).stdout).services[0].facts.name).toBe("reactions");
  });

  it.each([
    [["--format", "sarfi"], "analyze/unknown-format", "did you mean"],
    [["--format", "json", "--format", "github"], "analyze/two-on-stdout", ""],
    [["--format", "json=/nowhere/at/all.json"], "files/unwritable", ""],
  ])("refuses %j", async (args, code, said) => {
    const { code: exit, stderr } = await analyze(...args, at("good"));
    expect(stderr).toContain(`[${code}]`);
    expect(stderr.toLowerCase()).toContain(said);
    expect(exit).toBe(2);
  });
});

describe("stdin", { timeout: 60_000 }, () => {
  const pipe = (input: string | Buffer, ...args: readonly string[]) => {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ["--import", "tsx", "src/cli/main.ts", "analyze", ...args, "-"],
      { input, encoding: "utf8" },
    );
    return { stdout, stderr, status };
  };

  it("judges a Dockerfile alone, without claims about files it cannot see", () => {
    expect(pipe(healthyDockerfile)).toMatchObject({ stdout: "Dockerfile: nothing to change.\n", status: 0 });
    const { stdout, status } = pipe(uvRun, "--format", "github");
    expect(stdout).toMatch(/^::error file=Dockerfile,line=\d+/);
    expect(status).toBe(1);
  });

  it("speaks of no `--fix`, which has no file to change", () => {
    const { stdout } = pipe("FROM python:3.13-slim\nRUN pip install flask==3.0.3\n");
    expect(stdout).toContain("fix: Add --no-cache-dir");
    expect(stdout).not.toContain("mends");
  });

  it.each([
    ["", "dockerfile/unusable"],
    [Buffer.from([0xff, 0xfe, 0x00]), "files/not-utf8"],
  ])("refuses %j in one sentence", (input, code) => {
    const { stderr, status } = pipe(input);
    expect(stderr).toContain(`[${code}]`);
    expect(stderr).not.toContain("    at ");
    expect(status).toBe(2);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "../../src/kit/exec.ts";
import { start } from "../../src/cli/full.ts";
import { formats } from "../../src/formats/index.gen.ts";
import { healthy, healthyWith } from "../../src/rules/queries/example.ts";

/** File names as only somebody with bad intentions, or a broken program, makes them: shown harmless, and never lost. */

const NAMES: Readonly<Record<string, string>> = {
  "a line break": "two\nDockerfile:1  error  forged.py",
  "a command of GitHub's runner": "::stop-commands::x\n::add-mask::y.py",
  "terminal escapes": "\u001b]0;title\u0007\u001b[31mred\u009b31m.py",
  "text that runs backwards": "\u202eyp.exe\u2066.py",
  "markup of HTML and XML": `<img src=x onerror="alert('1')">&lt;]]><!--.py`,
  "markup of Markdown": "`x` | **b** [l](x:y) @team #12 ``.py",
  spaces: "  a  b .py",
  "a dash at the start": "--help.py",
  "colons and hashes": "a:1:2#frag?query%2e%0a.py",
  "255 bytes": `${"é".repeat(126)}.py`,
  "a backslash": String.raw`a\b\n.py`,
};
/** No text: every file of Python is read, and this one is told. */
const BROKEN = Buffer.from('x = "\xe9"\n', "latin1");

let top = "";
beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), "seaworthy-names-"));
});
afterAll(() => {
  process.exitCode = undefined;
  rmSync(top, { recursive: true });
});

function service(name: string, inGit: boolean): Promise<string> {
  const folder = mkdtempSync(join(top, "service-"));
  const copies = healthyWith(["COPY app/ /app/app/\n", `COPY app/ /app/app/\nCOPY ${JSON.stringify([name, "/x/"])}\n`]);
  const files = { ...healthy, Dockerfile: copies, [`app/${name}`]: BROKEN };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return inGit ? committed(folder) : Promise.resolve(folder);
}

async function committed(folder: string): Promise<string> {
  const author = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
  for (const args of [
    ["init", "-q"],
    ["add", "-A"],
    ["commit", "-qm", "first"],
  ])
    expect(await run("git", [...author, ...args], { cwd: folder })).toMatchObject({ code: 0 });
  return folder;
}

async function analyzed(folder: string, ...args: readonly string[]): Promise<string> {
  let said = "";
  const stream = { write: (part: string) => void (said += part) };
  await start(["analyze", folder, ...args], { stdout: stream, stderr: stream, exitCode: undefined });
  return said;
}

const FORGED = /^\s*(?:::|Dockerfile:1  error  forged)/m;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** What the formats show for people must not hold outside a span of code. */
const MARKUP: Readonly<Record<string, RegExp>> = {
  junit: /<img|<!--|\]\]>/,
  markdown: /<img|@team/,
  gaps: /<img|@team/,
};

/** What is wrong with an output, in words. */
function wrongWith(id: string, said: string): readonly string[] {
  const lines = said.trimEnd().split("\n");
  const isForged =
    id === "github" ? !lines.every((line) => /^::(?:error|warning|notice) file=/.test(line)) : FORGED.test(said);
  const bare = id === "junit" ? said : said.replaceAll(/(`+)(?:(?!\1)[^\n])+\1/g, "");
  return [
    ...(CONTROL.test(said) ? [`${id}: a control character`] : []),
    ...(said.includes("is not UTF-8 text") ? [] : [`${id}: the finding is lost`]),
    ...(isForged ? [`${id}: a line that nobody wrote`] : []),
    ...(MARKUP[id]?.test(bare) === true ? [`${id}: markup`] : []),
  ];
}

describe.each(Object.entries(NAMES))("a file name with %s", { timeout: 60_000 }, (_, name) => {
  it.each([true, false])("is harmless in every format (in git: %s)", async (inGit) => {
    const folder = await service(name, inGit);
    const wrong: string[] = [];
    for (const { id } of formats) wrong.push(...wrongWith(id, await analyzed(folder, "--format", id)));
    expect(wrong).toEqual([]);
    expect(await analyzed(folder, "--json")).not.toMatch(CONTROL);
  });

  it("is still the same name for a program that reads it", async () => {
    const folder = await service(name, true);
    const file = `app/${name}`;
    const files = (findings: readonly { where?: { file: string } }[]) => findings.map(({ where }) => where?.file);
    const [one] = JSON.parse(await analyzed(folder, "--format", "json")).services;
    expect(files(one.findings)).toContain(file);
    expect(files(JSON.parse(await analyzed(folder, "--json")).services[0].findings)).toContain(file);
    const issues: readonly { location: { path: string } }[] = JSON.parse(
      await analyzed(folder, "--format", "codeclimate"),
    );
    expect(issues.map(({ location }) => location.path)).toContain(`${folder}/${file}`);
    const [log] = JSON.parse(await analyzed(folder, "--format", "sarif")).runs;
    const uris: readonly string[] = log.results.map(
      (result: { locations: readonly { physicalLocation: { artifactLocation: { uri: string } } }[] }) =>
        result.locations[0]?.physicalLocation.artifactLocation.uri,
    );
    expect(uris.map((uri) => decodeURIComponent(uri))).toContain(`${folder}/${file}`);
    for (const uri of uris) expect(new URL(uri, "file:///").hash).toBe("");
  });
});

describe("a file name that is no UTF-8", { timeout: 60_000 }, () => {
  it.each([true, false])("is told, and the rest is read (in git: %s)", async (inGit) => {
    const folder = await service("plain.py", false);
    const bytes = Buffer.concat([Buffer.from(join(folder, "app/caf")), Buffer.from([0xe9]), Buffer.from(".py")]);
    writeFileSync(bytes, BROKEN);
    if (inGit) await committed(folder);
    for (const { id } of formats) expect(await analyzed(folder, "--format", id)).toContain("plain.py");
    const said = await analyzed(folder);
    expect(said.match(/has a name that is not UTF-8/g)).toHaveLength(1);
  });
});

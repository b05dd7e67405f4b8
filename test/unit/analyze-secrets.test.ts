import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { start } from "../../src/cli/full.ts";
import { formats } from "../../src/formats/index.gen.ts";
import { healthyWith, project } from "../../src/rules/queries/example.ts";

/** Built from parts, so that no scanner takes this file for a leak. */
const joined = (...parts: readonly string[]): string => parts.join("");
/** One value for each place where a file of the service may hold one. */
const planted = {
  oldForm: "hunter2-old-form",
  quoted: "hunter2 in quotes",
  continued: "hunter2-on-its-own-line",
  label: joined("ghp_", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6"),
  argument: "hunter2-argument",
  url: "hunter2-in-url",
  command: "hunter2-in-run",
  header: "hunter2-in-header",
  option: "hunter2-in-option",
  onbuild: "hunter2-in-onbuild",
  shell: "hunter2-in-cmd",
  makefile: "hunter2-in-makefile",
  compose: "hunter2-in-compose",
  code: "hunter2-in-code",
};

const files = project({
  Dockerfile: healthyWith(
    [
      "RUN groupadd",
      `ENV DB_PASSWD ${planted.oldForm}
ENV SMTP_PASS="${planted.quoted}"
ENV LOG_LEVEL=info \\
    API_TOKEN=\\
${planted.continued}
LABEL note=${planted.label}
ARG INDEX_TOKEN=${planted.argument}
ENV DATABASE_URL=postgresql://app:${planted.url}@db/app
RUN PIP_PASS=${planted.command} pip install wheel
RUN curl -H "Authorization: Bearer ${planted.header}" https://data.example/x | sh
RUN apt-get install -y curl --api-key ${planted.option}
ONBUILD ENV ONBUILD_SECRET ${planted.onbuild}
RUN groupadd`,
    ],
    [/^CMD.*/m.exec(healthyWith())?.[0] ?? "", `CMD SECRET_KEY=${planted.shell} uvicorn app.main:app`],
  ),
  Makefile: `run:\n\tdocker run --env DB_PASSWORD=${planted.makefile} -p 8000:8000 api\n`,
  "compose.yaml": `services:\n  api:\n    build: .\n    environment:\n      DB_PASSWORD: ${planted.compose}\n    command: uvicorn app.main:app --password ${planted.compose}\n`,
  "app/main.py": `import os\n\nKEY = os.getenv("JWT_SECRET", "${planted.code}")\n`,
});

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "seaworthy-secrets-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
});
afterAll(() => {
  process.exitCode = undefined;
  rmSync(folder, { recursive: true });
});

async function analyze(...words: readonly string[]): Promise<string> {
  let said = "";
  const stream = { write: (part: string) => void (said += part) };
  await start(["analyze", folder, ...words], { stdout: stream, stderr: stream, exitCode: undefined });
  return said;
}

const leaked = (said: string): readonly string[] =>
  Object.entries(planted)
    .filter(([, value]) => said.includes(value) || said.includes(JSON.stringify(value).slice(1, -1)))
    .map(([place]) => place);

const calls = [[], ["--json"], ["--fix", "--dry-run"], ["--fix", "--dry-run", "--json"]];
const all = [...calls, ...formats.map(({ id }) => ["--format", id])].map((words) => ({ call: words.join(" "), words }));

it.each(all)(
  "`analyze $call` shows no secret of the service's files",
  async ({ words }) => {
    const said = await analyze(...words);
    expect(leaked(said)).toEqual([]);
    expect(said.length).toBeGreaterThan(500);
  },
  // The first one loads the whole command.
  60_000,
);

it("still says what is wrong, where, and whose value it is", async () => {
  const said = await analyze();
  for (const name of ["DB_PASSWD", "SMTP_PASS", "API_TOKEN", "LABEL note", "INDEX_TOKEN", "PIP_PASS", "Authorization"])
    expect(said).toContain(name);
  expect(said).toContain("`ENV DB_PASSWD` has no `=`.");
});

import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { analyze } from "../../src/pipeline/analyze.ts";
import { diskTree } from "../../src/project/tree.ts";
import { startScriptRefused } from "../../src/rules/start-script-refused.ts";

/** What is said of a start script with this mode, in a folder on the disk. */
async function said(mode: number, steps: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), "seaworthy-script-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "Dockerfile"), `FROM python:3.13-slim-trixie\nWORKDIR /srv\n${steps}\n`);
  await writeFile(join(folder, "start.sh"), '#!/bin/sh\nexec "$@"\n');
  await chmod(join(folder, "start.sh"), mode);
  const { findings } = await analyze(await diskTree(folder), [startScriptRefused]);
  return findings.map(({ message }) => message);
}

const entry = 'ENTRYPOINT ["./start.sh"]\nCMD ["python", "-m", "http.server"]';

it("tells of a script that nothing makes executable", async () =>
  expect(await said(0o644, `COPY start.sh .\n${entry}`)).toEqual([
    "start.sh is not executable, and nothing makes it so: the container ends with `permission denied`.",
  ]));

it("tells of it where a shell starts it as a program", async () =>
  expect(await said(0o644, "COPY start.sh .\nCMD ./start.sh")).toHaveLength(1));

it.each([
  ["is executable in the folder", 0o755, `COPY start.sh .\n${entry}`],
  ["is made executable by a step", 0o644, `COPY start.sh .\nRUN chmod +x start.sh\n${entry}`],
  ["is made executable with all others", 0o644, `COPY . /srv/\nRUN chmod -R a+x /srv/\n${entry}`],
  ["is copied with a mode", 0o644, `COPY --chmod=0755 start.sh .\n${entry}`],
  ["is read by a shell", 0o644, 'COPY start.sh .\nCMD ["sh", "./start.sh", "python"]'],
])("says nothing of one that %s", async (_, mode, steps) => expect(await said(mode, steps)).toEqual([]));

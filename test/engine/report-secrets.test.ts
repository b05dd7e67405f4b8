/** Secrets of today's image are accused, and are in nothing that a run leaves for people. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Report } from "../../src/model/types.ts";
import { seaworthy } from "./support/cli.ts";
import { tinyConfiguration, tinyService } from "./support/tiny-service.ts";

const planted = {
  env: "hunter2-in-env",
  oldForm: "hunter2-old-form",
  argument: "hunter2-in-argument",
  label: "hunter2-in-label",
  url: "hunter2-in-url",
  command: "hunter2-in-run",
  printed: "hunter2-printed-alone",
};

const DOCKERFILE = `FROM python:3.13-slim
ARG INDEX_TOKEN=${planted.argument}
ENV JWT_SECRET_KEY=${planted.env} CACHE_URL=redis://:${planted.url}@cache:6379/0
ENV DB_PASSWD ${planted.oldForm}
LABEL org.example.token="${planted.label}"
WORKDIR /app
COPY . .
RUN PIP_PASS=${planted.command} python -c "print('the key is ' + 'hunter2-printed' + '-alone')"
ARG OTHER_TOKEN=${planted.printed}
CMD ["python", "-m", "tiny.server"]
`;

/** Data of the steps, for the next run: it has what the engine said, word for word. */
const isEvidence = (path: string): boolean =>
  path.includes("/context/") || (path.endsWith(".json") && !/\/(?:report|sarif)\.json$|\.cdx\.json$/.test(path));

it("shows a fingerprint and never a value", async () => {
  await using fixture = await tinyService({
    Dockerfile: DOCKERFILE,
    // What the step prints is not needed in the image.
    "seaworthy.yaml": tinyConfiguration().replace("/health }", "/health, steps: [] }"),
  });
  const outcome = await seaworthy([`${fixture.folder}/`, "--repetitions", "1"]);
  const directory = join(fixture.folder, ".seaworthy/runs/latest");
  const { before } = JSON.parse(await readFile(join(directory, "report.json"), "utf8")) as Report;
  const accused = before.checks.find(({ id }) => id === "no-secrets-in-configuration");
  expect(accused?.status).toBe("fail");
  expect(accused?.message).toMatch(/value of JWT_SECRET_KEY in ENV \(sha256 [0-9a-f]{12}…\)/);

  const again = await seaworthy(["verify", fixture.folder, "--run", "latest"]);
  const shown = new Map([
    ["stdout and stderr", outcome.stdout + outcome.stderr],
    ["judged again", again.stdout + again.stderr],
  ]);
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !isEvidence(path)) shown.set(path, await readFile(path, "utf8"));
  }
  expect([...shown.keys()].some((path) => path.endsWith(".log"))).toBe(true);
  for (const [path, text] of shown)
    for (const [place, value] of Object.entries(planted))
      expect(text.includes(value) ? `${place} in ${path}` : "").toBe("");
});

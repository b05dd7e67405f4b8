import { expect, it } from "vitest";
import type { CheckResult } from "../../src/model/types.ts";
import { seaworthy } from "./support/cli.ts";
import { tinyConfiguration, tinyService } from "./support/tiny-service.ts";

const REQUIREMENTS = "h11==0.16.0 --hash=sha256:63cf8bbe7522de3bf65932fda1d9c2772064ffb3dae62d55932da54b31cb6c86\n";

/** Fails where the packages of the list are not installed. */
const PREPARE = 'import h11\n\nprint(f"prepared with {h11.__version__}", flush=True)\n';

const TODAY = `FROM python:3.13-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
EXPOSE 8000
`;

const KEPT = [
  "builds",
  "becomes-healthy",
  "stops-when-idle",
  "stops-with-idle-connections",
  "exec-form",
  "read-only-root",
];

/** The reworked image, proven as far as start and stop go. */
async function proven(files: Readonly<Record<string, string>>) {
  await using fixture = await tinyService({
    "pyproject.toml": undefined,
    "uv.lock": undefined,
    "requirements.txt": REQUIREMENTS,
    "tiny/prepare.py": PREPARE,
    "seaworthy.yaml": tinyConfiguration(),
    ...files,
  });
  const plan = await seaworthy(["rework", "--json", `${fixture.folder}/`]);
  const { stdout, stderr } = await seaworthy(["verify", "--json", `${fixture.folder}/`]);
  if (!stdout.startsWith("[")) throw new Error(stderr);
  const checks = JSON.parse(stdout) as readonly CheckResult[];
  const kept = checks.filter(({ id }) => KEPT.includes(id)).map(({ id, status }) => [id, status]);
  return {
    rendered: plan.stdout,
    failed: checks.filter(({ status }) => status === "fail").map(({ id, message }) => `${id}: ${message}`),
    kept: Object.fromEntries(kept) as Readonly<Record<string, string>>,
  };
}

const all = Object.fromEntries(KEPT.map((id) => [id, "pass"]));

it("builds, starts and stops what pip installs from a list with hashes", async () => {
  const start = 'CMD ["python", "-m", "tiny.server"]\n';
  const { failed, kept, rendered } = await proven({
    Dockerfile: `${TODAY}${start}`,
    // The server needs the package too: an image without it is never healthy.
    "tiny/__init__.py": "import h11\n",
  });
  expect(rendered).toContain("--require-hashes");
  expect(failed).toEqual([]);
  expect(kept).toEqual(all);
});

it("does what a start script does, behind which the signal reaches the server", async () => {
  const { failed, kept, rendered } = await proven({
    Dockerfile: `${TODAY}RUN chmod +x start.sh\nCMD ["./start.sh"]\n`,
    "start.sh": "#!/bin/sh\nset -e\npython -m tiny.prepare\npython -m tiny.server\n",
  });
  expect(rendered).toContain(String.raw`python -m tiny.prepare\\nexec python -m tiny.server`);
  expect(failed).toEqual([]);
  expect(kept).toEqual(all);
});

it("builds a package of a folder of the repository into the environment, and needs the folder no more", async () => {
  const { failed, kept, rendered } = await proven({
    Dockerfile: `${TODAY.replace("COPY requirements.txt .", "COPY . .")}CMD ["python", "-m", "tiny.server"]\n`,
    "requirements.txt": "h11==0.16.0\n./lib\n",
    // Without a backend of its own: setuptools, which writes beside what it builds.
    "lib/pyproject.toml":
      '[project]\nname = "kept-apart"\nversion = "1.0"\n\n[tool.setuptools]\npy-modules = ["kept_apart"]\n',
    "lib/kept_apart.py": "HERE = __file__\n",
    // Never healthy where it is not there, or is a link to the folder.
    "tiny/__init__.py": 'import kept_apart\n\nassert "site-packages" in kept_apart.HERE\n',
  });
  expect(rendered).toContain("source=lib,target=/app/lib,rw");
  expect(failed).toEqual([]);
  expect(kept).toEqual(all);
});

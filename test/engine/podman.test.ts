import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { connectEngine } from "../../src/engine/connect.ts";
import { run } from "../../src/kit/exec.ts";
import type { CheckResult } from "../../src/model/types.ts";
import { seaworthy } from "./support/cli.ts";
import { besideDatabase, SIDECAR_IMAGES } from "./support/compose-sidecars.ts";
import { tinyService } from "./support/tiny-service.ts";

/** `scripts/lab-podman up`, then `scripts/lab-podman env`. */
const PODMAN = process.env["SEAWORTHY_PODMAN"];
const why = PODMAN === undefined ? " (skipped: SEAWORTHY_PODMAN names no Podman; scripts/lab-podman up)" : "";

const HEALTHCHECK = `HEALTHCHECK CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=2)"]`;
const DOCKERFILE = `FROM python:3.13-slim
WORKDIR /app
COPY tiny tiny
USER 1001:1001
ENV PYTHONUNBUFFERED=1
EXPOSE 8000
${HEALTHCHECK}
CMD ["python", "-m", "tiny.server"]
`;

/** Builds with Docker and gives the image to Podman, in Docker's format or as the OCI archive that Docker writes. */
async function handOver(folder: string, name: string, format: "docker" | "oci"): Promise<void> {
  const archive = join(folder, "image");
  const shell = `
    docker build --quiet --tag "$2" "$1" && mkdir "$1/image" && docker save "$2" | tar -x -C "$1/image" && docker image rm "$2"
    if [ "$3" = docker ]; then rm -f "$1/image/index.json" "$1/image/oci-layout"; fi
    tar -C "$1/image" -cf "$1/image.tar" . &&
    curl --fail --silent --show-error --unix-socket "$4" -H 'content-type: application/x-tar' --data-binary "@$1/image.tar" http://podman/v1.41/images/load`;
  const socket = (PODMAN ?? "").replace("unix://", "");
  const { code, stdout, stderr } = await run("bash", ["-c", shell, "bash", folder, name, format, socket]);
  if (code !== 0 || stdout.includes("error")) throw new Error(`${stdout}${stderr}`);
  expect(await readdir(archive)).toContain("manifest.json");
  await rm(archive, { recursive: true });
}

/** An image of the lab's registry, as Podman's own. */
async function fetched(name: string): Promise<void> {
  const shell = `docker pull --quiet "$1" && docker save "$1" |
    curl --fail --silent --show-error --unix-socket "$2" -H 'content-type: application/x-tar' --data-binary @- http://podman/v1.41/images/load`;
  const socket = (PODMAN ?? "").replace("unix://", "");
  const { code, stdout, stderr } = await run("bash", ["-o", "pipefail", "-c", shell, "bash", name, socket]);
  if (code !== 0 || stdout.includes("error")) throw new Error(`${stdout}${stderr}`);
}

/** The tiny service as an image of Podman's, for as long as the scope. */
async function given(format: "docker" | "oci") {
  const fixture = await tinyService({ Dockerfile: DOCKERFILE });
  const name = `try-podman-${randomBytes(4).toString("hex")}:1`;
  await handOver(fixture.folder, name, format);
  const { signal } = new AbortController();
  const engine = await connectEngine({ runId: "test-podman", signal, env: {}, host: PODMAN ?? "" });
  const names = [`localhost/${name}`, `docker.io/library/${name}`];
  const seen = await Promise.all(names.map((one) => engine.inspect(one)));
  const image = seen.find((one) => one !== undefined);
  if (image === undefined) throw new Error(`Podman has no image ${name}`);
  return {
    engine,
    image,
    folder: fixture.folder,
    async [Symbol.asyncDispose]() {
      await engine.removeImage(image.tag);
      await engine[Symbol.asyncDispose]();
      await fixture[Symbol.asyncDispose]();
    },
  };
}

it.skipIf(PODMAN === undefined)(
  `runs a database, a cache and the roles of a Compose file on Podman${why}`,
  async () => {
    await using docker = await given("docker");
    const { engine, image, folder } = docker;
    for (const name of SIDECAR_IMAGES) await fetched(name);
    try {
      const [ready, ran] = await besideDatabase(engine, image, { runId: "test-podman", directory: folder });
      expect(ready).toMatchObject({
        status: "pass",
        message: expect.stringMatching(
          /db \(postgres:17\) .*its healthcheck, `pg_isready.*cache .*port 6379/,
        ) as string,
      });
      expect(ran).toMatchObject({ status: "pass", message: expect.stringMatching(/^migrate ended with 0 /) as string });
    } finally {
      for (const name of SIDECAR_IMAGES) await engine.removeImage(name);
    }
  },
);

async function verified(image: string, folder: string) {
  const args = ["verify", "--json", "--image", image, "--engine", PODMAN ?? "", `${folder}/`];
  const { stdout, stderr } = await seaworthy(args);
  if (!stdout.startsWith("[")) throw new Error(stderr);
  const checks = JSON.parse(stdout) as readonly CheckResult[];
  return new Map(checks.map((check) => [check.id, check]));
}

it.skipIf(PODMAN === undefined)(
  `runs the catalogue on Podman, and calls unproven what Podman cannot prove${why}`,
  async () => {
    await using docker = await given("docker");
    const checks = await verified(docker.image.tag, docker.folder);
    const failed = [...checks.values()].filter(({ status }) => status === "fail");
    // The image has no bytecode and no labels: the same on every engine.
    expect(failed.map(({ id, message }) => `${id}: ${message}`)).toEqual([
      expect.stringMatching(/^bytecode-valid/),
      expect.stringMatching(/^labelled/),
    ]);
    for (const id of ["becomes-healthy", "non-root", "stops-when-idle", "healthcheck-healthy", "healthcheck-notices"])
      expect(checks.get(id)).toMatchObject({ status: "pass" });
    expect(checks.get("read-only-root")).toMatchObject({
      status: "unproven",
      message: expect.stringMatching(/podman mounts writable folders of its own/) as string,
    });
  },
);

it.skipIf(PODMAN === undefined)(
  `says that Podman cannot read a HEALTHCHECK, and not that there is none${why}`,
  async () => {
    await using oci = await given("oci");
    expect(oci.image.config).toMatchObject({
      healthcheck: undefined,
      healthcheckUnread: expect.stringMatching(/podman reads no HEALTHCHECK of an image in OCI format/) as string,
    });
    await using docker = await given("docker");
    expect(docker.image.config.healthcheck?.test.slice(0, 2)).toEqual(["CMD", "python"]);
    expect(docker.image.config).not.toHaveProperty("healthcheckUnread");
  },
);

import { afterAll, beforeAll, expect, it } from "vitest";
import { buildsReproducibly } from "../../../src/checks/builds-reproducibly.ts";
import type { ConnectedEngine } from "../../../src/engine/engine.ts";
import { rebuild } from "../../../src/pipeline/rebuild.ts";
import { BASE, buildFolder, connect } from "../engine-fixture.ts";

let engine: ConnectedEngine;
const runId = `test-rebuild-${process.pid}`;
beforeAll(async () => {
  engine = await connect({ runId });
  await engine.ensure(BASE);
});
afterAll(async () => {
  await engine.removeAllOf(runId, { images: true });
  await engine[Symbol.asyncDispose]();
});

/** What the check says of an image that is built twice from this. */
async function judged(...lines: readonly string[]) {
  await using folder = await buildFolder({ Dockerfile: `FROM ${BASE}\n${lines.join("\n")}\n`, "app.py": "print(1)\n" });
  const request = folder.request();
  const { image } = await engine.build(request);
  const rebuilt = await rebuild(engine, image, request, folder.path);
  expect(await engine.inspect(`${request.tag}-rebuilt`)).toBeUndefined();
  const record = { built: true, failure: undefined, builds: [], edited: undefined, bases: [], rebuilt };
  return { rebuilt, verdict: buildsReproducibly.judge(record, {} as never) };
}

it("accuses no image whose files are the same but for times, logs and the header of bytecode", async () => {
  // Headers of bytecode count seconds, and both builds may fall into one: the nanoseconds are taken for them.
  const { rebuilt, verdict } = await judged(
    "COPY app.py /app/app.py",
    "RUN touch -d @$(date +%N) /app/app.py && python3 -m compileall -q /app && date +%N > /var/log/built.log",
  );
  expect(verdict).toMatchObject({ status: "pass", message: expect.stringContaining("rewrite-timestamp") });
  const kinds = rebuilt.differing.flatMap(({ differences }) => differences.map(({ kind }) => kind));
  expect(new Set(kinds)).toEqual(new Set(["times", "logs", "bytecode-times"]));
});

it("names the step and the file that are new at each build, and why", async () => {
  const { verdict } = await judged(
    "COPY app.py /app/app.py",
    "RUN date --iso-8601=ns > /app/built-at",
    "RUN cat /proc/sys/kernel/random/uuid > /app/id",
  );
  expect(verdict.status).toBe("fail");
  expect(verdict.message).toContain("`RUN date --iso-8601=ns > /app/built-at`");
  expect(verdict.message).toContain("/app/built-at: line 1 holds a date or a time");
  expect(verdict.message).toContain("/app/id: line 1 holds a value that looks random");
});

it("proves nothing with a second build that failed", async () => {
  const folder = `/c-${process.hrtime.bigint()}`;
  const mount = `RUN --mount=type=cache,target=${folder}`;
  await using filling = await buildFolder({ Dockerfile: `FROM ${BASE}\n${mount} touch ${folder}/filled\n` });
  await engine.build(filling.request());
  // Without the cache the mount is empty.
  const { verdict } = await judged(`${mount} test -e ${folder}/filled`);
  expect(verdict).toMatchObject({ status: "unproven", message: expect.stringContaining(`test -e ${folder}/filled`) });
});

import { describe, expect, it } from "vitest";
import { exampleContract } from "../../../src/checks/support/examples.ts";
import type { Contract } from "../../../src/model/types.ts";
import { withFirstLook } from "../../../src/pipeline/first-look.ts";
import { BASE, soon } from "../engine-fixture.ts";
import { builtImages } from "../support/built-images.ts";

/** What is made of an image that names no port, by what it is seen to do. */

const contract: Contract = {
  ...exampleContract,
  health: undefined,
  kind: "unknown",
  limits: { ...exampleContract.limits, startSeconds: 2 },
};

const images = builtImages();

async function seen(command: readonly string[], known: Contract = contract, more = "") {
  const image = await images.build({ Dockerfile: `FROM ${BASE}\n${more}CMD ${JSON.stringify(command)}\n` });
  const said: string[] = [];
  const beside = { engine: images.engine(), image: undefined as never, filled: (one: Contract) => one, key: "" };
  const build = { image, dockerfile: "", builds: [], bases: [] };
  const world = { tell: (line: string) => void said.push(line), signal: soon() };
  const { kind, port } = await withFirstLook(known, { label: "after", build, beside }, world);
  return { kind, port, said: said.join("\n") };
}

const python = (script: string): readonly string[] => ["python3", "-u", "-c", script];
const listening = (address: string, port: number) =>
  python(`import socket, time; s = socket.create_server(("${address}", ${port})); time.sleep(600)`);

describe("an image that names no port", () => {
  it("is a server where it listens", async () => {
    expect(await seen(listening("0.0.0.0", 9000))).toMatchObject({ kind: undefined, port: 9000 });
  });
  it("is a worker where it listens nowhere, and says that it works or nothing at all", async () => {
    const worker = await seen(python('import time; print("celery@demo ready."); time.sleep(600)'));
    expect(worker).toMatchObject({ kind: "worker", said: expect.stringContaining("proven as a worker") as string });
    expect(await seen(["sleep", "600"])).toMatchObject({ kind: "worker" });
  });
  it("is a worker where it opens only a port that the kernel chose", async () => {
    expect(await seen(listening("0.0.0.0", 0))).toMatchObject({ kind: "worker" });
  });
  it("is a server where it listens for itself alone: that is for the checks to tell", async () => {
    expect(await seen(listening("127.0.0.1", 8000))).toMatchObject({ kind: undefined, port: 8000 });
  });
  it("stays unknown where it ends, and where its program is not there", async () => {
    expect(await seen(["true"])).toMatchObject({ kind: "unknown" });
    expect(await seen(["/nothing"])).toMatchObject({ kind: "unknown" });
  });
  it("stays unknown where nothing in it can look", async () => {
    const none = "RUN rm -f /usr/bin/python3* /usr/local/bin/python3* /usr/bin/cat /bin/cat\n";
    expect(await seen(["sleep", "600"], contract, none)).toMatchObject({ kind: "unknown" });
  });
  it("is a server where somebody names a health path, and no other contract is looked at", async () => {
    expect(await seen(["sleep", "600"], { ...contract, health: { path: "/up" } })).toMatchObject({ kind: undefined });
    const { kind: _, ...server } = contract;
    expect(await seen(["sleep", "600"], server)).toEqual({ kind: undefined, port: 8000, said: "" });
  });
});

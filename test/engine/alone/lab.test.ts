import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { run } from "../../../src/kit/exec.ts";

const status = await run("scripts/lab", ["status"]);
/** A second lab needs what made the first one: root, and downloads that are here already. */
const canMakeLabs = process.getuid?.() === 0 && /^engine +Docker/m.test(status.stdout);

describe.skipIf(!canMakeLabs)("a lab beside another one", () => {
  it("goes on after a crash, comes up again after kill -9, and leaves nothing behind", async () => {
    const parent = mkdtempSync(join(tmpdir(), "seaworthy-test-"));
    onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
    // Deeper than the path of a Unix socket may be long.
    const folder = join(parent, "d".repeat(60), "d".repeat(60));
    const env = { SEAWORTHY_LAB_DIR: folder, DOCKER_HOST: undefined, DOCKER_CONFIG: undefined };
    const lab = (...args: string[]) => run("scripts/lab", args, { env });
    onTestFinished(async () => void (await lab("down")));
    const before = traces();

    expect(await lab("up", "--quiet")).toMatchObject({ code: 0, stderr: "" });
    const engines = () => processesWith(join(folder, "engine.json")).filter((pid) => isEngine(pid));
    const [crashing = 0] = engines();
    expect(crashing).toBeGreaterThan(0);
    process.kill(crashing, "SIGABRT");
    await vi.waitUntil(() => engines().some((pid) => pid !== crashing), { timeout: 60_000 });
    await vi.waitUntil(async () => (await inLabOrNot(env, "docker info")).code === 0, { timeout: 60_000 });
    expect(readFileSync(join(folder, "engine.log"), "utf8")).toContain("starting it again");
    await inLab(env, "docker network create one && docker run --detach --network one python:3.13-slim sleep 600");
    expect(traces()).not.toEqual(before);
    for (const pid of processesWith(join(folder, "engine.json"))) process.kill(pid, "SIGKILL");

    expect(await lab("up", "--quiet")).toMatchObject({ code: 0, stderr: "" });
    expect(await inLab(env, "docker run --rm python:3.13-slim python -c 'print(6 * 7)'")).toBe("42\n");

    expect((await lab("down", "--quiet")).code).toBe(0);
    expect(traces()).toEqual(before);
    expect(readdirSync(join(folder, ".."))).toEqual([]);
    expect((await run("scripts/lab", ["status"])).stdout).toMatch(/^engine +Docker/m);
  });
});

const inLabOrNot = (env: Record<string, string | undefined>, command: string) =>
  run("bash", ["-ec", `eval "$(scripts/lab env)"; ${command}`], { env });

async function inLab(env: Record<string, string | undefined>, command: string): Promise<string> {
  const finished = await inLabOrNot(env, command);
  expect(finished).toMatchObject({ code: 0 });
  return finished.stdout;
}

/** What a lab could leave outside its folder: networks, processes, a folder for its socket. */
function traces(): unknown {
  return {
    docker0: readdirSync("/sys/class/net").includes("docker0"),
    // The file has destinations in hexadecimal, last byte first: those of labs are in 10.0.0.0/8.
    routes: readFileSync("/proc/net/route", "utf8").match(/^\S+\t\S{6}0A\t/gm),
    sleeping: processesWith("600").length,
    engines: processesWith("--config-file").length,
    sockets: readdirSync("/tmp").filter((name) => name.startsWith("seaworthy-lab.")),
  };
}

const isEngine = (pid: number): boolean => argumentsOf(String(pid))[0]?.endsWith("/dockerd") === true;

function processesWith(argument: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && argumentsOf(name).includes(argument))
    .map(Number);
}

function argumentsOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return []; // It ended while we looked.
  }
}

import { expect, it } from "vitest";
import { buildArguments } from "./build.ts";
import { isOrphanedBuild } from "./orphans.ts";
import { labelsOf, ownerNow } from "./owner.ts";

/** The command line of a build, as /proc shows it, of a process with this number. */
function argvOf(pid: number, keepMs?: number): readonly string[] {
  const labels = { ...labelsOf(ownerNow("r"), keepMs === undefined ? "image" : "kept-image", Date.now(), keepMs) };
  const builder = {
    cli: { program: "docker", env: {} } as const,
    labels: () => ({ ...labels, "seaworthy.pid": String(pid) }),
  };
  const request = {
    context: "/context",
    dockerfile: "/context/Dockerfile",
    tag: "seaworthy/x:1",
    noCache: false,
    buildArgs: {},
    secrets: {},
    contexts: {},
    logFile: "/log",
    signal: new AbortController().signal,
  };
  return ["docker", ...buildArguments(builder, request, true), ""];
}

it("knows a build of ours whose process is gone, also one whose image was to be kept", () => {
  expect(isOrphanedBuild(argvOf(4_194_999))).toBe(true);
  expect(isOrphanedBuild(argvOf(4_194_999, 3_600_000))).toBe(true);
  expect(isOrphanedBuild(["/usr/libexec/docker/cli-plugins/docker-buildx", ...argvOf(4_194_999).slice(1)])).toBe(true);
});

it("leaves alone a build whose process lives, builds of others, and other programs", () => {
  expect(isOrphanedBuild(argvOf(process.pid))).toBe(false);
  expect(isOrphanedBuild(["docker", "buildx", "build", "--label", "a=b", "."])).toBe(false);
  expect(isOrphanedBuild(["vi", ...argvOf(4_194_999).slice(3)])).toBe(false);
  expect(isOrphanedBuild([""])).toBe(false);
});

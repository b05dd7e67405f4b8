import type { Evidence, ImageOrigin, StartCommand } from "../model/types.ts";
import { addGrace, addStart, mayServe, type Outside } from "./outside.ts";
import { askedService, flyServices } from "./hosted-services.ts";
import { listAt, readToml, tableAt, textAt, valueAt } from "./toml.ts";
import type { Tree, TreeProblem } from "./tree.ts";
import { type Path, readYaml } from "./yaml-file.ts";

/** Platforms that build a Dockerfile, or without one, by a file of their own in the repository. */
export const HOSTING = ["fly", "render", "railway"] as const;

/** One configuration of a hosting platform, whatever language it is written in. */
interface Configuration {
  readonly data: unknown;
  readonly evidence: (path: Path) => Evidence;
  readonly tree: Tree;
  readonly outside: Outside;
}

/** fly.toml, render.yaml, railway.json and railway.toml: how these platforms start the image, in place of its own CMD. */
export async function readHosting(tree: Tree, outside: Outside, problems: TreeProblem[]): Promise<void> {
  for (const [file, read] of FILES) {
    if (!tree.files.includes(file)) continue;
    const text = tree.read(file) ?? "";
    if (file.endsWith(".toml")) {
      const toml = readToml(file, text, problems);
      read({ data: toml.data, evidence: (path) => toml.evidence(path.map(String)), tree, outside });
    } else
      for (const document of await readYaml(file, text, problems))
        read({ data: document.value, evidence: (path) => document.evidence(path), tree, outside });
  }
}

/** As the repository has it: relative to its top. */
const plain = (path: string): string => path.replace(/^(?:\.?\/)+/, "");

const dockerfileAt = (table: unknown, ...path: readonly string[]): string =>
  plain(textAt(table, ...path) ?? "Dockerfile");

/** Each process has a command of its own, which takes the place of CMD. */
function readFly(fly: Configuration): void {
  const { data, evidence, outside } = fly;
  const image = textAt(data, "build", "image");
  const target = textAt(data, "build", "build-target");
  const origin = {
    ...(image === undefined ? { dockerfile: dockerfileAt(data, "build", "dockerfile") } : { image }),
    ...(target === undefined ? {} : { target }),
  };
  add(fly, { source: "fly", command: valueAt(data, "deploy", "release_command"), origin, role: "migrate" }, [
    "deploy",
    "release_command",
  ]);
  const processes = Object.entries(tableAt(data, "processes")).map(([name, command]) => ({
    name,
    start: add(fly, { source: "fly", command, origin, name }, ["processes", name]),
  }));
  const starts = processes.map(({ start }) => start);
  outside.hosted.push(...flyServices(fly, processes, origin));
  if (starts.length === 0 || starts.some(mayServe))
    addGrace(outside, valueAt(data, "kill_timeout"), evidence(["kill_timeout"]), { origin });
}

/** A service that is built from its Dockerfile has a `dockerCommand`; one of Python is built without. */
function readRender(render: Configuration): void {
  for (const [index, service] of listAt(render.data, "services").entries()) {
    const runtime = textAt(service, "runtime") ?? textAt(service, "env");
    const isElsewhere = plain(textAt(service, "rootDir") ?? "") !== "";
    if (isElsewhere || (runtime !== "docker" && runtime !== "python")) continue;
    const origin = runtime === "docker" ? { dockerfile: dockerfileAt(service, "dockerfilePath") } : undefined;
    const key = runtime === "docker" ? "dockerCommand" : "startCommand";
    const about = { source: "render", origin, name: textAt(service, "name") } as const;
    const role = textAt(service, "type") === "worker" ? "worker" : undefined;
    const before = { ...about, command: valueAt(service, "preDeployCommand"), role: "migrate" } as const;
    const start = add(render, { ...about, command: valueAt(service, key), role }, ["services", index, key]);
    const path = textAt(service, "healthCheckPath");
    if (origin !== undefined && path !== undefined)
      render.outside.hosted.push(
        askedService({
          ...about,
          origin,
          start,
          path,
          evidence: render.evidence(["services", index, "healthCheckPath"]),
        }),
      );
    add(render, before, ["services", index, "preDeployCommand"]);
  }
}

/** A Dockerfile is what is built, unless another builder is named. */
function readRailway(railway: Configuration): void {
  const { data } = railway;
  const isDocker = /^dockerfile$/i.test(textAt(data, "build", "builder") ?? "dockerfile");
  const origin = isDocker ? { dockerfile: dockerfileAt(data, "build", "dockerfilePath") } : undefined;
  const about = { source: "railway", origin } as const;
  const start = add(railway, { ...about, command: valueAt(data, "deploy", "startCommand") }, [
    "deploy",
    "startCommand",
  ]);
  const path = textAt(data, "deploy", "healthcheckPath");
  if (origin !== undefined && path !== undefined)
    railway.outside.hosted.push(
      askedService({ ...about, origin, start, path, evidence: railway.evidence(["deploy", "healthcheckPath"]) }),
    );
  for (const command of [valueAt(data, "deploy", "preDeployCommand")].flat())
    add(railway, { ...about, command, role: "migrate" }, ["deploy", "preDeployCommand"]);
}

const FILES: ReadonlyArray<readonly [string, (configuration: Configuration) => void]> = [
  ["fly.toml", readFly],
  ["render.yaml", readRender],
  ["railway.json", readRailway],
  ["railway.toml", readRailway],
];

interface Written {
  readonly source: (typeof HOSTING)[number];
  readonly command: unknown;
  /** What it builds; undefined where it builds without a Dockerfile. */
  readonly origin: ImageOrigin | undefined;
  readonly name?: string | undefined;
  readonly role?: StartCommand["role"] | undefined;
}

function add({ tree, outside, evidence }: Configuration, written: Written, path: Path): StartCommand | undefined {
  const { source, command, origin, name, role } = written;
  if (typeof command !== "string") return undefined;
  return addStart(outside, tree, source, {
    command,
    evidence: evidence(path),
    ...(origin === undefined ? {} : { origin }),
    ...(name === undefined ? {} : { name }),
    ...(role === undefined ? {} : { role }),
  });
}

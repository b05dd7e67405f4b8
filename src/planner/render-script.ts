import { isIn } from "../kit/paths.ts";
import { shellWord } from "../kit/shell-word.ts";
import type { Contract, Plan, Service } from "../model/types.ts";
import { titleOf } from "./image-name.ts";
import { imageTag } from "./render-dockerfile.ts";
import { scriptChecks } from "./script-checks.ts";
import { type ScriptBeside, sidecarLines } from "./script-sidecars.ts";
import { scriptTools } from "./script-tools.ts";

/** A request that waits for its body can be held in flight; the first such route without parameters. */
function bodyRoute(service: Service): string {
  const route = service.routes.find((one) => /^(POST|PUT|PATCH)$/i.test(one.method) && /^\/[\w./-]*$/.test(one.path));
  return route === undefined ? "" : `${route.method.toUpperCase()} ${route.path}`;
}

/** A source file that a comment can be added to, to see whether the dependencies stay cached. */
function sourceFile(plan: Plan, service: Service): string {
  const folders = [...plan.image.copies.map((copy) => copy.from), ...(plan.image.sync.sources ?? [])];
  const files = service.files.filter((file) => file.endsWith(".py"));
  const module = service.application?.value.module.replaceAll(".", "/");
  return (
    files.find((file) => module !== undefined && file.endsWith(`${module}.py`)) ??
    files.find((file) => folders.some((folder) => isIn(file, folder))) ??
    ""
  );
}

function variables(plan: Plan, service: Service): readonly string[] {
  const { contract, image } = plan;
  const { health } = image;
  const settings: Readonly<Record<string, string>> = {
    tag: imageTag(service),
    dockerfile: image.dockerfile,
    context: image.context,
    port: contract.kind === undefined ? String(contract.port) : "",
    health_path: contract.health?.path ?? "",
    healthy_within: health === undefined ? "0" : String(health.startPeriodSeconds + 2 * health.intervalSeconds),
    user: `${contract.uid}:${contract.gid}`,
    uid: String(contract.uid),
    grace: String(contract.signals.graceSeconds),
    start_within: String(contract.limits.startSeconds),
    body_route: bodyRoute(service),
    source_file: sourceFile(plan, service),
    workdir: image.workdir,
    absent_distributions: contract.absentDistributions.join(" "),
    absent_programs: contract.absentPrograms.join(" "),
    required: contract.env
      .filter((one) => one.required)
      .map((one) => one.name)
      .join(" "),
    secret: contract.env
      .filter((one) => one.secret)
      .map((one) => one.name)
      .join(" "),
  };
  return Object.entries(settings).map(([name, value]) => `${name}=${value === "" ? "''" : shellWord(value)}`);
}

/** Examples of the contract: they reach no system. Each can be set from outside. */
function environmentFile(env: Contract["env"]): readonly string[] {
  const lines = env
    .filter((one) => one.required || one.given === true)
    .map((one) => `${one.name}=${one.example.replaceAll(/[\r\n]+/g, " ")}`);
  return ["cat >\"$scratch/env\" <<'EXAMPLES'", ...lines, "EXAMPLES"];
}

/** The writable paths of the contract; everything else is read-only while it is tested. */
function mounts(plan: Plan): string {
  const words = plan.contract.writablePaths.flatMap((path) => ["--tmpfs", shellWord(`${path}:mode=1777`)]);
  return `writable=(${words.join(" ")})`;
}

/** A bash script that proves the contract with docker alone. The same plan gives the same bytes. */
export function renderScript(plan: Plan, service: Service, beside?: ScriptBeside): string {
  return [
    "#!/usr/bin/env bash",
    `# Proves what contracts/container.md promises about the production image of ${titleOf(service.name)}, with bash and docker alone.`,
    "# IMAGE=name tests that image and builds nothing. BUILD_FLAGS adds options to docker build.",
    "# The exit code is 0 when every promise that could be tested was kept, and 1 otherwise.",
    "set -euo pipefail",
    'cd "$(dirname "$0")/.."',
    "",
    ...variables(plan, service),
    mounts(plan),
    "",
    scriptTools.trim(),
    "",
    ...environmentFile(beside?.env ?? plan.contract.env),
    "",
    ...(beside === undefined ? [] : sidecarLines(beside)),
    scriptChecks.trim(),
    "",
  ].join("\n");
}

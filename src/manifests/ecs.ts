import type { HealthcheckConfig, Report } from "../model/types.ts";
import type { Manifest } from "./manifest.ts";
import { healthcheckOf, type Needs, needsOf } from "./support/needs.ts";
import { Proven } from "./support/proven.ts";

/** Fargate waits no longer for a container that is asked to stop. */
const MOST_STOP_SECONDS = 120;
/** The smallest task, where nothing was measured. */
const SMALLEST = { cpus: 0.25, memoryMiB: 512 };
/** Limits of a health check in a task definition, in seconds. */
const LIMITS = { interval: [5, 300], timeout: [2, 60], startPeriod: [0, 300] } as const;

/**
 * Fargate has no tmpfs, and a volume at a path that the image does not declare with VOLUME belongs to root. `/dev/shm` is
 * there for everybody, and libraries take what TMPDIR names for a temporary file.
 */
const TEMPORARY = { folder: "/tmp", variable: "TMPDIR", place: "/dev/shm" } as const;

/** What a run needs to prove the folders: the image declares what a task mounts, and only then. */
const HOW_TO_PROVE =
  "To prove the folders to write, commit this file in the service's folder (or name it as `taskDefinition` in seaworthy.yaml), run again and take the image of that run: it declares them with VOLUME, and is run under Fargate's rules.";

/** A task definition for Fargate, as `aws ecs register-task-definition --cli-input-json` takes it. JSON has no comments. */
export const ecs: Manifest = {
  id: "ecs",
  title: "ECS: a task definition for Fargate",
  file: "ecs-task-definition.json",
  render(report, options) {
    const { advice } = report;
    const needs = needsOf(report, options);
    const { name } = needs;
    const { folders, temporary } = writableOn(report, needs);
    const proven = new Proven(report);
    const size = advice?.resources?.fargate ?? SMALLEST;
    const unproven = needs.folders.length > 0 && !proven.by("writable-paths-on-fargate");
    const definition = {
      family: name,
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: String(size.cpus * 1024),
      memory: String(size.memoryMiB),
      runtimePlatform: {
        operatingSystemFamily: "LINUX",
        cpuArchitecture: (report.after.buildSide?.image?.platform ?? "").includes("arm64") ? "ARM64" : "X86_64",
      },
      executionRoleArn: "EXECUTION_ROLE_ARN",
      containerDefinitions: [containerOf(report, { ...needs, folders, temporary }, proven)],
      ...(folders.length === 0 ? {} : { volumes: folders.map(({ volume }) => ({ name: volume })) }),
    };
    proven.told("non-root", "numeric-user", "stops-when-idle", "stop-answers-in-flight");
    return {
      text: `${JSON.stringify(definition, null, 2)}\n`,
      fillIn: [
        ...toFillIn(report, needs),
        ...(temporary ? [`${TEMPORARY.place} holds temporary files: 64 MB, of the task's memory`] : []),
      ],
      open: [...proven.open(), ...(unproven ? [HOW_TO_PROVE] : [])],
    };
  },
};

/** The folders to mount a volume at, and whether temporary files have another place instead. */
function writableOn({ after }: Report, { folders }: Needs): Pick<Needs, "folders"> & { readonly temporary: boolean } {
  const declared = after.buildSide?.image?.config.volumes ?? [];
  const isElsewhere = (path: string) => path === TEMPORARY.folder && !declared.includes(path);
  return {
    folders: folders.filter(({ path }) => !isElsewhere(path)),
    temporary: folders.some(({ path }) => isElsewhere(path)),
  };
}

function toFillIn({ contract, advice }: Report, { name, variables, fillIn }: Needs): readonly string[] {
  const names = [...variables.plain, ...variables.secret].map((variable) => parameter(name, variable));
  return [
    ...fillIn,
    "EXECUTION_ROLE_ARN: a role that may pull the image and read its parameters",
    ...(names.length === 0 ? [] : [`parameters of Systems Manager: ${names.join(", ")}`]),
    ...(advice?.resources?.fargate === undefined ? ["cpu and memory: this run measured none"] : []),
    ...(contract.signals.graceSeconds > MOST_STOP_SECONDS
      ? [
          `stopTimeout: the service may take ${contract.signals.graceSeconds} s to stop, and Fargate waits ${MOST_STOP_SECONDS} s`,
        ]
      : []),
    "logConfiguration: where the streams go",
  ];
}

const parameter = (name: string, variable: string): string => `/${name}/${variable}`;

function containerOf(
  report: Report,
  needs: Needs & { readonly temporary: boolean },
  proven: Proven,
): Record<string, unknown> {
  const { contract } = report;
  const { name, image, folders, temporary } = needs;
  const variables = [...needs.variables.plain, ...needs.variables.secret];
  const healthcheck = healthcheckOf(report);
  const drop = proven.by("no-capabilities") ? { capabilities: { drop: ["ALL"] } } : {};
  // An init passes the signal on; where the drain under one is not proven, the service stays the first process.
  const linuxParameters = { ...drop, initProcessEnabled: proven.by("stops-under-init") };
  return {
    name,
    image,
    essential: true,
    user: `${contract.uid}:${contract.gid}`,
    readonlyRootFilesystem: contract.readOnlyRoot && proven.by("read-only-root"),
    linuxParameters,
    stopTimeout: Math.min(MOST_STOP_SECONDS, Math.ceil(contract.signals.graceSeconds)),
    ...(contract.kind === undefined ? { portMappings: [{ containerPort: contract.port, protocol: "tcp" }] } : {}),
    ...(temporary ? { environment: [{ name: TEMPORARY.variable, value: TEMPORARY.place }] } : {}),
    ...(variables.length === 0
      ? {}
      : { secrets: variables.map((variable) => ({ name: variable, valueFrom: parameter(name, variable) })) }),
    // ECS does not read the image's HEALTHCHECK.
    ...(healthcheck !== undefined && proven.by("healthcheck-healthy") ? { healthCheck: healthOf(healthcheck) } : {}),
    ...(folders.length === 0
      ? {}
      : {
          mountPoints: folders.map(({ path, volume }) => ({
            sourceVolume: volume,
            containerPath: path,
            readOnly: false,
          })),
        }),
  };
}

function healthOf({ test, intervalMs, timeoutMs, startPeriodMs, retries }: HealthcheckConfig): Record<string, unknown> {
  const within = ([least, most]: readonly [number, number], milliseconds: number) =>
    Math.min(most, Math.max(least, Math.ceil(milliseconds / 1000)));
  return {
    command: test,
    interval: within(LIMITS.interval, intervalMs),
    timeout: within(LIMITS.timeout, timeoutMs),
    startPeriod: within(LIMITS.startPeriod, startPeriodMs),
    retries: Math.min(10, Math.max(1, retries)),
  };
}

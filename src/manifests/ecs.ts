import type { HealthcheckConfig, Report } from "../model/types.ts";
import type { Manifest } from "./manifest.ts";
import { IMAGE, nameOf, requiredVariables, volumeName, writableFolders } from "./support/needs.ts";
import { Promises } from "./support/promises.ts";

/** Fargate waits no longer for a container that is asked to stop. */
const MOST_STOP_SECONDS = 120;
/** The smallest task, where nothing was measured. */
const SMALLEST = { cpus: 0.25, memoryMiB: 512 };
/** Limits of a health check in a task definition, in seconds. */
const LIMITS = { interval: [5, 300], timeout: [2, 60], startPeriod: [0, 300] } as const;

/** A task definition for Fargate, as `aws ecs register-task-definition --cli-input-json` takes it. JSON has no comments. */
export const ecs: Manifest = {
  id: "ecs",
  title: "ECS: a task definition for Fargate",
  file: "ecs-task-definition.json",
  render(report, { image }) {
    const { advice } = report;
    const promises = new Promises(report);
    const name = nameOf(report);
    const size = advice?.resources?.fargate ?? SMALLEST;
    const folders = writableFolders(report);
    if (folders.length > 0) promises.kept("writable-paths-on-fargate");
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
      containerDefinitions: [containerOf(report, { name, image: image ?? IMAGE, folders, promises })],
      ...(folders.length === 0 ? {} : { volumes: folders.map((path) => ({ name: volumeName(path) })) }),
    };
    promises.kept("non-root", "numeric-user", "stops-when-idle", "stop-answers-in-flight");
    return {
      text: `${JSON.stringify(definition, null, 2)}\n`,
      todo: todoOf(report, name, image),
      open: promises.open(),
    };
  },
};

function todoOf({ contract, advice }: Report, name: string, image: string | undefined): readonly string[] {
  const { secret, plain } = requiredVariables(contract);
  const names = [...plain, ...secret].map((variable) => parameter(name, variable));
  return [
    ...(image === undefined ? [`${IMAGE}: the image by digest, as it was pushed`] : []),
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

interface Parts {
  readonly name: string;
  readonly image: string;
  readonly folders: readonly string[];
  readonly promises: Promises;
}

function containerOf(report: Report, { name, image, folders, promises }: Parts): Record<string, unknown> {
  const { contract } = report;
  const { secret, plain } = requiredVariables(contract);
  const variables = [...plain, ...secret];
  const healthcheck = report.after.buildSide?.image?.config.healthcheck;
  const drop = promises.kept("no-capabilities") ? { capabilities: { drop: ["ALL"] } } : {};
  // An init passes the signal on; where the drain under one is not proven, the service stays the first process.
  const linuxParameters = { ...drop, initProcessEnabled: promises.kept("stops-under-init") };
  return {
    name,
    image,
    essential: true,
    user: `${contract.uid}:${contract.gid}`,
    readonlyRootFilesystem: contract.readOnlyRoot && promises.kept("read-only-root"),
    linuxParameters,
    stopTimeout: Math.min(MOST_STOP_SECONDS, Math.ceil(contract.signals.graceSeconds)),
    portMappings: [{ containerPort: contract.port, protocol: "tcp" }],
    ...(variables.length === 0
      ? {}
      : { secrets: variables.map((variable) => ({ name: variable, valueFrom: parameter(name, variable) })) }),
    // ECS does not read the image's HEALTHCHECK.
    ...(healthcheck !== undefined && healthcheck.test[0] !== "NONE" && promises.kept("healthcheck-healthy")
      ? { healthCheck: healthOf(healthcheck) }
      : {}),
    ...(folders.length === 0
      ? {}
      : {
          mountPoints: folders.map((path) => ({
            sourceVolume: volumeName(path),
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

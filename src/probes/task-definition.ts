import { noStrictReadOnly } from "./support/no-strict-read-only.ts";
import type { Container } from "../engine/engine.ts";
import type { Contract, TaskDefinition } from "../model/types.ts";
import type { Probe, ProbeContext } from "./probe.ts";
import { firstHealthy, whyUnhealthy } from "./support/health.ts";
import { type CommandSaid, saidBy, turns } from "./support/health-status.ts";
import { type LoggedLine, logTail } from "./support/logs.ts";
import { startPatience } from "./support/patience.ts";
import { runPython } from "./support/python.ts";
import { sendRequests } from "./support/requests.ts";
import { visit, type Visit } from "./support/routes.ts";
import { startService } from "./support/service.ts";
import { signalNamed, stopAtRest, type Stopped } from "./support/stop.ts";
import {
  contractUnder,
  environmentUnder,
  healthTimes,
  missingUnder,
  rulesInWords,
  startUnder,
  taskOf,
} from "./support/task.ts";
import { within } from "./support/time.ts";
import { complaints, writableRun } from "./support/writable-run.ts";

/** One life of the image under the rules of its ECS task definition. */
export interface UnderTask {
  /** Undefined when there is no task definition: nothing was run then. */
  readonly task: { readonly file: string; readonly line: number; readonly container: string } | undefined;
  /** Fields that only the deployment knows and without which it cannot be run as it will be: nothing was run then. */
  readonly later: readonly string[];
  readonly rules: string;
  readonly port: number;
  /** Variables that the service requires and the task definition does not name. */
  readonly missing: readonly string[];
  readonly healthy: boolean;
  readonly problem: string;
  /** The same requests without these rules, and with them. */
  readonly usual: readonly Visit[];
  readonly visits: readonly Visit[];
  readonly complaints: readonly string[];
  /** Whether Python finds a folder for temporary files, where the code asks for one; why not, when it does not. */
  readonly temporary: { readonly folder?: string; readonly problem?: string } | undefined;
  readonly health:
    | {
        readonly command: readonly string[];
        readonly healthyMs: number | undefined;
        /** Where it did not succeed: how it ended the last time. */
        readonly said?: CommandSaid;
      }
    | undefined;
  readonly stopTimeoutSeconds: number;
  readonly stop: Stopped | undefined;
  readonly log: readonly LoggedLine[];
}

/** What ECS waits where the task definition says nothing. */
const USUAL_STOP_SECONDS = 30;

export const taskDefinition: Probe<UnderTask> = {
  id: "task-definition",
  title: "Run the image under the rules of its ECS task definition",
  runs: "beside-others",
  waits: true,
  version: 7,
  async collect(context) {
    const { contract, image, service } = context;
    const task = taskOf(service, contract);
    if (task === undefined) return NOTHING;
    const { file, line } = task.evidence;
    const known: UnderTask = {
      ...NOTHING,
      task: { file, line, container: task.container },
      later: task.later,
      rules: rulesInWords(task, image),
      port: contractUnder(task, contract).port,
      missing: missingUnder(task, contract),
      stopTimeoutSeconds: task.stopTimeoutSeconds ?? USUAL_STOP_SECONDS,
    };
    if (task.later.length > 0) return known;
    if (task.readOnlyRoot && context.engine.strictReadOnly === false) throw noStrictReadOnly(context.engine);
    return { ...known, ...(await lifeUnder(task, known, context)) };
  },
};

async function lifeUnder(task: TaskDefinition, known: UnderTask, context: ProbeContext): Promise<Partial<UnderTask>> {
  const under = contractUnder(task, context.contract);
  const limitMs = startPatience(under);
  const most = 2 * limitMs + known.stopTimeoutSeconds * 4000 + 90_000;
  const signal = within(context.signal, most, "The run under the task definition");
  const usual = await writableRun(context, signal);
  const env = environmentUnder(task, context.contract);
  await using container = await startService(
    { ...context, contract: under },
    { ...startUnder(task, context.image), env },
  );
  const health = await firstHealthy(container, under, { limitMs, signal });
  if (!health.healthy) {
    const lines = await container.logs();
    const log = logTail(lines);
    return { problem: whyUnhealthy(health, log), complaints: complaints(lines, usual), log };
  }
  const visits = await visit(container, under, usual.paths, signal);
  const requests = await sendRequests(container, under, signal);
  const temporary = usesTemporaryFiles(context) ? await temporaryFolder(container, signal) : undefined;
  const status = task.health === undefined ? undefined : await healthOf(task, container, under, signal);
  // ECS sends what the image asks for.
  const sent = signalNamed(context.image.config.stopSignal);
  const stop = await stopAtRest(container, sent, known.stopTimeoutSeconds * 1000, signal);
  const lines = await container.logs();
  return {
    healthy: true,
    usual: [...usual.visits, ...usual.requests],
    visits: [...visits, ...requests],
    temporary,
    health: status,
    stop,
    complaints: complaints(lines, usual),
    log: logTail(lines),
  };
}

async function healthOf(
  task: TaskDefinition,
  container: Container,
  contract: Contract,
  signal: AbortSignal,
): Promise<UnderTask["health"]> {
  const healthyMs = await turns(container, "healthy", signal, { times: healthTimes(task) });
  const said = healthyMs === undefined ? await saidBy(container, contract) : undefined;
  return { command: task.health?.command ?? [], healthyMs, ...(said && { said }) };
}

const NOTHING: UnderTask = {
  task: undefined,
  later: [],
  rules: "",
  port: 0,
  missing: [],
  healthy: false,
  problem: "",
  usual: [],
  visits: [],
  complaints: [],
  temporary: undefined,
  health: undefined,
  stopTimeoutSeconds: USUAL_STOP_SECONDS,
  stop: undefined,
  log: [],
};

const usesTemporaryFiles = ({ service, contract }: { service: ProbeContext["service"]; contract: Contract }): boolean =>
  [...service.writes.map(({ path }) => path), ...contract.writablePaths].some((path) => /^\/tmp(?:\/|$)/.test(path));

/** The folder that `tempfile` takes, asked as the service's user: health alone never asks for one. */
async function temporaryFolder(container: Container, signal: AbortSignal): Promise<UnderTask["temporary"]> {
  const script = "import tempfile\nwith tempfile.NamedTemporaryFile() as file: print(tempfile.gettempdir())";
  const result = await runPython(container, script, { signal });
  if (result === undefined) return undefined;
  if (result.code === 0) return { folder: result.stdout.trim() };
  return { problem: (result.stderr.trim().split("\n").at(-1) ?? "").slice(0, 300) };
}

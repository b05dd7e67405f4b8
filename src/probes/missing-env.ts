import type { Container } from "../engine/engine.ts";
import type { Probe, ProbeContext } from "./probe.ts";
import { firstHealthy, NeverHealthy } from "./support/health.ts";
import { leakedIn, leakedInLog, watchedSecrets } from "./support/leaks.ts";
import { lastLine, type LoggedLine, logTail } from "./support/logs.ts";
import { namedAs } from "./support/named.ts";
import { startPatience } from "./support/patience.ts";
import { requiredEnv } from "./support/service.ts";
import { within } from "./support/time.ts";
import { askedAlike } from "./support/wire.ts";
import { askedOn } from "./support/works.ts";
import { runUntilEnd, waitingContainer } from "./support/waiting-container.ts";

/** What happened without one of the required variables. */
export interface WithoutVariable {
  readonly name: string;
  readonly outcome: "exited" | "became healthy" | "kept running";
  readonly code: number | undefined;
  readonly milliseconds: number;
  /** The log names the variable. */
  readonly named: boolean;
  /** By what, where that is another name: of its field, or without its prefix. */
  readonly as?: string;
  readonly lastLine: string;
  /** Names of secret variables whose value stands in the log. */
  readonly leaked: readonly string[];
  /** All of them were left out at once, in the short proof. */
  readonly together?: boolean;
  /** The image's command was run in a container that stood ready, which starts nothing else. */
  readonly inWaiting?: boolean;
}

export interface MissingEnv {
  readonly runs: readonly WithoutVariable[];
  /** Secret variables whose example value is long enough to be recognised in a log. */
  readonly watched: readonly string[];
}

const AT_ONCE = 2;
/** For fewer, a container that waits costs as much as it saves. */
const WORTH_WAITING = 3;

export const missingEnv: Probe<MissingEnv> = {
  id: "missing-env",
  title: "Start the image without each required variable in turn",
  runs: "beside-others",
  long: true,
  needsHealthy: true,
  version: 6,
  async collect(context) {
    const { contract } = context;
    const required = contract.env.filter(({ required: needed }) => needed).map(({ name }) => name);
    const limitMs = startPatience(contract);
    const signal = within(context.signal, 60_000 + (required.length + 2) * limitMs, "Leaving out the variables");
    const atOnce = context.quick === true ? await withoutAny(context, required, { limitMs, signal }) : undefined;
    if (atOnce !== undefined)
      return { runs: atOnce, watched: watchedSecrets(context.contract).map(({ name }) => name) };
    const left = [...required.entries()];
    const runs: WithoutVariable[] = [];
    const work = async () => {
      await using waiting = new Waiting(context, required, { limitMs, signal });
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        if (context.shared.unhealthy !== undefined) throw new NeverHealthy(`Not tried: ${context.shared.unhealthy}`);
        const [index, name] = next;
        runs[index] = (await waiting.runWithout(name)) ?? (await startWithout(context, name, { limitMs, signal }));
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, required.length) }, work));
    // A start beside others can be so slow that it looks like one that hangs: until one hangs alone, each is asked again.
    for (const [index, { name, outcome }] of runs.entries()) {
      if (outcome !== "kept running") continue;
      const again = await startWithout(context, name, { limitMs, signal });
      runs[index] = again;
      if (again.outcome === "kept running") break;
    }
    return { runs, watched: watchedSecrets(context.contract).map(({ name }) => name) };
  },
};

/**
 * A container that stands ready, in which the image's command is run without one variable after the other. Only what ends
 * there as it should is believed: where it does not, a start of its own has to show it, and the container is used no more.
 */
class Waiting implements AsyncDisposable {
  readonly #context: ProbeContext;
  readonly #required: readonly string[];
  readonly #limits: Limits;
  #container: Container | undefined;
  #useless: boolean;

  constructor(context: ProbeContext, required: readonly string[], limits: Limits) {
    this.#context = context;
    this.#required = required;
    this.#limits = limits;
    this.#useless = required.length < WORTH_WAITING;
  }

  async runWithout(name: string): Promise<WithoutVariable | undefined> {
    if (this.#useless) return undefined;
    this.#container ??= await waitingContainer(this.#context, this.#required);
    const { contract } = this.#context;
    const env = requiredEnv(contract, [name]);
    const ended = this.#container && (await runUntilEnd(this.#container, this.#context, { env, ...this.#limits }));
    const seen = ended && {
      name,
      outcome: "exited" as const,
      code: ended.code,
      milliseconds: ended.milliseconds,
      ...naming(ended.lines, name, contract),
      lastLine: lastLine(logTail(ended.lines)),
      leaked: leakedIn(ended.lines, contract, [name]),
      inWaiting: true,
    };
    if (seen !== undefined && seen.code !== 0 && seen.named) return seen;
    this.#useless = true;
    await this[Symbol.asyncDispose]();
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const container = this.#container;
    this.#container = undefined;
    await container?.[Symbol.asyncDispose]();
  }
}

/** One start without all of them: enough where the service then names each. Where it does not, each has a start of its own. */
async function withoutAny(
  context: ProbeContext,
  leftOut: readonly string[],
  limits: Limits,
): Promise<readonly WithoutVariable[] | undefined> {
  if (leftOut.length < 2) return undefined;
  const all = await startWithoutAll(context, leftOut, limits);
  return all.every(({ outcome, code, named }) => outcome === "exited" && code !== 0 && named)
    ? all.map((one) => ({ ...one, together: true }))
    : undefined;
}

interface Limits {
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

async function startWithout(context: ProbeContext, name: string, limits: Limits): Promise<WithoutVariable> {
  const [only] = await startWithoutAll(context, [name], limits);
  return only as WithoutVariable;
}

/** One start without some variables, as each of them sees it. */
async function startWithoutAll(
  context: ProbeContext,
  leftOut: readonly string[],
  limits: Limits,
): Promise<readonly WithoutVariable[]> {
  const { contract } = context;
  const env = requiredEnv(contract, leftOut);
  const started = await context.engine.start(context.image.id, { env, publish: askedOn(contract) });
  await using container = askedAlike(started, context.shared);
  const health = await firstHealthy(container, contract, limits);
  const lines = await container.logs();
  const log: readonly LoggedLine[] = logTail(lines);
  const exit = health.healthy ? undefined : health.exit;
  const leaked = await leakedInLog(container, contract, leftOut);
  return leftOut.map((name) => ({
    name,
    outcome: outcomeOf(health.healthy, exit !== undefined),
    code: exit?.code,
    milliseconds: health.milliseconds,
    ...naming(lines, name, contract),
    lastLine: lastLine(log),
    leaked,
  }));
}

function naming(
  lines: readonly { readonly text: string }[],
  name: string,
  { env }: ProbeContext["contract"],
): Pick<WithoutVariable, "named" | "as"> {
  const as = namedAs(lines.map(({ text }) => text).join("\n"), name, env);
  return { named: as !== undefined, ...(as === undefined || as === name ? {} : { as }) };
}

function outcomeOf(healthy: boolean, exited: boolean): WithoutVariable["outcome"] {
  if (healthy) return "became healthy";
  return exited ? "exited" : "kept running";
}

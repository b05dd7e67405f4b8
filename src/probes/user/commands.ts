import type { Container, StartOptions } from "../../engine/engine.ts";
import { UserError } from "../../kit/errors.ts";
import type { CommandExpectation } from "../../model/types.ts";
import type { ProbeContext } from "../probe.ts";
import { requiredEnv } from "../support/service.ts";
import { compare, expand, lastLines, search, type UserSeen, unseen } from "./compared.ts";
import { timeLimit } from "../../kit/time-limit.ts";

/** No check has more rights than the service shall have in production. */
export const LEAST_RIGHTS: StartOptions = { dropCapabilities: true, noNewPrivileges: true, pidsLimit: 512 };

const LIMIT_MS = 60_000;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command in a container of its own, in place of the image's entrypoint and command. */
export async function seeCommand(context: ProbeContext, wanted: CommandExpectation): Promise<UserSeen> {
  if (wanted.unmet !== undefined) return unseen(`Its file asks for more than production gives: ${wanted.unmet}.`);
  const { env: known } = context.image.config;
  const words = (argv: readonly string[]) => (wanted.expands ? argv.map((word) => expand(word, known)) : argv);
  const values = Object.entries(wanted.env).map(([name, value]) => [
    name,
    wanted.expands ? expand(value, known) : value,
  ]);
  const env = { ...requiredEnv(context.contract), ...Object.fromEntries(values) };
  const limit = timeLimit(LIMIT_MS);
  const signal = AbortSignal.any([context.signal, limit]);
  const argv = words(wanted.argv);
  try {
    const outcome =
      wanted.setup.length === 0
        ? await alone(context, { argv, env, signal })
        : await prepared(context, { argv, env, signal, setup: wanted.setup.map(words) });
    return {
      compared: [
        compare("exit code", wanted.exit, outcome.code),
        ...search("stdout", wanted.stdout, outcome.stdout),
        ...search("stderr", wanted.stderr, outcome.stderr),
      ],
      excerpt: [
        ...lastLines(outcome.stdout).map((line) => `stdout: ${line}`),
        ...lastLines(outcome.stderr).map((line) => `stderr: ${line}`),
      ],
    };
  } catch (error) {
    context.signal.throwIfAborted();
    const what = `\`${argv.join(" ")}\``;
    if (limit.aborted)
      return { compared: [compare(what, "ends", `still running after ${LIMIT_MS / 1000} s`)], excerpt: [] };
    if (!(error instanceof UserError) || error.code !== "engine/start-failed") throw error;
    return { compared: [compare(what, "starts", error.message)], excerpt: [] };
  }
}

interface Job {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

async function alone({ engine, image }: ProbeContext, { argv, env, signal }: Job): Promise<Outcome> {
  const [program = "", ...rest] = argv;
  await using container = await engine.start(image.id, { ...LEAST_RIGHTS, env, entrypoint: [program], command: rest });
  const exit = await container.exited(signal);
  const lines = await container.logs();
  const text = (stream: string) => lines.filter((line) => line.stream === stream).map((line) => `${line.text}\n`);
  return { code: exit.code, stdout: text("stdout").join(""), stderr: text("stderr").join("") };
}

/** What keeps a container alive while several commands run in it: the first that the image has. */
const IDLE: ReadonlyArray<readonly string[]> = [
  ["sleep", "3600"],
  ["python3", "-c", "import time; time.sleep(3600)"],
  ["python", "-c", "import time; time.sleep(3600)"],
];

async function prepared(
  context: ProbeContext,
  job: Job & { readonly setup: ReadonlyArray<readonly string[]> },
): Promise<Outcome> {
  await using container = await idle(context, job.env);
  for (const argv of job.setup)
    await container.exec(argv, { signal: job.signal }).catch(() => job.signal.throwIfAborted());
  return await container.exec(job.argv, { signal: job.signal });
}

async function idle({ engine, image }: ProbeContext, env: Job["env"]): Promise<Container> {
  let last: unknown;
  for (const argv of IDLE) {
    try {
      return await engine.start(image.id, { ...LEAST_RIGHTS, env, entrypoint: argv, command: [] });
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

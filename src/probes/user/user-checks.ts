import type { Expectation } from "../../model/types.ts";
import type { Probe, ProbeContext } from "../probe.ts";
import { startPatience } from "../support/patience.ts";
import { within } from "../support/time.ts";
import { seeCommand } from "./commands.ts";
import type { UserSeen } from "./compared.ts";
import { seeConfiguration } from "./configuration.ts";
import { seeFile, seeLicences } from "./files.ts";
import { withoutValues } from "../../kit/redact-data.ts";
import { secretValues } from "./redacted.ts";
import { seeService } from "./service.ts";

/** What was seen for each check that the team wrote, by its id. */
export interface UserChecks {
  readonly seen: Readonly<Record<string, UserSeen>>;
}

type Of<Kind extends Expectation["kind"]> = Extract<Expectation, { kind: Kind }>;

const AT_ONCE = 2;

/** Not part of the catalogue: it runs where a team wrote checks of its own. */
export const userChecks: Probe<UserChecks> = {
  id: "user-checks",
  title: "Look at what the team's own checks ask for",
  runs: "beside-others",
  version: 1,
  async collect(context) {
    const { contract } = context;
    const wanted = contract.expectations ?? [];
    const slowest = Math.max(0, ...wanted.map((one) => (one.kind === "log" ? one.within * 1000 : 0)));
    const limitMs = startPatience(contract) + slowest + wanted.length * 65_000 + 60_000;
    const signal = within(context.signal, limitMs, "Looking at the team's own checks");
    const of = <Kind extends Expectation["kind"]>(kind: Kind): ReadonlyArray<Of<Kind>> =>
      wanted.filter((one): one is Of<Kind> => one.kind === kind);
    const [service, files, commands] = await Promise.all([
      seeService(context, { http: of("http"), log: of("log") }, signal),
      seeFiles(context, [...of("file"), ...of("licences")]),
      seeCommands({ ...context, signal }, of("command")),
    ]);
    const configurations = of("configuration").map(
      (one) => [one.id, seeConfiguration(one, context.image.config)] as const,
    );
    const seen = Object.fromEntries([...service, ...files, ...commands, ...configurations]);
    // A service that repeats what it was sent must not write a secret into the evidence.
    return withoutValues({ seen }, wanted.flatMap(secretValues));
  },
};

async function seeFiles(
  context: ProbeContext,
  wanted: ReadonlyArray<Of<"file"> | Of<"licences">>,
): Promise<ReadonlyMap<string, UserSeen>> {
  const seen = new Map<string, UserSeen>();
  if (wanted.length === 0) return seen;
  await using files = await context.engine.openFiles(context.image.id);
  for (const one of wanted)
    seen.set(one.id, one.kind === "file" ? await seeFile(files, one, context) : await seeLicences(files, one));
  return seen;
}

async function seeCommands(
  context: ProbeContext,
  wanted: ReadonlyArray<Of<"command">>,
): Promise<ReadonlyMap<string, UserSeen>> {
  const seen = new Map<string, UserSeen>();
  const left = [...wanted];
  const work = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift())
      seen.set(one.id, await seeCommand(context, one));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return seen;
}

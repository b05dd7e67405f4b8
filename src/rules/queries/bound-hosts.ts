import type { Place } from "../../model/types.ts";
import { serverOf, unwrap } from "../../project/unwrap.ts";
import type { RuleInput } from "../rule.ts";
import { bindOf, type Serving } from "./bind.ts";
import { mayBeTold, ownContainers, servingIn } from "./containers.ts";
import { lastCommands } from "./entrypoint.ts";
import { madeCommands } from "./recipes.ts";
import { runsOnLambda } from "./lambda.ts";
import { startOf } from "./start.ts";
import { at } from "./steps.ts";

/** A server that is started, and the address that it is told, or takes, to listen on. */
export interface BoundHost {
  readonly serving: Serving;
  readonly host: string;
  readonly where: Place;
  /** A container of another file may be told more than that file says. */
  readonly confidence?: "likely";
}

/** Of the image's own command, of the script that it starts with, and of the containers that have a command of their own. */
export function* boundHosts(input: RuleInput): Generator<BoundHost> {
  const { dockerfile } = input;
  const start = startOf(dockerfile);
  if (start !== undefined && !runsOnLambda(dockerfile)) {
    const host = hostOf(input, start);
    if (host !== undefined) yield { serving: start, host, where: at(dockerfile, start.instruction) };
    if (start.server === "unknown") yield* byScript(input, start.stage);
  }
  for (const { terms } of ownContainers(input)) {
    const serving = servingIn(input, terms);
    // Where no port leads to it, another container of the pod may be the only one that asks.
    if (serving?.own !== true || terms.ports.length === 0) continue;
    const host = hostOf(input, serving);
    if (host === undefined || (!serving.argv.join(" ").includes(host) && mayBeTold(terms))) continue;
    yield { serving, host, where: serving.place, confidence: "likely" };
  }
}

/** The server that an entrypoint script of the repository ends with; a word with a variable in it says nothing. */
function* byScript(input: RuleInput, stage: Serving["stage"]): Generator<BoundHost> {
  for (const { command, place, text } of [...lastCommands(input), ...madeCommands(input)]) {
    const { argv } = unwrap(command.argv);
    if (argv.some((word) => word.includes("$")) || SETS_BIND.test(text)) continue;
    const serving = { argv, server: serverOf(argv), stage };
    const host = hostOf(input, serving);
    if (host !== undefined) yield { serving, host, where: place };
  }
}

/** The script itself sets a variable that a server reads. */
const SETS_BIND = /\b(?:\w*HOST|\w*BIND\w*|PORT|GUNICORN_CMD_ARGS)=/;

function hostOf({ dockerfile, service }: RuleInput, serving: Serving): string | undefined {
  if (serving.argv.includes("--uds") || serving.argv.includes("--fd")) return undefined;
  return bindOf(dockerfile, serving, service.files).host;
}

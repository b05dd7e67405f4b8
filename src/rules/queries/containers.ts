import type { GracePeriod, OutsideLimits, OutsideTerms, Place } from "../../model/types.ts";
import type { RuleInput } from "../rule.ts";
import { serverOf } from "../../project/unwrap.ts";
import { bindOf, type Serving } from "./bind.ts";
import { runsShipped } from "./origin.ts";
import { behindEntrypoint, startOf } from "./start.ts";
import { at } from "./steps.ts";

/** A container of Compose, Kubernetes or a hosting platform that runs the shipped image. */
export interface OwnContainer extends Pick<OutsideLimits, "container" | "evidence" | "origin"> {
  readonly terms: OutsideTerms;
}

export const ownContainers = (input: RuleInput): readonly OwnContainer[] =>
  [...input.service.outsideLimits, ...(input.service.hostedServices ?? [])].flatMap((one) =>
    one.terms !== undefined && runsShipped(input, one) === true ? [{ ...one, terms: one.terms }] : [],
  );

/** What serves in a container, and where that is said. */
export interface ServingThere extends Serving {
  readonly place: Place;
  /** By a command of the container's own. */
  readonly own: boolean;
}

/** Undefined where it is not known: a command in another file, or one that is no server's. */
export function servingIn(
  { dockerfile }: RuleInput,
  { ownCommand, ownStart }: Pick<GracePeriod, "ownStart"> & { readonly ownCommand?: boolean },
): ServingThere | undefined {
  const start = startOf(dockerfile);
  if (!start) return undefined;
  if (ownCommand !== true) return { ...start, place: at(dockerfile, start.instruction), own: false };
  if (ownStart === undefined) return undefined;
  const { evidence } = ownStart;
  const words = ownStart.afterEntrypoint === true ? behindEntrypoint(dockerfile, ownStart.argv) : undefined;
  const behind = words === undefined ? [] : [{ argv: words, server: serverOf(words) }];
  // An entry point that is no server's may start what follows it.
  const found = [...behind, ownStart].find(({ server }) => server !== "own" && server !== "unknown");
  if (found === undefined) return undefined;
  return { argv: found.argv, server: found.server, stage: start.stage, place: evidence, own: true };
}

/** The port that the service listens on in this container; undefined where a file or a variable may say another. */
export function portIn(input: RuleInput, { terms }: OwnContainer): number | undefined {
  const start = servingIn(input, terms);
  if (!start) return undefined;
  const { port } = bindOf(input.dockerfile, start, input.service.files);
  if (start.own) return ownPort(port, start, terms);
  const known = input.service.port?.value;
  const number = port === undefined ? known?.number : Number(port);
  if (number === undefined || !Number.isInteger(number)) return undefined;
  if (port !== undefined && known?.variable === undefined) return number;
  // A variable decides, and the container may set it.
  return mayBeTold(terms) ? undefined : number;
}

/** A variable of the container may say where the server listens. */
export const mayBeTold = ({ variables, moreVariables }: OutsideTerms): boolean =>
  moreVariables || Object.keys(variables).some((name) => /PORT|HOST|BIND|ADDRESS|URL|LISTEN|ARGS/i.test(name));

/** By the container's own command: what that says, or what the server does when nothing says otherwise. */
function ownPort(port: string | undefined, { argv }: Serving, terms: OutsideTerms): number | undefined {
  if (port === undefined || !/^\d+$/.test(port)) return undefined;
  return argv.some((word) => wholeNumber(Number(port)).test(word)) || !mayBeTold(terms) ? Number(port) : undefined;
}

const SPEAKS = /\.(?:py|sh|toml|ini|cfg|conf|json)$|(?:^|\/)(?:Dockerfile|Procfile|[^/]*entrypoint[^/]*)$/;

/** What a platform reads, and the service does not. */
const OF_PLATFORM = /(?:^|\/)(?:fly|railway)\.(?:toml|json)$/;

/** Whether the service's own files name it: then something in it may well answer to it. */
export function isNamedInside({ service, read }: RuleInput, word: RegExp, but?: string): boolean {
  const files = service.files.filter(
    (file) =>
      file !== but && SPEAKS.test(file) && !OF_PLATFORM.test(file) && !/(?:^|\/)(?:tests?|node_modules)\//.test(file),
  );
  return files.some((file) => word.test(read?.(file) ?? ""));
}

/** Starts like `8000/metrics` are found as whole numbers only. */
export const wholeNumber = (number: number): RegExp => new RegExp(String.raw`(?<![\d.])${number}(?![\d.])`);

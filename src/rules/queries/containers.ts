import type { OutsideLimits, OutsideTerms } from "../../model/types.ts";
import type { RuleInput } from "../rule.ts";
import { bindOf } from "./bind.ts";
import { runsShipped } from "./origin.ts";
import { startOf } from "./start.ts";

/** A container of Compose or Kubernetes that runs the shipped image. */
export interface OwnContainer extends OutsideLimits {
  readonly terms: OutsideTerms;
}

export const ownContainers = (input: RuleInput): readonly OwnContainer[] =>
  input.service.outsideLimits.flatMap((one) =>
    one.terms !== undefined && runsShipped(input, one) === true ? [{ ...one, terms: one.terms }] : [],
  );

/** The port that the image listens on in this container; undefined where its own command or a variable may say another. */
export function portIn(input: RuleInput, { terms }: OwnContainer): number | undefined {
  const start = startOf(input.dockerfile);
  if (!start || terms.ownCommand) return undefined;
  const { port } = bindOf(input.dockerfile, start, input.service.files);
  const known = input.service.port?.value;
  const number = port === undefined ? known?.number : Number(port);
  if (number === undefined || !Number.isInteger(number)) return undefined;
  if (port !== undefined && known?.variable === undefined) return number;
  // A variable decides, and the container may set it.
  const set = Object.keys(terms.variables).some((name) => /PORT|BIND|ADDRESS|URL|LISTEN|ARGS/i.test(name));
  return set || terms.moreVariables ? undefined : number;
}

const SPEAKS = /\.(?:py|sh|toml|ini|cfg|conf|json)$|(?:^|\/)(?:Dockerfile|Procfile|[^/]*entrypoint[^/]*)$/;

/** Whether the service's own files name it: then something in it may well answer to it. */
export function isNamedInside({ service, read }: RuleInput, word: RegExp): boolean {
  const files = service.files.filter((file) => SPEAKS.test(file) && !/(?:^|\/)(?:tests?|node_modules)\//.test(file));
  return files.some((file) => word.test(read?.(file) ?? ""));
}

/** Starts like `8000/metrics` are found as whole numbers only. */
export const wholeNumber = (number: number): RegExp => new RegExp(String.raw`(?<![\d.])${number}(?![\d.])`);

import type { Facts } from "../decisions/decider.ts";
import { mainStart } from "../decisions/shared/server.ts";
import { instructionsToday, lineage } from "../decisions/shared/today.ts";
import { imageName } from "../dockerfile/image-name.ts";
import type { Instruction, Refusal } from "../model/types.ts";
import { refusal } from "./refusal-kinds.ts";

/** Bases whose Python, CUDA or conda cannot be replaced without changing what the service computes. */
const SPECIAL =
  /(^|\/)(nvidia|pytorch|tensorflow|rocm|continuumio|condaforge|mambaorg|jupyter)\/|cuda|conda|playwright/;

/** What starts the handler of a function there is in the base, and is no server that anybody else may ask. */
const LAMBDA = /(?:^|\/)lambda\/|(?:^|\/)aws-lambda/;

/** Python without more, and the distributions themselves: they start no service. */
const PLAIN =
  /^(?:python|pypy|uv|debian|ubuntu|alpine|amazonlinux|fedora|rockylinux|almalinux|centos|buildpack-deps|scratch|ubi\d.*|python-\d+|python3-debian\d+|python3)$/;

/** Programs of an entry point that must start as root to do its work. */
const NEEDS_ROOT = /\b(gosu|su-exec|setpriv|usermod|groupmod|chown|s6-svscan)\b/;

/** Whether a command starts several programs, as a file of its own says. */
export const isSupervised = (command: string): boolean =>
  /\bsupervisord?\b|\bs6-|\bcircusd\b|\bhoncho\b|\bforeman\b|\brunsvdir\b/.test(command);

export const isLambda = ({ dockerfile }: Facts): boolean => LAMBDA.test(lineage(dockerfile)[0]?.resolvedBase ?? "");

/** Today's base, or what the image starts, is more than another base could take the place of. */
export function* baseRefusals(facts: Facts): Generator<Refusal> {
  const { dockerfile, service } = facts;
  const [first] = lineage(dockerfile);
  const image = first?.resolvedBase ?? "";
  if (isLambda(facts)) yield refusal("lambda", { what: `The image is a function of AWS Lambda, on \`${image}\`` });
  else if (SPECIAL.test(image)) yield refusal("special-base", { what: `The service runs on \`${image}\`` });
  const started = [...instructionsToday(dockerfile, "ENTRYPOINT"), ...instructionsToday(dockerfile, "CMD")];
  const asRoot = started.find(({ args }) => NEEDS_ROOT.test(args));
  if (asRoot !== undefined)
    yield refusal("root-entrypoint", { what: `The entry point in line ${asRoot.line} must start as root` });
  if (facts.overrides["command"] !== undefined) return;
  yield* supervised(facts, started);
  if (first !== undefined && started.length === 0 && mainStart(service) === undefined && !isPlain(image))
    yield refusal("base-starts", { what: `No file says how the service is started, and \`${image}\` may start it` });
}

/** Where its file tells one of them, or is not there, that one would be taken for the whole. */
function* supervised({ dockerfile, service }: Facts, started: readonly Instruction[]): Generator<Refusal> {
  const one = started.find(({ args }) => isSupervised(args));
  if (one !== undefined && !isSupervised(mainStart(service)?.written ?? ""))
    yield refusal("several-processes", {
      what: `\`${one.args}\` (${dockerfile?.path}:${one.line}) starts several processes`,
    });
}

const isPlain = (image: string): boolean => PLAIN.test(imageName(image).short);

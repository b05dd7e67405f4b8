import type { Flag, Instruction } from "../model/types.ts";
import { trimSpace } from "./chars.ts";
import { healthRefusal, modeRefusal } from "./flag-values.ts";
import { heredocName } from "./heredoc.ts";

type FlagKind = "text" | "switch" | "list";

const flagKinds: Readonly<Record<string, Readonly<Record<string, FlagKind>>>> = {
  ADD: {
    chown: "text",
    chmod: "text",
    link: "switch",
    "keep-git-dir": "switch",
    checksum: "text",
    unpack: "switch",
    exclude: "list",
  },
  COPY: { chown: "text", chmod: "text", from: "text", link: "switch", exclude: "list", parents: "switch" },
  FROM: { platform: "text" },
  HEALTHCHECK: {
    interval: "text",
    timeout: "text",
    "start-period": "text",
    "start-interval": "text",
    retries: "text",
  },
  RUN: { mount: "list", network: "text", security: "text", device: "list" },
};

/** Instructions whose flags BuildKit does not look at. */
const flagsUnchecked = new Set(["ARG", "STOPSIGNAL"]);

type Check = (instruction: Instruction) => string | undefined;

function firstOf(flags: readonly Flag[], refusal: (flag: Flag) => string | undefined): string | undefined {
  for (const flag of flags) {
    const found = refusal(flag);
    if (found !== undefined) return found;
  }
  return undefined;
}

const atLeastOne: Check = ({ keyword, words }) =>
  words.length === 0 ? `${keyword} requires at least one argument` : undefined;
const exactlyOne: Check = ({ keyword, words }) =>
  words.length === 1 ? undefined : `${keyword} requires exactly one argument`;
const named: Check = (instruction) =>
  atLeastOne(instruction) ??
  (instruction.words.some((word) => word.startsWith("="))
    ? `${instruction.keyword} names can not be blank`
    : undefined);
const copied: Check = ({ keyword, words }) => {
  if (words.length < 2) return `${keyword} requires at least two arguments: sources and a destination`;
  return heredocName(words.at(-1) ?? "") === undefined
    ? undefined
    : `${keyword} cannot accept a heredoc as a destination`;
};
const from: Check = ({ words }) => {
  if (words.length === 1) return undefined;
  if (words.length !== 3 || words[1]?.toUpperCase() !== "AS") return "FROM requires either one or three arguments";
  return /^[a-z][a-z0-9-_.]*$/.test(words[2]?.toLowerCase() ?? "")
    ? undefined
    : `invalid name for a stage: "${words[2]}"; it begins with a letter and holds letters, digits, "-", "_" and "."`;
};
const shell: Check = ({ form, words }) => {
  if (words.length === 0) return "SHELL requires at least one argument";
  return form === "exec" ? undefined : "SHELL requires the arguments to be in JSON form";
};
const onbuild: Check = ({ words, inner }) => {
  if (words.length === 0) return "ONBUILD requires at least one argument";
  if (inner === undefined || inner.keyword === "ONBUILD") return "ONBUILD in ONBUILD is not allowed";
  if (inner.keyword === "FROM" || inner.keyword === "MAINTAINER") {
    return `${inner.keyword} is not allowed in ONBUILD`;
  }
  return undefined;
};
const healthcheck: Check = ({ words, flags }) => {
  const [kind, ...command] = words;
  if (kind === undefined) return "HEALTHCHECK requires at least one argument";
  if (kind.toUpperCase() === "NONE") return command.length > 0 ? "HEALTHCHECK NONE takes no arguments" : undefined;
  if (kind.toUpperCase() !== "CMD") return `unknown type "${kind}" in HEALTHCHECK; it is CMD or NONE`;
  if (command.length === 0) return "HEALTHCHECK CMD has no command";
  return firstOf(flags, healthRefusal);
};
const volume: Check = (instruction) =>
  atLeastOne(instruction) ??
  (instruction.words.some((word) => trimSpace(word) === "") ? "VOLUME can not be an empty string" : undefined);
const run: Check = ({ flags }) => {
  for (const { name, value } of flags) {
    if (name === "mount" && /(^|,)from=[^,]*\$/.test(value)) {
      return "the from of a mount can not hold a variable; name the image in a FROM instead";
    }
  }
  return firstOf(flags, modeRefusal);
};
const nothing: Check = () => undefined;

const checks: ReadonlyMap<string, Check> = new Map(
  Object.entries({
    ADD: copied,
    ARG: named,
    CMD: nothing,
    COPY: copied,
    ENTRYPOINT: nothing,
    ENV: named,
    EXPOSE: atLeastOne,
    FROM: from,
    HEALTHCHECK: healthcheck,
    LABEL: named,
    MAINTAINER: exactlyOne,
    ONBUILD: onbuild,
    RUN: run,
    SHELL: shell,
    STOPSIGNAL: exactlyOne,
    USER: exactlyOne,
    VOLUME: volume,
    WORKDIR: exactlyOne,
  }),
);

const accepted: readonly string[] = [];

/** Why BuildKit would refuse the instruction: nothing for one it accepts. The instruction inside ONBUILD is not judged. */
export function refusals(instruction: Instruction): readonly string[] {
  const check = checks.get(instruction.keyword);
  if (check === undefined) return [`unknown instruction: ${instruction.keyword.slice(0, 60)}`];
  const refusal = check(instruction);
  const hasFlags = instruction.flags.length > 0 && !flagsUnchecked.has(instruction.keyword);
  if (refusal === undefined) return hasFlags ? flagRefusals(instruction) : accepted;
  return hasFlags ? [refusal, ...flagRefusals(instruction)] : [refusal];
}

function flagRefusals(instruction: Instruction): readonly string[] {
  const kinds = flagKinds[instruction.keyword] ?? {};
  const isNone = instruction.keyword === "HEALTHCHECK" && instruction.words[0]?.toUpperCase() === "NONE";
  if (isNone) return [];
  const seen = new Set<string>();
  const found: string[] = [];
  for (const flag of instruction.flags) {
    const kind = Object.hasOwn(kinds, flag.name) ? kinds[flag.name] : undefined;
    if (kind === undefined) found.push(`unknown flag: --${flag.name}`);
    else if (kind !== "list" && seen.has(flag.name)) found.push(`the flag --${flag.name} stands twice`);
    else found.push(...valueRefusals(flag, kind));
    seen.add(flag.name);
  }
  return found;
}

function valueRefusals(flag: Flag, kind: FlagKind): readonly string[] {
  if (kind !== "switch") {
    // `--flag=` gives a value, the empty one; `--flag` gives none.
    const bare = flag.value === "" && flag.range.end - flag.range.start <= flag.name.length + 2;
    return bare ? [`the flag --${flag.name} needs a value`] : [];
  }
  return ["", "true", "false"].includes(flag.value.toLowerCase())
    ? []
    : [`the flag --${flag.name} is true or false, not "${flag.value}"`];
}

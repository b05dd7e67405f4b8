import type { Flag } from "../model/types.ts";
import { mountFields } from "./arguments.ts";

/** What BuildKit refuses in the values of flags. */

const MODES: Readonly<Record<string, readonly string[]>> = {
  network: ["default", "none", "host"],
  security: ["sandbox", "insecure"],
};

/** `--network` and `--security` of RUN: BuildKit expands no variable in them. */
export function modeRefusal({ name, value }: Flag): string | undefined {
  const known = Object.hasOwn(MODES, name) ? MODES[name] : undefined;
  if (known === undefined || value === "" || known.includes(value)) return undefined;
  return `invalid ${name} mode "${value}"; it is one of ${known.join(", ")}`;
}

const SECONDS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** `--interval`, `--retries` and the like of HEALTHCHECK. An empty value stands for the default. */
export function healthRefusal({ name, value }: Flag): string | undefined {
  if (value === "" || value === "0") return undefined;
  if (name === "retries") return /^\+?\d+$/.test(value) ? undefined : `--retries is a number from 0 on, not "${value}"`;
  const parts = [...value.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/g)];
  const written = parts.map(([part]) => part).join("");
  if (written === "" || written !== value.replace(/^[+-]/, ""))
    return `--${name} is a time with its unit, such as 30s, not "${value}"`;
  const time = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (SECONDS[unit ?? ""] ?? 0), 0);
  const tooShort = time > 0 && (value.startsWith("-") || time < 1e-3);
  return tooShort ? `--${name} cannot be less than 1ms` : undefined;
}

const TYPES = ["bind", "cache", "tmpfs", "secret", "ssh"];
const SHARING = ["shared", "private", "locked"];
const KEYS = new Set([
  "type",
  "from",
  "source",
  "target",
  "readonly",
  "readwrite",
  "id",
  "sharing",
  "required",
  "size",
  "env",
]);
const RIGHTS = ["mode", "uid", "gid"];

/** `--mount` of RUN, which BuildKit looks at only in stages that it builds. Nothing is said where a variable decides. */
export function mountRefusal(value: string): string | undefined {
  if (value.includes("$")) return undefined;
  const fields = mountFields(value);
  const type = (fields.get("type") ?? "bind").toLowerCase();
  if (!TYPES.includes(type)) return `unsupported mount type "${type}"; it is one of ${TYPES.join(", ")}`;
  const strange = [...fields.keys()].find((key) => !KEYS.has(key) && !RIGHTS.includes(key));
  if (strange === "") return "a mount has an empty field: it holds no blanks and does not end with a comma";
  if (strange !== undefined) return `unexpected key "${strange}" in a mount`;
  const foreign = foreignKeys(type).find((key) => fields.has(key));
  if (foreign !== undefined) return `${foreign} is not for a mount of type ${type}`;
  const sharing = fields.get("sharing")?.toLowerCase();
  if (sharing !== undefined && !SHARING.includes(sharing))
    return `unsupported sharing "${sharing}"; it is one of ${SHARING.join(", ")}`;
  if (fields.get("target") === "/") return "a mount cannot have / as its target";
  return type === "secret" ? secretRefusal(fields) : undefined;
}

function foreignKeys(type: string): readonly string[] {
  const hasRights = type === "secret" || type === "ssh" || type === "cache";
  return [
    ...(hasRights ? [] : RIGHTS),
    ...(type === "cache" ? [] : ["sharing"]),
    ...(type === "tmpfs" ? [] : ["size"]),
    ...(type === "secret" || type === "ssh" ? [] : ["required"]),
    ...(type === "secret" ? ["from"] : ["env"]),
  ];
}

function secretRefusal(fields: ReadonlyMap<string, string>): string | undefined {
  if (fields.has("source") && fields.has("id")) return "a secret mount cannot have both source and id";
  const named = ["source", "target", "id", "env"].some((key) => fields.has(key));
  return named ? undefined : "a secret mount needs an id or a target";
}

/** `--chmod` in digits; modes in letters are left to newer releases of BuildKit. */
export const chmodRefusal = (value: string): string | undefined =>
  /^\d+$/.test(value) && !/^0*[0-7]{1,4}$/.test(value)
    ? `--chmod is an octal number between 0 and 07777, not "${value}"`
    : undefined;

const SIGNALS = new Set(
  (
    "ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP " +
    "TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX"
  ).split(" "),
);

/** A number from 1 on, or a signal's name with or without SIG. */
export function signalRefusal(signal: string): string | undefined {
  if (signal.includes("$") || /^\d*[1-9]\d*$/.test(signal)) return undefined;
  const name = signal.toUpperCase().replace(/^SIG/, "");
  const known = SIGNALS.has(name) || /^RT(?:MIN\+|MAX-)\d{1,2}$/.test(name);
  return known ? undefined : `there is no signal "${signal}"`;
}

import { onDemand } from "../kit/on-demand.ts";
import type { Expectation, Match, NamedValue } from "../model/types.ts";
import {
  anything,
  boolean,
  filled,
  type Kind,
  listOf,
  mapOf,
  matching,
  number,
  oneOf,
  shape,
  text,
} from "./config-kinds.ts";
import { linePattern, regexp, soughtKinds, soughtOf, type Written } from "./config-matches.ts";

const streams = oneOf(["stdout", "stderr"]);
const path = matching(/^\//, "an absolute path");

/** The kinds of check that a team can write; exactly one of them beside `name`. */
const kinds = onDemand((): Readonly<Record<string, Kind>> => ({
  http: shape(
    {
      method: matching(/^[A-Z]+$/, "a method like GET"),
      path,
      headers: mapOf(text),
      body: text,
      status: number,
      json: mapOf(anything),
      ...soughtKinds,
    },
    ["path"],
  ),
  command: shape(
    { run: listOf(text), env: mapOf(text), exit: number, stdout: shape(soughtKinds), stderr: shape(soughtKinds) },
    ["run"],
  ),
  file: shape(
    {
      path,
      exists: boolean,
      mode: matching(/^(?:0?[0-7]{3,4}|[-dl][-rwxsStT]{9})$/, 'a mode like "0644" or "-rw-r--r--", in quotes'),
      owner: matching(/^\d+(?::\d+)?$/, 'numbers like "1001:1001", in quotes'),
      ...soughtKinds,
    },
    ["path"],
  ),
  log: shape({ contains: filled, matches: regexp, stream: streams, within: number }),
  env: shape({ name: filled, value: text, matches: regexp, absent: boolean }, ["name"]),
}));

const one = onDemand(() => shape({ name: filled, ...kinds() }, ["name"]));

/** One entry of `checks`. */
const expectationKind: Kind = {
  check: (value, at) => one().check(value, at) ?? incomplete(value as Written, at),
  schema: () => one().schema(),
};
export const expectationsKind: Kind = listOf(expectationKind);

function incomplete(written: Written, at: ReadonlyArray<string | number>): ReturnType<Kind["check"]> {
  const found = Object.keys(kinds()).filter((kind) => written[kind] !== undefined);
  const [kind = ""] = found;
  if (found.length !== 1) return { path: at, message: `is to have exactly one of ${Object.keys(kinds()).join(", ")}` };
  const inner = written[kind] as Written;
  const here = [...at, kind];
  if (kind === "log" && (inner["contains"] === undefined) === (inner["matches"] === undefined))
    return { path: here, message: "is to have either `contains` or `matches`" };
  if (kind === "command" && (inner["run"] as readonly string[]).length === 0)
    return { path: [...here, "run"], message: "must not be empty" };
  const values = ["value", "matches", "absent"].filter((key) => inner[key] !== undefined);
  if (kind === "env" && values.length > 1) return { path: here, message: "takes one of `value`, `matches`, `absent`" };
  return undefined;
}

/** Name and place of a check, before its id is settled. */
export interface Place {
  readonly id: string;
  readonly title: string;
  readonly where: string;
}

/** @param written Has passed `expectationKind`. */
export function expectationOf(written: Written, place: Place): Expectation {
  const kind = Object.keys(kinds()).find((each) => written[each] !== undefined) ?? "";
  return READERS[kind]?.(written[kind] as Written, place) as Expectation;
}

const READERS: Readonly<Record<string, (written: Written, place: Place) => Expectation>> = {
  http: (written, place) => ({
    ...place,
    kind: "http",
    method: (written["method"] as string | undefined) ?? "GET",
    path: written["path"] as string,
    headers: (written["headers"] as Readonly<Record<string, string>> | undefined) ?? {},
    body: written["body"] as string | undefined,
    status: (written["status"] as number | undefined) ?? 200,
    answer: soughtOf(written),
    json: (written["json"] as Readonly<Record<string, unknown>> | undefined) ?? {},
  }),
  command: (written, place) => ({
    ...place,
    kind: "command",
    argv: written["run"] as readonly string[],
    setup: [],
    env: (written["env"] as Readonly<Record<string, string>> | undefined) ?? {},
    exit: (written["exit"] as number | undefined) ?? 0,
    stdout: soughtOf(written["stdout"] as Written | undefined),
    stderr: soughtOf(written["stderr"] as Written | undefined),
    expands: false,
  }),
  file: (written, place) => {
    const [uid, gid] = ((written["owner"] as string | undefined) ?? "").split(":");
    return {
      ...place,
      kind: "file",
      path: written["path"] as string,
      exists: written["exists"] !== false,
      mode: written["mode"] as string | undefined,
      uid: numberOf(uid),
      gid: numberOf(gid),
      executableBy: undefined,
      content: soughtOf(written),
      expands: false,
    };
  },
  log: (written, place) => ({
    ...place,
    kind: "log",
    line: matchOf(written) as Match,
    stream: written["stream"] as "stdout" | "stderr" | undefined,
    within: (written["within"] as number | undefined) ?? 30,
  }),
  env: (written, place) => ({ ...configuration(place), env: [namedValue(written)] }),
};

const numberOf = (written: string | undefined): number | undefined =>
  written === undefined || written === "" ? undefined : Number(written);

function matchOf({ contains, matches }: Written): Match | undefined {
  if (typeof contains === "string") return { text: contains };
  return typeof matches === "string" ? linePattern(matches) : undefined;
}

function namedValue(written: Written): NamedValue {
  const { name, value, absent } = written;
  if (absent === true) return { name: name as string, value: "absent" };
  return { name: name as string, value: typeof value === "string" ? { text: value } : matchOf(written) };
}

/** An expectation of the image's configuration that asks nothing yet. */
export const configuration = (place: Place): Extract<Expectation, { kind: "configuration" }> => ({
  ...place,
  kind: "configuration",
  env: [],
  labels: [],
  ports: [],
  volumes: [],
  entrypoint: undefined,
  command: undefined,
  workdir: undefined,
  user: undefined,
});

/** Gives each check an id of its own, made of its name. */
export function identities(): (title: string) => string {
  const taken = new Set<string>();
  return (title) => {
    const slug =
      title
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, "-")
        .replaceAll(/^-|-$/g, "") || "check";
    let id = `user/${slug}`;
    for (let next = 2; taken.has(id); next += 1) id = `user/${slug}-${next}`;
    taken.add(id);
    return id;
  };
}

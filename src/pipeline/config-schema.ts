import { isNode, LineCounter, parseDocument } from "yaml";
import { onDemand } from "../kit/on-demand.ts";
import { rulesNamed } from "../policy/rule-ids.ts";
import { rules } from "../rules/index.gen.ts";
import type { Config, Sidecar } from "./config.ts";
import { decisionSettings } from "./config-decisions.ts";
import { expectationsKind } from "./config-expectations.ts";
import {
  boolean,
  filled,
  type Kind,
  known,
  listOf,
  mapOf,
  matching,
  number,
  oneOf,
  pattern,
  said,
  shape,
  text,
  textOr,
  withOneOf,
} from "./config-kinds.ts";

const ruleId = known(
  "rule",
  (name) => rulesNamed(name, rules).length > 0,
  () => rules.map(({ id }) => id),
);
const severity = oneOf(["error", "warning", "note"], "; a rule is switched off by `ignore`, with its reason");
const day = matching(/^\d{4}-\d{2}-\d{2}$/, "a day like 2026-12-31");
const host = matching(/^[A-Za-z0-9][\w-]*$/, "a name of letters, digits, - and _, by which it is reached");

/**
 * The schema of `seaworthy.yaml`, apart from its reader so that a folder without one never loads it. Written by hand:
 * a schema library is larger than all that an analysis loads besides. `docs/seaworthy.schema.json` is made from it.
 */
// oxlint-disable-next-line max-lines-per-function -- a table, made when it is asked for
const kinds = (): Readonly<Record<Exclude<keyof Config, "checkLines" | "composeSidecars">, Kind>> => ({
  dockerfile: said("The Dockerfile of the image that ships today, relative to this folder.", text),
  output: said("Where the reworked Dockerfile goes. Equal to `dockerfile`: it replaces it, after a backup.", text),
  keep: said("Files that must stay exactly as they are.", listOf(text)),
  profile: said("Base image family of the reworked image: debian-slim when nothing is said.", text),
  target: said("Stage of the present Dockerfile that ships, when it is not the last one.", text),
  buildArgs: said("Build arguments of the present Dockerfile.", mapOf(text)),
  buildSecrets: said(
    "Secrets that its Dockerfiles mount, by id, as `docker build --secret` takes them: a `file`, relative to this folder, or the name of a variable in `env`. Never a value.",
    mapOf(
      shape({ file: filled, env: matching(/^[A-Za-z_]\w*$/, "the name of a variable") }),
      matching(/^[\w.-]+$/, "an id"),
    ),
  ),
  env: said("Values of the service's variables while its image is proven. No real secrets.", mapOf(text)),
  kind: said(
    "What the image is where nobody asks it on a port: a `worker` that keeps running, or a `task` that ends with 0. It is a `server` when nothing is said; of an existing image that names no port it is looked at.",
    oneOf(["server", "worker", "task"]),
  ),
  taskDefinition: said(
    "The ECS task definition of the image, or the CloudFormation template with it, relative to this folder.",
    filled,
  ),
  sidecars: said(
    "What the service needs to talk to while it is proven: `compose` for what its Compose file says, or a list of names of Compose services and of programs with an `image` or a folder to `build`.",
    textOr(
      oneOf(["compose"]),
      listOf(
        textOr(
          filled,
          withOneOf(
            ["image", "build"],
            shape({ name: host, image: filled, build: filled, port: number, health: filled, env: mapOf(text) }, [
              "name",
              "port",
              "health",
            ]),
          ),
        ),
      ),
    ),
  ),
  composeFiles: said(
    "Compose files, the later laid over the earlier, relative to this folder; else those that Compose itself reads.",
    listOf(filled),
  ),
  roles: said(
    "Roles of the image beside its web server's: each is run by the contract of its kind. What is left out comes from the Compose service or the Procfile's line of that name.",
    listOf(
      shape(
        {
          name: filled,
          command: textOr(filled, listOf(text)),
          today: textOr(filled, listOf(text)),
          kind: oneOf(["server", "worker", "task"]),
          env: mapOf(text),
          port: number,
          health: filled,
          ready: pattern,
          within: number,
          grace: number,
        },
        ["name"],
      ),
    ),
  ),
  checks: said("What the team expects of the image beside the catalogue: checks of its own.", expectationsKind),
  drain: said(
    "A route that takes some seconds: the image is stopped while it is in flight. Without one a route that reads a body is found, or one is added from outside.",
    shape(
      {
        path: matching(/^\/\S*$/, "a path like /reports/slow"),
        method: oneOf(["GET", "POST", "PUT", "PATCH", "DELETE"]),
      },
      ["path"],
    ),
  ),
  websocket: said(
    "Where a WebSocket is opened, to be open when the image is stopped, with the headers that let it in. Without it the routes of the code are tried.",
    shape({ path: matching(/^\/\S*$/, "a path like /ws"), headers: mapOf(text) }, ["path"]),
  ),
  structureTests: said("Files of container-structure-test, relative to this folder.", listOf(filled)),
  decisions: said("Choices of the team, by decision; they win over the planner's.", shape(decisionSettings())),
  limits: said(
    "Limits of the checks: seconds, and the share of today's image's size that the image may have.",
    shape(
      {
        startSeconds: number,
        warmBuildSeconds: number,
        coldBuildSeconds: number,
        graceSeconds: number,
        sizeRatio: number,
      },
      [],
    ),
  ),
  severity: said(
    "Severity of rules, by id; other tools' ids of the same concern are understood.",
    mapOf(severity, ruleId),
  ),
  ignore: said(
    "Rules that are off, each with its reason; `file` for one file only, `until` for the last day on which it holds.",
    listOf(shape({ rule: ruleId, reason: filled, file: filled, until: day }, ["rule", "reason"])),
  ),
  accept: said(
    "Checks that may fail or stay unproven, each with its reason; `until` for the last day on which that holds.",
    listOf(shape({ check: filled, reason: filled, until: day }, ["check", "reason"])),
  ),
  checkSeverity: said("Severity of checks, by id, the team's own too.", mapOf(oneOf(["error", "warning", "note"]))),
  checkFailOn: said(
    "The least severity of a check that fails a run where it fails or is unproven; `warning` when nothing is said.",
    oneOf(["error", "warning", "note"], "; a check that may fail is taken out by `accept`, with its reason"),
  ),
  failOn: said(
    "The least severity of a finding that makes `analyze` end with 1; `error` when nothing is said.",
    oneOf(["error", "warning", "note", "never"]),
  ),
  baseline: said("File of old findings that are not reported, relative to this folder.", filled),
  rulesSince: said(
    "The version whose rules may fail. What later versions brought or widened is reported as a note.",
    matching(/^\d+\.\d+\.\d+$/, "a version like 0.1.0"),
  ),
  hadolint: said(
    "Whether what .hadolint.yaml ignores and overrides counts here, too; true when nothing is said.",
    boolean,
  ),
});
const config = onDemand(() => shape(kinds()));

export function parseConfig(source: string): { config: Partial<Config> } | { problem: string; line: number } {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const error = document.errors[0];
  if (error !== undefined) return { problem: firstLine(error.message), line: lines.linePos(error.pos[0]).line };
  const value = valueOf(document);
  if (value === BOMB) return { problem: "its aliases repeat too much", line: 1 };
  const issue = config().check(value, []);
  const lineOf = (path: ReadonlyArray<string | number>): number => {
    const node: unknown = document.getIn(path, true);
    return isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1;
  };
  if (issue === undefined) return { config: withLines(withSidecars(value as Partial<Config>), lineOf) };
  const line = lineOf(issue.path);
  return { problem: `${issue.path.join(".") || "seaworthy.yaml"}: ${issue.message}`, line };
}

/** A check that fails names the line that asks for it. */
function withLines(read: Partial<Config>, lineOf: (path: ReadonlyArray<string | number>) => number): Partial<Config> {
  if (read.checks === undefined) return read;
  return { ...read, checkLines: read.checks.map((_, index) => lineOf(["checks", index])) };
}

/** What is described here is apart from what the Compose file describes. */
function withSidecars(read: Partial<Config>): Partial<Config> {
  const written = read.sidecars as "compose" | ReadonlyArray<Sidecar | string> | undefined;
  if (written === undefined) return read;
  if (written === "compose") return { ...read, sidecars: [], composeSidecars: "all" };
  const named = written.filter((one) => typeof one === "string");
  const sidecars = written.filter((one) => typeof one !== "string");
  return { ...read, sidecars, ...(sidecars.length > 0 && named.length === 0 ? {} : { composeSidecars: named }) };
}

const BOMB = Symbol("aliases that would eat the memory");

/** A configuration needs no aliases at all; a file that multiplies them is refused. */
function valueOf(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch {
    return BOMB;
  }
}

const firstLine = (words: string): string => words.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? words;

/** The same as JSON Schema, 2020-12: docs/seaworthy.schema.json. */
export const configJsonSchema = (): object => ({
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "seaworthy.yaml",
  description: "What a team settles for its service. Every key is optional.",
  ...config().schema(),
});

import { posix } from "node:path";
import type { Ready, RoleCommand, StackSidecar } from "../../model/types.ts";
import { seconds } from "../outside.ts";
import { composeBuild } from "../outside-compose.ts";
import { composeVolume } from "../outside-mounts.ts";
import { isTable, type Table, tableAt, textAt, valueAt } from "../toml.ts";
import type { ComposeEntry } from "./compose-project.ts";
import { readinessOf } from "./families.ts";
import { normal, plainText } from "./merge.ts";
import { splitWords } from "./split-words.ts";

export const wordsOf = (value: unknown): readonly string[] | undefined => {
  if (typeof value === "string") return splitWords(value);
  return Array.isArray(value) ? value.map(String) : undefined;
};

/** What a service is started with, in place of what its image says; undefined when it says nothing. */
export function commandOf({ table }: ComposeEntry): RoleCommand | undefined {
  const entrypoint = wordsOf(table["entrypoint"]);
  const command = wordsOf(table["command"]);
  if (entrypoint === undefined && command === undefined) return undefined;
  return { ...(entrypoint === undefined ? {} : { entrypoint }), command: command ?? [] };
}

/** The folder and Dockerfile that a service is built from, relative to the service's folder. */
export function buildOf({ table, folder }: ComposeEntry) {
  const build = composeBuild(table["build"], folder);
  const target = textAt(table, "build", "target");
  return build && { ...build, ...(target === undefined || target === "" ? {} : { target }) };
}

/** Services that one waits for, and whether for their end. */
export function dependenciesOf({ table }: ComposeEntry): ReadonlyMap<string, { readonly ends: boolean }> {
  const found = new Map<string, { readonly ends: boolean }>();
  for (const [name, how] of Object.entries(tableAt(normal(table), "depends_on")))
    found.set(name, { ends: textAt(how, "condition") === "service_completed_successfully" });
  const links = Array.isArray(table["links"]) ? table["links"] : [];
  for (const link of links) {
    const name = String(link).replace(/:.*/, "");
    if (!found.has(name)) found.set(name, { ends: false });
  }
  return found;
}

/** True when a value holds the name as a host: `db`, `db:5432`, `postgresql://u:p@db/x`. */
export const namesHost = (value: string, host: string): boolean =>
  new RegExp(`(?:^|//|[@,;=\\s])${host.replaceAll(/[^\w-]/g, "\\$&")}(?=$|[:/,;?\\s])`).test(value);

/** What no proof gives a container, whatever its Compose file asks for. */
const MORE_RIGHTS = ["privileged", "cap_add", "devices", "network_mode", "pid", "ipc", "security_opt", "userns_mode"];

interface Volumes {
  readonly volumes: readonly string[];
  readonly tmpfs: readonly string[];
  readonly bound: readonly string[];
}

export function volumesOf({ table }: ComposeEntry): Volumes {
  const volumes: string[] = [];
  const bound: string[] = [];
  const tmpfs = [table["tmpfs"]].flat().flatMap((one) => (typeof one === "string" ? [one] : []));
  for (const volume of Array.isArray(table["volumes"]) ? table["volumes"] : []) {
    const mount = composeVolume(volume);
    if (mount === undefined || mount.to === "") continue;
    if (mount.type === "tmpfs") tmpfs.push(mount.to);
    else if (mount.type === "bind") bound.push(mount.to);
    else volumes.push(mount.to);
  }
  return { volumes: [...new Set(volumes)], tmpfs, bound };
}

/** A sidecar as the proof starts it, and what of its Compose service is left out. */
export function sidecarOf(
  entry: ComposeEntry,
  options: { readonly ends: boolean; readonly root: string },
): { readonly sidecar: StackSidecar; readonly leftOut: readonly string[] } {
  const { name, where, table, env } = entry;
  const { volumes, tmpfs, bound } = volumesOf(entry);
  const image = textAt(table, "image");
  const build = buildOf(entry);
  const user = table["user"];
  const command = commandOf(entry);
  const rights = MORE_RIGHTS.filter((key) => table[key] !== undefined && table[key] !== false);
  return {
    sidecar: {
      name,
      where,
      ...(build === undefined
        ? { image: image ?? "" }
        : {
            build: {
              ...build,
              context: posix.join(options.root, build.context),
              dockerfile: posix.join(options.root, build.dockerfile),
            },
          }),
      ...(command?.entrypoint === undefined ? {} : { entrypoint: command.entrypoint }),
      ...(command === undefined || command.command.length === 0 ? {} : { command: command.command }),
      ...(user === undefined ? {} : { user: plainText(user) }),
      env,
      volumes,
      tmpfs,
      ready: options.ends ? [{ kind: "ends" }] : readyOf(table, image ?? "", env),
    },
    leftOut: [
      ...(bound.length === 0 ? [] : [`${name}: nothing of this machine is mounted at ${bound.join(", ")}`]),
      ...(table["secrets"] === undefined && table["configs"] === undefined
        ? []
        : [`${name}: its secrets and configs are not given`]),
      ...(valueAt(table, "build", "args") === undefined ? [] : [`${name}: the arguments of its build are not given`]),
      ...(rights.length === 0 ? [] : [`${name}: no more rights are given (${rights.join(", ")})`]),
    ],
  };
}

const USUAL_TIMEOUT_MS = 30_000;

function readyOf(table: Table, image: string, env: Readonly<Record<string, string>>): readonly Ready[] {
  const health = tableAt(table, "healthcheck");
  const { test } = health;
  const list = typeof test === "string" ? ["CMD-SHELL", test] : wordsOf(test);
  const isOff = health["disable"] === true || list?.[0] === "NONE";
  const timeoutMs = (seconds(health["timeout"]) ?? USUAL_TIMEOUT_MS / 1000) * 1000;
  const known = readinessOf(image, env);
  if (list === undefined || isOff) return known.length > 0 ? known : firstPort(table);
  return [{ kind: "healthcheck", test: list, timeoutMs }, ...known];
}

/** The first port of the container that the file names: what answers there has started. */
function firstPort(table: Table): readonly Ready[] {
  const first = [table["expose"], table["ports"]].flat().find((one) => one !== undefined && one !== null);
  const text = plainText(isTable(first) ? first["target"] : first);
  const port = Number(/(\d+)(?:\/tcp)?$/.exec(text)?.[1]);
  return Number.isInteger(port) && port > 0 ? [{ kind: "port", port }] : [];
}

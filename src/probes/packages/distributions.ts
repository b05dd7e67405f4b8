import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { FoundPackage, PackageSource } from "./package.ts";
import { stanza, type Stanza, valueOf } from "./stanzas.ts";

const METADATA = /^(.+\/[^/]+\.(?:dist|egg)-info)(?:\/(?:METADATA|PKG-INFO))?$/;
const BESIDE = /^(.+\/[^/]+\.dist-info)\/(RECORD|direct_url\.json)$/;
/** Debian's folder for the packages of its own tools: the operating system's packages own those. */
const OF_THE_SYSTEM = /^usr\/lib\/python3\/dist-packages\//;
const PYVENV = /^(.+)\/pyvenv\.cfg$/;

interface Info {
  fields?: Stanza;
  record?: { readonly path: string; readonly sha256: string };
  files?: readonly string[];
  direct?: string;
}

/** Python's installed distributions, by the metadata folder that every installer writes. */
export class Distributions implements PackageSource {
  readonly #infos = new Map<string, Info>();
  readonly #environments = new Set<string>();

  wants(path: string): boolean {
    if (OF_THE_SYSTEM.test(path)) return false;
    return METADATA.test(path) || BESIDE.test(path) || PYVENV.test(path);
  }

  content(path: string, bytes: Buffer): void {
    const environment = PYVENV.exec(path)?.[1];
    if (environment !== undefined) return void this.#environments.add(environment);
    const [, folder, beside] = BESIDE.exec(path) ?? [];
    if (folder === undefined) {
      const info = METADATA.exec(path)?.[1];
      if (info !== undefined) this.#info(info).fields = stanza(headOf(bytes));
    } else if (beside === "RECORD") {
      Object.assign(this.#info(folder), {
        record: { path: `/${path}`, sha256: createHash("sha256").update(bytes).digest("hex") },
        files: filesIn(bytes.toString("utf8"), posix.dirname(folder)),
      });
    } else this.#info(folder).direct = directIn(bytes.toString("utf8"));
  }

  packages(isThere: (path: string) => boolean): readonly FoundPackage[] {
    const environments = [...this.#environments].filter((folder) => isThere(`${folder}/pyvenv.cfg`));
    return [...this.#infos].flatMap(([folder, { fields, record, files = [], direct }]) => {
      const name = fields && valueOf(fields, "name");
      const isGone = ![folder, `${folder}/METADATA`, `${folder}/PKG-INFO`].some(isThere);
      if (fields === undefined || name === undefined || isGone) return [];
      const inside = environments.length === 0 || environments.some((one) => folder.startsWith(`${one}/`));
      return [
        {
          kind: "pypi" as const,
          name: name.replace(/[-_.]+/g, "-").toLowerCase(),
          version: valueOf(fields, "version") ?? "",
          licences: licencesIn(fields),
          ...(record === undefined ? {} : { record }),
          ...(inside ? {} : { outsideEnvironment: true as const }),
          ...(direct === undefined ? {} : { direct }),
          metadata: `/${folder}`,
          files,
        },
      ];
    });
  }

  #info(folder: string): Info {
    const info = this.#infos.get(folder) ?? {};
    this.#infos.set(folder, info);
    return info;
  }
}

/** A description can be a megabyte; it follows the first empty line. */
function headOf(bytes: Buffer): string {
  const text = bytes.subarray(0, 64_000).toString("utf8");
  return text.slice(0, /\r?\n\r?\n/.exec(text)?.index ?? text.length);
}

/** The paths of a RECORD, absolute. */
function filesIn(text: string, root: string): readonly string[] {
  return text.split("\n").flatMap((line) => {
    const [, quoted, plain] = /^(?:"((?:[^"]|"")+)"|([^,"]+)),/.exec(line) ?? [];
    const path = quoted?.replaceAll('""', '"') ?? plain;
    return path === undefined ? [] : [path.startsWith("/") ? path : `/${posix.join(root, path)}`];
  });
}

/** How it came, when not from an index. */
function directIn(text: string): string | undefined {
  try {
    const direct = JSON.parse(text) as { vcs_info?: unknown; dir_info?: unknown };
    if (direct.vcs_info !== undefined) return "vcs";
    return direct.dir_info === undefined ? "archive" : "dir";
  } catch {
    return undefined;
  }
}

/** The expression that newer metadata has; else its classifiers; else the first line of its free text. */
function licencesIn(fields: Stanza): readonly string[] {
  const expression = valueOf(fields, "license-expression");
  if (expression !== undefined && expression !== "") return [expression];
  const classified = (fields.get("classifier") ?? [])
    .filter((classifier) => classifier.startsWith("License ::"))
    .map((classifier) => classifier.split("::").at(-1)?.trim() ?? "")
    .filter((name) => name !== "" && name !== "OSI Approved");
  if (classified.length > 0) return classified;
  const free = valueOf(fields, "license")?.split("\n")[0]?.trim() ?? "";
  if (free !== "" && free.length <= 100 && !/^(unknown|none|see )/i.test(free)) return [free];
  return (fields.get("license-file") ?? []).length > 0 ? ["LicenseRef-in-its-files"] : [];
}

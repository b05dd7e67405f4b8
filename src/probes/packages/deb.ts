import { createHash } from "node:crypto";
import type { FoundPackage, PackageSource } from "./package.ts";
import { type Stanza, stanzas, valueOf } from "./stanzas.ts";

const DATABASE = /^var\/lib\/dpkg\/(status|status\.d\/[^/]+)$/;
const LIST = /^var\/lib\/dpkg\/(?:info\/(.+)\.(list|md5sums)|status\.d\/(.+)\.md5sums)$/;
const COPYRIGHT = /^usr\/share\/doc\/([^/]+)\/copyright$/;

/** Debian's packages: of dpkg, and of images that keep one file per package in `status.d`. */
export class DebPackages implements PackageSource {
  readonly #databases = new Map<string, readonly Stanza[]>();
  /** By package, with its architecture where dpkg writes it. */
  readonly #files = new Map<string, readonly string[]>();
  readonly #records = new Map<string, { readonly path: string; readonly sha256: string }>();
  readonly #licences = new Map<string, readonly string[]>();

  wants(path: string): boolean {
    return DATABASE.test(path) || LIST.test(path) || COPYRIGHT.test(path);
  }

  content(path: string, bytes: Buffer): void {
    const [, listed, ending, single] = LIST.exec(path) ?? [];
    const name = listed ?? single;
    if (name !== undefined) {
      if (ending !== "list") this.#records.set(name, { path: `/${path}`, sha256: sha256(bytes) });
      if (ending !== "md5sums") this.#files.set(name, filesIn(bytes.toString("utf8")));
      return;
    }
    const documented = COPYRIGHT.exec(path)?.[1];
    if (documented !== undefined) this.#licences.set(documented, licencesIn(bytes.toString("utf8")));
    else this.#databases.set(path, stanzas(bytes.toString("utf8")));
  }

  packages(isThere: (path: string) => boolean): readonly FoundPackage[] {
    const all = [...this.#databases].filter(([path]) => isThere(path)).flatMap(([, found]) => found);
    return all.flatMap((fields) => {
      const name = valueOf(fields, "package");
      const version = valueOf(fields, "version");
      const status = valueOf(fields, "status");
      if (name === undefined || version === undefined || (status !== undefined && !status.endsWith(" installed")))
        return [];
      const architecture = valueOf(fields, "architecture") ?? "";
      const key = [name, `${name}:${architecture}`].find((one) => this.#files.has(one)) ?? name;
      const record = this.#records.get(key);
      return [
        {
          kind: "deb" as const,
          name,
          version,
          ...(architecture === "" ? {} : { architecture }),
          licences: this.#licences.get(name) ?? [],
          ...(record === undefined ? {} : { record }),
          files: this.#files.get(key) ?? [],
        },
      ];
    });
  }
}

/** Lines of a `.list`, or the second column of `md5sums`. */
function filesIn(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/^[0-9a-f]{32} {2}/, ""))
    .filter((line) => line !== "" && line !== "/.")
    .map((line) => (line.startsWith("/") ? line : `/${line}`));
}

/** The short names in a copyright file that is written for machines; older files are prose, which tells a reader more than us. */
function licencesIn(text: string): readonly string[] {
  if (!/^Format:/im.test(text.slice(0, 500))) return [];
  const names = [...text.matchAll(/^License:[ \t]*(\S.*)$/gm)].map(([, name = ""]) => name.trim());
  return [...new Set(names)].toSorted();
}

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

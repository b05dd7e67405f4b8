import { databaseOf, type FoundPackage, type PackageSource } from "./package.ts";
import { tableRows } from "./sqlite.ts";

const DATABASE = /^(var\/lib\/rpm|usr\/lib\/sysimage\/rpm)\/rpmdb\.sqlite$/;

/** Tags of a package's header. */
const NAME = 1000;
const VERSION = 1001;
const RELEASE = 1002;
const EPOCH = 1003;
const LICENCE = 1014;
const ARCHITECTURE = 1022;
const FOLDER_INDEXES = 1116;
const BASENAMES = 1117;
const FOLDERS = 1118;

/** Kinds of values. */
const INT32 = 4;
const STRINGS: ReadonlySet<number> = new Set([6, 8, 9]);

/** Packages of Amazon Linux, Fedora and their like, from the database that rpm keeps since 4.16. */
export const rpmPackages = (): PackageSource => databaseOf(DATABASE, packagesIn);

/** A damaged database holds no packages that could be told. */
function packagesIn(database: Buffer): readonly FoundPackage[] {
  try {
    return tableRows(database, "Packages").flatMap(([, blob]) => (Buffer.isBuffer(blob) ? packageIn(blob) : []));
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

function packageIn(header: Buffer): readonly FoundPackage[] {
  const tags = tagsIn(header);
  const text = (tag: number) => tags.texts(tag)[0] ?? "";
  const name = text(NAME);
  // Keys that rpm trusts are kept among the packages.
  if (name === "" || name === "gpg-pubkey") return [];
  const [epoch] = tags.numbers(EPOCH);
  const folders = tags.texts(FOLDERS);
  const indexes = tags.numbers(FOLDER_INDEXES);
  const architecture = text(ARCHITECTURE);
  return [
    {
      kind: "rpm",
      name,
      version: `${epoch === undefined || epoch === 0 ? "" : `${epoch}:`}${text(VERSION)}-${text(RELEASE)}`,
      ...(architecture === "" ? {} : { architecture }),
      licences: [text(LICENCE)].filter((licence) => licence !== ""),
      files: tags.texts(BASENAMES).map((file, index) => `${folders[indexes[index] ?? -1] ?? "/"}${file}`),
    },
  ];
}

interface Tags {
  texts(tag: number): readonly string[];
  numbers(tag: number): readonly number[];
}

/** An index of 16 bytes per tag, and the values after it. */
function tagsIn(header: Buffer): Tags {
  const count = header.readUInt32BE(0);
  const values = 8 + 16 * count;
  const index = new Map<number, { readonly kind: number; readonly at: number; readonly count: number }>();
  for (let entry = 0; entry < count; entry += 1) {
    const at = 8 + 16 * entry;
    index.set(header.readUInt32BE(at), {
      kind: header.readUInt32BE(at + 4),
      at: values + header.readUInt32BE(at + 8),
      count: header.readUInt32BE(at + 12),
    });
  }
  return {
    texts(tag) {
      const found = index.get(tag);
      if (found === undefined || !STRINGS.has(found.kind)) return [];
      let at = found.at;
      return Array.from({ length: found.count }, () => {
        const end = header.indexOf(0, at);
        if (end < 0) throw new RangeError("A text that does not end");
        const text = header.toString("utf8", at, end);
        at = end + 1;
        return text;
      });
    },
    numbers(tag) {
      const found = index.get(tag);
      if (found?.kind !== INT32) return [];
      return Array.from({ length: found.count }, (_, each) => header.readUInt32BE(found.at + 4 * each));
    },
  };
}

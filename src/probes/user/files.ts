import type { ImageEntry, ImageFiles } from "../../engine/engine.ts";
import type { FileExpectation, LicenceExpectation } from "../../model/types.ts";
import type { ProbeContext } from "../probe.ts";
import { compare, type Compared, expand, search, type UserSeen } from "./compared.ts";

export async function seeFile(files: ImageFiles, wanted: FileExpectation, { image }: ProbeContext): Promise<UserSeen> {
  const path = wanted.expands ? expand(wanted.path, image.config.env) : wanted.path;
  const entry = await files.look(path);
  const there = (is: boolean) => (is ? "there" : "not there");
  const compared: Compared[] = [compare(path, there(wanted.exists), there(entry !== undefined))];
  if (entry === undefined || !wanted.exists) return { compared, excerpt: [] };
  if (wanted.mode !== undefined) compared.push(mode(path, wanted.mode, entry));
  if (wanted.uid !== undefined) compared.push(compare(`owner of ${path}`, wanted.uid, entry.uid));
  if (wanted.gid !== undefined) compared.push(compare(`group of ${path}`, wanted.gid, entry.gid));
  if (wanted.executableBy !== undefined)
    compared.push({
      what: `${path} is executable by ${wanted.executableBy}`,
      wanted: "yes",
      seen: modeText(entry),
      holds: (entry.mode & EXECUTABLE[wanted.executableBy]) !== 0,
    });
  if (wanted.content.has.length + wanted.content.lacks.length > 0) {
    const bytes = await files.read(path);
    if (bytes === undefined) compared.push(compare(`kind of ${path}`, "file", entry.kind));
    else compared.push(...search(path, wanted.content, bytes.toString("utf8")));
  }
  return { compared, excerpt: [`${modeText(entry)} ${entry.uid}:${entry.gid} ${path}`] };
}

const EXECUTABLE = { owner: 0o100, group: 0o010, other: 0o001, any: 0o111 } as const;

function mode(path: string, wanted: string, entry: ImageEntry): Compared {
  const octal = /^[0-7]+$/.test(wanted);
  const seen = octal ? entry.mode.toString(8).padStart(4, "0") : modeText(entry);
  const same = octal ? Number.parseInt(wanted, 8) === entry.mode : wanted === seen || wanted === goText(entry);
  return { what: `mode of ${path}`, wanted, seen, holds: same };
}

const KIND = { directory: "d", symlink: "l", file: "-", other: "?" } as const;
const LETTERS = ["r", "w", "x", "r", "w", "x", "r", "w", "x"] as const;
const permissions = (bits: number): readonly string[] =>
  LETTERS.map((letter, index) => ((bits & (0o400 >> index)) === 0 ? "-" : letter));

/** As `ls` writes it. */
export function modeText({ kind, mode: bits }: ImageEntry): string {
  const letters = [...permissions(bits)];
  const special = (at: number, bit: number, letter: string) => {
    if ((bits & bit) !== 0) letters[at] = letters[at] === "-" ? letter.toUpperCase() : letter;
  };
  special(2, 0o4000, "s");
  special(5, 0o2000, "s");
  special(8, 0o1000, "t");
  return KIND[kind] + letters.join("");
}

/** As Go writes it, and so container-structure-test: the special bits stand in front. */
export function goText({ kind, mode: bits }: ImageEntry): string {
  const front = [
    kind === "directory" ? "d" : "",
    kind === "symlink" ? "L" : "",
    bits & 0o4000 ? "u" : "",
    bits & 0o2000 ? "g" : "",
    bits & 0o1000 ? "t" : "",
  ].join("");
  return (front === "" ? "-" : front) + permissions(bits).join("");
}

/** Licences that container-structure-test refuses, and the package that it lets pass. */
const REFUSED = ["AGPL", "WTFPL"] as const;
const EXEMPT = /^\/usr\/share\/doc\/libgnutls30\//;

export async function seeLicences(files: ImageFiles, { debian, files: named }: LicenceExpectation): Promise<UserSeen> {
  const texts = new Map<string, Buffer | undefined>();
  if (debian)
    for (const [path, bytes] of await files.below("/usr/share/doc", (one) => one.endsWith("/copyright")))
      texts.set(path, bytes);
  for (const path of named) texts.set(path, await files.read(path));
  if (texts.size === 0) return { compared: [], excerpt: [], unproven: "The image holds no copyright file to look at." };
  const compared = [...texts]
    .filter(([path]) => !EXEMPT.test(path))
    .flatMap(([path, bytes]) => {
      if (bytes === undefined) return [compare(path, "there", "not there")];
      const found = REFUSED.filter((word) => bytes.includes(word));
      return [
        compare(
          `licences in ${path}`,
          "none of AGPL, WTFPL",
          found.length === 0 ? "none of AGPL, WTFPL" : found.join(", "),
        ),
      ];
    });
  return { compared, excerpt: [] };
}

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { run } from "../src/kit/exec.ts";
import { absentFrom, listed, wantedOn } from "./system-packages/names.ts";
import { argumentsOf } from "./usage.ts";

/**
 * Looks up every package of the operating system that the table of native Python packages names. Debian's names are
 * looked up with apt, by the sources of this machine with another release in them; those of other distributions in the
 * list of names that is kept here, or in one that is given, one name a line:
 * `npx tsx scripts/native-packages.ts alpine=FILE amazonlinux=FILE` (`apk search -q`, `dnf repoquery --qf '%{name}\n'`).
 * Exit code 1 when a name is not there.
 */
const RELEASES = [
  { name: "debian", release: "bookworm" },
  { name: "debian", release: "trixie" },
  { name: "alpine", release: "3.22" },
  { name: "amazonlinux", release: "2023" },
] as const;

const { positionals: lists } = argumentsOf(import.meta.url, {}, "any");

/** The names of a release, by apt with folders of its own: nothing of the machine is changed. */
async function debianNames(release: string, wanted: readonly string[]): Promise<ReadonlySet<string>> {
  const folder = resolve(".lab/native-packages", release);
  mkdirSync(join(folder, "lists/partial"), { recursive: true });
  mkdirSync(join(folder, "cache"), { recursive: true });
  const sources = join(folder, "sources.list");
  const keys = "/usr/share/keyrings/debian-archive-keyring.gpg";
  writeFileSync(sources, `deb [signed-by=${keys}] ${mirror()} ${release} main\n`);
  const options = [
    `Dir::Etc::sourcelist=${sources}`,
    "Dir::Etc::sourceparts=-",
    `Dir::State::Lists=${join(folder, "lists")}`,
    `Dir::Cache=${join(folder, "cache")}`,
    "Dir::State::status=/dev/null",
    "Acquire::Languages=none",
  ].flatMap((option) => ["-o", option]);
  const updated = await run("apt-get", ["-qq", ...options, "update"]);
  if (updated.code !== 0) throw new Error(`apt-get update for ${release}: ${updated.stderr}`);
  const { stdout } = await run("apt-cache", [...options, "policy", ...wanted]);
  // A name that only other packages provide has no version of its own.
  return new Set([...stdout.matchAll(/^(\S+):\n.*\n +Candidate: (?!\(none\))/gm)].map(([, name = ""]) => name));
}

/** The first that this machine's own sources name. */
function mirror(): string {
  const folder = "/etc/apt/sources.list.d";
  const texts = ["/etc/apt/sources.list", ...readdirSync(folder).map((file) => join(folder, file))].map(textOf);
  const found = /^(?:URIs:|deb(?: \[[^\]]*\])?)\s+(\S*debian\S*)/m.exec(texts.join("\n"))?.[1];
  if (found === undefined) throw new Error("No source of Debian packages is set up on this machine.");
  return found;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

const fileOf = (name: string, release: string): string =>
  lists.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) ??
  join(import.meta.dirname, `system-packages/${name}-${release}.txt`);

let absent = 0;
for (const distribution of RELEASES) {
  const { name, release } = distribution;
  const wanted = wantedOn(distribution);
  const names =
    name === "debian"
      ? await debianNames(release, [...wanted.keys()])
      : listed(readFileSync(fileOf(name, release), "utf8"));
  const missing = absentFrom(wanted, names);
  absent += missing.filter(({ known }) => !known).length;
  process.stdout.write(`${name} ${release}: ${wanted.size - missing.length} of ${wanted.size} names are there\n`);
  for (const one of missing)
    process.stdout.write(
      `  absent: ${one.name} (${one.by}${one.known ? "; advice says that it was not looked up" : ""})\n`,
    );
}
process.exitCode = absent === 0 ? 0 : 1;

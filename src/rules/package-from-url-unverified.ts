import { posix } from "node:path";
import type { Stage } from "../model/types.ts";
import type { Command } from "./queries/commands.ts";
import { healthy, inBuilder } from "./queries/example.ts";
import { at, find, reachable, type Step } from "./queries/steps.ts";
import { runSteps } from "./queries/uv.ts";
import type { Project, Rule } from "./rule.ts";

const DEB = "https://example.org/tool_1.0_amd64.deb";
const RPM = "https://example.org/tool-1.0.x86_64.rpm";
const run = (script: string): Project => inBuilder(`RUN ${script}`);

export const packageFromUrlUnverified: Rule = {
  id: "package-from-url-unverified",
  title: "A package from an address is installed unchecked",
  why: "Its scripts run as root in the build. Packages of a repository are signed; one that is given by its address or file is installed without a look at a signature (dpkg has none to look at, dnf and rpm let an unsigned one pass), so it is whatever the server sends that day.",
  source: "dnf.conf(5), `localpkg_gpgcheck`; dpkg(1); rpmkeys(8)",
  demand: "verified-downloads",
  severity: "warning",
  confidence: "certain",
  advice:
    "Download it with `ADD --checksum=sha256:…` and install that file, compare `sha256sum -c` in the same RUN, or install from the vendor's repository with its key.",
  aliases: [],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      run(`curl -fsSLo /tmp/tool.deb ${DEB} && dpkg -i /tmp/tool.deb`),
      run(`wget ${DEB} && apt-get install -y ./tool_1.0_amd64.deb`),
      run(`curl -fsSL -o /tmp/tool.deb ${DEB} && apt-get install -y /tmp/*.deb`),
      run(`wget ${DEB}\nRUN apt-get update && apt-get install -y ./tool_1.0_amd64.deb`),
      run(`rpm -ivh ${RPM}`),
      run(`dnf install -y ${RPM} && dnf clean all`),
      run("yum localinstall -y http://example.org/tool-release.rpm"),
    ],
    good: [
      healthy,
      run(`curl -fsSLo tool.deb ${DEB} && echo "${"a".repeat(64)}  tool.deb" | sha256sum -c && dpkg -i tool.deb`),
      run(
        `wget ${DEB}\nRUN echo "${"a".repeat(64)}  tool_1.0_amd64.deb" | sha256sum -c\nRUN dpkg -i tool_1.0_amd64.deb`,
      ),
      run(`wget ${DEB} ${DEB}.asc && gpg --verify *.asc && dpkg -i *.deb`),
      run(`rpm --import https://example.org/key.asc && rpm -ivh ${RPM}`),
      run(`dnf install -y --setopt=localpkg_gpgcheck=1 ${RPM}`),
      // It brings the keys of a repository, and is new whenever they are.
      run("dnf install -y https://example.org/extra-release-latest-9.noarch.rpm"),
      run("dpkg -i /packages/tool.deb"),
      run("curl -fsSLo /etc/tool.list https://example.org/tool.list && apt-get install -y tool"),
    ],
  },
  *check({ dockerfile }) {
    for (const stage of reachable(dockerfile))
      for (const { step, command, from } of unverifiedIn(stage))
        yield {
          message: `${from} is installed without a look at a checksum or a signature.`,
          where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, command.text)),
        };
  },
};

interface Unverified {
  readonly step: Step;
  readonly command: Command;
  /** The address that it installs from. */
  readonly from: string;
}

function unverifiedIn(stage: Stage): readonly Unverified[] {
  const found: Unverified[] = [];
  const files: Download[] = [];
  for (const { step, commands } of runSteps(stage)) {
    // A look at one file is taken for a look at all that came so far, or comes in the same step.
    const isLookedAt = commands.some(verifies);
    for (const command of commands) {
      if (!isLookedAt) files.push(...downloaded(command));
      const from = installs(command) && !isLookedAt ? sourceOf(command, files) : undefined;
      if (from !== undefined) found.push({ step, command, from });
    }
    if (isLookedAt) files.length = 0;
  }
  return found;
}

const VERIFIES =
  /^(?:(?:sha(?:1|224|256|384|512)|b2|md5)sum|shasum|gpgv?2?|cosign|minisign|debsig-verify|dpkg-sig|rpmkeys)$/;

const verifies = ({ program, argv }: Command): boolean =>
  VERIFIES.test(program) ||
  (program === "openssl" && argv.includes("dgst")) ||
  (program === "rpm" && argv.some((word) => /^(?:--import|-K|--checksig)$/.test(word))) ||
  argv.some((word) => word.includes("=") && /localpkg_gpgcheck=(?:1|true|yes)/i.test(word));

/** The address that a command installs from: given to it, or downloaded by a command before. */
function sourceOf(command: Command, files: readonly Download[]): string | undefined {
  const packages = command.argv.slice(1).filter((word) => /\.(?:deb|rpm)$/.test(word) && !isRepository(word));
  const given = packages.find((word) => /^https?:\/\//.test(word));
  if (given !== undefined) return given;
  const names = new Set(packages.map((word) => posix.basename(word)));
  const isNamed = (name: string): boolean => names.has(name) || (names.has("*.deb") && name.endsWith(".deb"));
  return files.find(({ name }) => isNamed(name))?.url;
}

function installs({ program, argv }: Command): boolean {
  if (program === "dpkg") return argv.some((word) => /^(?:-i|--install)$/.test(word));
  if (program === "rpm")
    return argv.some((word) => /^-\w*[iUF]\w*$|^--(?:install|upgrade|freshen)$/.test(word) && !word.startsWith("-q"));
  return (
    /^(?:apt|apt-get|dnf|microdnf|tdnf|yum|zypper)$/.test(program) &&
    argv.some((word) => /^(?:install|localinstall|reinstall|in)$/.test(word))
  );
}

/** What a package of a repository is called that brings its address and keys. */
const isRepository = (word: string): boolean =>
  !word.startsWith("http://") &&
  /(?:^|[-_])(?:release|keyring|repo|repository|prod)(?:[-_.]|$)/.test(posix.basename(word));

interface Download {
  readonly url: string;
  readonly name: string;
}

/** The address and the file's name, where a command downloads something. */
function downloaded({ program, argv }: Command): readonly Download[] {
  const url = program === "curl" || program === "wget" ? argv.find((word) => /^https?:\/\//.test(word)) : undefined;
  if (url === undefined) return [];
  const flag = program === "curl" ? /^-\w*o$|^--output$/ : /^-\w*O$|^--output-document$/;
  const flagAt = argv.findIndex((word) => flag.test(word));
  const file = flagAt < 0 ? url.replace(/[?#].*$/, "") : (argv[flagAt + 1] ?? "");
  return [{ url, name: posix.basename(file) }];
}

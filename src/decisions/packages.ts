import { headersOf, nativePackage } from "../project/native-packages.ts";
import { type Distribution, packagesOn } from "../project/system-libraries.ts";
import type { Choice, Decider, Draft, Facts } from "./decider.ts";
import { scriptsOf } from "../project/start-script.ts";
import { buildStepsToday } from "./shared/build-steps.ts";
import { needsOfScript } from "./shared/carried-start.ts";
import { configured, override } from "./shared/override.ts";
import { buildToolsToday, type PackageToday, packagesToday } from "./shared/os-packages-today.ts";
import { minorOf } from "./shared/pythons.ts";
import { list, places } from "./shared/say.ts";

/** Python packages that load a system library which their wheels do not carry. */
const LIBRARIES: Readonly<Record<string, string>> = {
  psycopg: "libpq",
  psycopg2: "libpq",
  mysqlclient: "libmariadb",
  "python-magic": "libmagic",
};

interface Base {
  readonly python: string;
  readonly image: string | undefined;
}

interface Need {
  readonly need: string;
  /** Names of packages, where it is no need that the profile knows by a word. */
  readonly packages?: { readonly builder: readonly string[]; readonly runtime: readonly string[] };
  readonly why: string;
  readonly evidence: readonly string[];
}

function* needs(facts: Facts): Generator<Need> {
  const { service } = facts;
  const closure = new Set(service.dependencies.runtimeClosure);
  for (const use of service.programs)
    yield {
      need: use.program,
      why: `${use.through ?? "the code"} calls \`${use.program}\``,
      evidence: places(use.evidence),
    };
  for (const script of scriptsOf(facts.startScript))
    for (const { need, program, line } of needsOfScript(script))
      yield {
        need,
        why: `the start script calls \`${program}\``,
        evidence: script.file === undefined ? [] : [`${script.file.path}:${line}`],
      };
  for (const probe of service.outsideProbes)
    if (probe.program === "curl" || probe.program === "wget")
      yield {
        need: probe.program,
        why: `a health probe outside the Dockerfile calls \`${probe.program}\``,
        evidence: places(probe.evidence),
      };
  for (const [name, library] of Object.entries(LIBRARIES)) {
    // psycopg[binary] brings its own libpq.
    if (closure.has(name) && !closure.has(`${name}-binary`))
      yield { need: library, why: `${name} loads ${library}`, evidence: [] };
  }
}

/** Pipenv's lock names hashes alone, and so may a list of packages. */
const tellsWheels = ({ pip, manager }: Facts["service"]): boolean => pip === undefined && manager.value !== "pipenv";

/** What the lock has no wheel of, for the Python of the base. */
function unwheeledIn({ service, wheelGaps }: Facts, python: string): ReadonlySet<string> {
  const closure = new Set(service.dependencies.runtimeClosure);
  const sources = (service.lock?.packages ?? []).filter(({ name, sdistOnly }) => sdistOnly && closure.has(name));
  return new Set([...sources, ...(wheelGaps?.[minorOf(python)] ?? [])].map(({ name }) => name));
}

/** Whether a package is compiled. A list of packages does not say what has a wheel: what publishes none is. */
function compiledOf(facts: Facts, python: string): (name: string) => boolean {
  const unwheeled = unwheeledIn(facts, python);
  return (name) => {
    const wheels = nativePackage(name)?.wheels;
    return (wheels !== "bare" && unwheeled.has(name)) || (!tellsWheels(facts.service) && wheels === "none");
  };
}

/** Libraries that the profile has no word for, by the names of the base's release. */
function* libraries(facts: Facts, { python, image }: Base): Generator<Need> {
  const closure = new Set(facts.service.dependencies.runtimeClosure);
  const compiles = compiledOf(facts, python);
  const distribution = distributionOf(facts, image);
  for (const name of [...closure].filter((one) => !Object.hasOwn(LIBRARIES, one))) {
    const native = nativePackage(name);
    const isCompiled = compiles(name);
    if (native === undefined || native.unless?.some((other) => closure.has(other)) === true) continue;
    if (native.wheels === "whole" && !isCompiled) continue;
    for (const { name: library, run } of native.loads) {
      const runtime = packagesOn(run, distribution);
      if (runtime === undefined) yield { need: library, why: `${name} loads ${library}`, evidence: [] };
      else
        yield {
          need: library,
          packages: { builder: isCompiled ? headersOf(name, distribution) : [], runtime },
          why: `${name} loads ${library}`,
          evidence: [],
        };
    }
  }
}

/** A base that the team names may be of another release than the profile's. */
function distributionOf({ profile }: Facts, image: string | undefined): Distribution {
  const release = /\b(?:bullseye|bookworm|trixie)\b/.exec(image ?? "")?.[0];
  return release === undefined ? profile.distribution : { ...profile.distribution, release };
}

/** A compiler only when the lock has a package without a wheel; it stays in the builder. */
function builderNeeds(facts: Facts, python: string): readonly Need[] {
  const closure = new Set(facts.service.dependencies.runtimeClosure);
  const locked = facts.service.lock?.packages ?? [];
  const fromSource = [...unwheeledIn(facts, python)];
  const git = locked.filter((one) => one.source === "git" && closure.has(one.name));
  const { pip } = facts.service;
  const unwheeled = tellsWheels(facts.service)
    ? []
    : [...closure].filter((name) => nativePackage(name)?.wheels === "none");
  const fromGit = [
    ...(pip?.calls.flatMap((call) => call.packages) ?? []),
    ...facts.service.dependencies.runtime.map(({ requirement }) => requirement),
  ];
  return [
    ...(fromSource.length === 0
      ? []
      : [
          {
            need: "compiler",
            why: `${list(fromSource)} ${fromSource.length === 1 ? "has no wheel" : "have no wheels"} and may be compiled`,
            evidence: [],
          },
        ]),
    ...(unwheeled.length === 0
      ? []
      : [{ need: "compiler", why: `${list(unwheeled)} publishes no wheel and is compiled`, evidence: [] }]),
    ...buildStepsToday(facts.dockerfile, facts.service)
      .filter(({ text, makes }) => makes !== undefined && text.includes(" compilemessages"))
      .map(({ place }) => ({ need: "msgfmt", why: "`compilemessages` calls msgfmt", evidence: [place] })),
    ...(pip === undefined || git.length > 0 || !fromGit.some((text) => text.includes("git+"))
      ? []
      : [{ need: "git", why: "a package comes from git", evidence: [] }]),
    ...(git.length === 0
      ? []
      : [{ need: "git", why: `${list(git.map((one) => one.name))} comes from git`, evidence: [] }]),
  ];
}

export const packages: Decider = {
  id: "packages",
  title: "Packages of the operating system",
  after: ["base"],
  resolves: [
    "build-tools-in-final",
    "deleted-in-later-layer",
    "package-lists-left",
    "password-set-in-build",
    "recommends-installed",
    "upgrade-in-build",
    "upgrade-or-update-alone",
    "vcs-or-debug-tool-in-final",
  ],
  decide(facts: Facts, draft: Draft): Choice {
    const { profile } = facts;
    const base = draft.base ?? { python: "", image: undefined };
    const wanted = [...needs(facts), ...libraries(facts, base)];
    const building = [
      ...wanted.filter((one) => one.packages !== undefined || one.need.startsWith("lib")),
      ...builderNeeds(facts, base.python),
    ];
    const names = (all: readonly Need[], stage: "builder" | "runtime") =>
      [...new Set(all.flatMap((one) => one.packages?.[stage] ?? profile.packageFor(one.need, stage) ?? []))].toSorted();
    const chosen = override(facts, "packages", "list");
    const called = names(wanted, "runtime");
    const today = packagesToday(facts.dockerfile, profile.packageManager).filter(({ name }) => !called.includes(name));
    const runtime = chosen ?? [...called, ...today.map(({ name }) => name)].toSorted();
    const missing = wanted.filter(
      (one) => one.packages === undefined && profile.packageFor(one.need, "runtime") === undefined,
    );
    // Where no lock says what is compiled, today's build does.
    const tools = tellsWheels(facts.service) ? [] : buildToolsToday(facts.dockerfile, profile.packageManager);
    const builder = [...new Set([...names(building, "builder"), ...tools])].toSorted();
    return {
      value: { packages: { builder, runtime } },
      choice: runtime.length === 0 ? "none in the runtime image" : `${list(runtime)} in the runtime image`,
      because: [
        chosen !== undefined ? configured("packages") : because(wanted, today),
        ...(missing.length === 0
          ? []
          : [
              `No package of ${profile.title} is known for ${list(missing.map((one) => `\`${one.need}\``))}: check that it is there.`,
            ]),
      ].join(" "),
      evidence: [
        ...new Set([...wanted, ...building].flatMap((one) => one.evidence)),
        ...(chosen === undefined ? new Set(today.map(({ place }) => place)) : []),
      ],
      rejected: [
        { option: "gcc and headers in the runtime", because: "nothing is compiled there" },
        ...(runtime.includes("curl")
          ? []
          : [{ option: "curl for the health check", because: "Python answers the same question without a package" }]),
      ],
    };
  },
};

function because(wanted: readonly Need[], today: readonly PackageToday[]): string {
  const kept =
    today.length === 0
      ? []
      : [
          `Today's image has ${list(today.map(({ name }) => `\`${name}\``))} by name: a library or a program can be used without a line that says so, so nothing is taken away unseen (\`decisions: { packages: […] }\` does).`,
        ];
  if (wanted.length > 0) return [sentence(list([...new Set(wanted.map((one) => one.why))])), ...kept].join(" ");
  return kept[0] ?? "No line of the project calls a program or loads a library that the base does not have.";
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

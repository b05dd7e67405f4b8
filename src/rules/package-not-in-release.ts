import type { Dockerfile, Stage } from "../model/types.ts";
import { type Base, baseOf } from "./queries/base.ts";
import { healthcheck, healthy, project, startLine } from "./queries/example.ts";
import { goneFrom, type Release, RELEASES } from "./queries/gone-packages.ts";
import { installsIn } from "./queries/packages.ts";
import { rootImage } from "./queries/settings.ts";
import { at, find, ownSteps, reachable } from "./queries/steps.ts";
import type { Rule, RuleFinding } from "./rule.ts";

const dockerfile = (base: string, ...steps: readonly string[]): string =>
  `FROM ${/trixie|bookworm/.test(base) ? `${base}@sha256:${"e".repeat(64)}` : base}\n${steps.map((step) => `RUN ${step}\n`).join("")}WORKDIR /app\nCOPY app/ /app/app/\nENV PYTHONUNBUFFERED=1\nUSER 1001:1001\n${healthcheck}${startLine}`;
const installing = (base: string, name: string) =>
  project({
    Dockerfile: dockerfile(
      base,
      `apt-get update && apt-get install -y --no-install-recommends ${name} && rm -rf /var/lib/apt/lists/*`,
    ),
  });

export const packageNotInRelease: Rule = {
  id: "package-not-in-release",
  title: "The base's release of Debian does not have the package",
  why: "apt stops with `Unable to locate package` or `has no installation candidate`. The tag moved to the next release of Debian since the file was written: `python:3.11-slim` was bookworm until the summer of 2025 and is trixie now, and an image that asks for libgl1-mesa-glx (OpenCV) or software-properties-common no longer builds on it.",
  source: "Debian's lists of packages for bullseye, bookworm and trixie",
  demand: "builds-from-a-clone",
  severity: "error",
  confidence: "certain",
  advice:
    "Install what takes its place, and name the release in the tag (`python:3.13-slim-trixie`), so that it changes when you change it.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [
      installing("python:3.13-slim-trixie", "libgl1-mesa-glx"),
      installing("python:3.11-slim", "software-properties-common"),
      installing("python:3.12-slim-bookworm", "netcat"),
      installing("debian:trixie-slim", "openjdk-17-jre-headless"),
      installing("python:3.12-bookworm", "postgresql-client-13"),
    ],
    good: [
      healthy,
      installing("python:3.13-slim-trixie", "libgl1"),
      installing("python:3.12-slim-bookworm", "libgl1-mesa-glx"),
      installing("python:3.12-slim-bookworm", "postgresql-client-15"),
      installing("python:3.11.4-slim", "libgl1-mesa-glx"),
      installing("ubuntu:24.04", "openjdk-17-jre-headless"),
      project({
        Dockerfile: dockerfile(
          "python:3.13-slim-trixie",
          "echo deb https://apt.example/debian trixie main > /etc/apt/sources.list.d/example.list",
          "apt-get update && apt-get install -y --no-install-recommends postgresql-client-16 && rm -rf /var/lib/apt/lists/*",
        ),
      }),
    ],
  },
  *check({ dockerfile: file }) {
    // Who adds a source may have it from there.
    if (/sources\.list|\.sources\b|signed-by|apt-key|add-apt-repository|dpkg -i|\.deb\b/.test(file.text)) return;
    for (const stage of reachable(file)) {
      const base = baseOf(rootImage(file, stage));
      const release = releaseOf(base);
      if (release !== undefined)
        yield* absentIn(file, stage, { ...release, image: base.reference.split("@")[0] ?? "" });
    }
  },
};

function* absentIn(
  file: Dockerfile,
  stage: Stage,
  { name: release, floats, image }: Stands & { readonly image: string },
): Generator<RuleFinding> {
  for (const { manager, packages, step } of installsIn(ownSteps(stage))) {
    // What `||` leads to may be the other name.
    if (manager !== "apt" || step.instruction.args.includes("||")) continue;
    for (const name of packages) {
      const instead = goneFrom(release, name.replace(/[=:/].*$/, ""));
      if (instead === undefined) continue;
      yield {
        message: `${image} is Debian ${release}${floats ? " now" : ""}, which has no ${name}.`,
        ...(instead === ""
          ? {}
          : { advice: `Install ${instead}; and name the release in the tag, so that it changes when you change it.` }),
        ...(floats ? { confidence: "likely" as const } : {}),
        where: at(file, step.instruction, find(file, step.instruction, name)),
      };
    }
  }
}

interface Stands {
  readonly name: Release;
  /** The tag may lead to another one tomorrow. */
  readonly floats: boolean;
}

/** The release, where the tag names it, or names a minor release of Python alone, whose images follow Debian's stable. */
function releaseOf(base: Base): Stands | undefined {
  const { name, tag, digest, python, distribution } = base;
  if (distribution?.name !== "debian") return undefined;
  const written = RELEASES.find((one) => one === distribution.release);
  if (written !== undefined) return { name: written, floats: false };
  const isStable = name === "python" && /^(?:(?:3(?:\.\d+)?|latest|slim)(?:-slim)?)?$/.test(tag ?? "");
  if (!isStable || digest !== undefined || distribution.release !== undefined) return undefined;
  // The last images of Python 3.7 and 3.8 were made on bookworm, that of 3.6 on bullseye.
  const minor = Number(python?.split(".")[1] ?? 14);
  if (minor >= 9) return { name: "trixie", floats: true };
  return { name: minor >= 7 ? "bookworm" : "bullseye", floats: true };
}

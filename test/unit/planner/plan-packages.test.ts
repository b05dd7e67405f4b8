import { describe, expect, it } from "vitest";
import type { Service } from "../../../src/model/types.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { amazonlinux2023 } from "../../../src/profiles/amazonlinux2023.ts";
import { evidence, fact, facts, plan, sample } from "./sample.ts";

const PRODUCTION = { use: "production" as const, askedBy: ["main"] };

describe("dependencies", () => {
  it("come without development groups, with the others that today's image has", () => {
    const dependencies = {
      ...sample.dependencies,
      installedGroups: ["dev", "prod", "lint"],
      installedExtras: ["postgres"],
    };
    expect(plan({ dependencies }).image.sync).toMatchObject({ groups: ["prod"], extras: ["postgres"] });
  });
  it("install a package so that no link leads out of the environment, unless its code looks for files around it", () => {
    const packaging = { ...sample.packaging, kind: fact<"package">("package") };
    expect(plan({ packaging }).image.sync.project).toBe("no-editable");
    expect(plan({ packaging: { ...packaging, looksUpFromFile: fact(true) } }).image.sync.project).toBe("editable");
    expect(plan().image.sync.project).toBe("none");
  });
  it("come alone where today's image never installs the package, unless its code asks for its version", () => {
    const packaging = { ...sample.packaging, kind: fact<"package">("package") };
    const never = (more = {}) =>
      makePlan({ ...facts({ packaging: { ...packaging, ...more } }), installsProject: false }).image.sync.project;
    expect(never()).toBe("none");
    expect(never({ readsOwnVersion: fact(true) })).toBe("no-editable");
    expect(makePlan({ ...facts({ packaging }), installsProject: true }).image.sync.project).toBe("no-editable");
  });
});

describe("packages", () => {
  it("bring what a probe outside the Dockerfile calls", () => {
    const outsideProbes = [
      { source: "ecs" as const, program: "curl", command: "curl -f localhost", evidence: evidence("task.json", 4) },
    ];
    expect(plan({ outsideProbes }).image.packages.runtime).toEqual(["curl"]);
    const other = makePlan({ ...facts({ outsideProbes }), profile: amazonlinux2023 });
    expect(other.image.packages.runtime).toEqual([]); // curl-minimal is there, and `curl` conflicts with it.
  });
  it("bring a compiler only for a locked package without a wheel, and only into the builder", () => {
    const lock =
      sample.lock === undefined
        ? undefined
        : {
            ...sample.lock,
            packages: [
              {
                name: "fastapi",
                version: "1",
                source: "registry" as const,
                sdistOnly: true,
                dependencies: [],
                ...PRODUCTION,
              },
            ],
          };
    expect(plan({ lock }).image.packages).toEqual({ builder: ["gcc", "libc6-dev"], runtime: [] });
    expect(plan().image.packages.builder).toEqual([]);
  });
});

describe("packages of today's image", () => {
  const of = (lines: string, service: Partial<Service> = {}) =>
    makePlan(facts(service, {}, `FROM python:3.13-slim-bookworm AS b\nRUN apt-get install -y libheif1\n${lines}`)).image
      .packages.runtime;
  it("stay when the service may use them without saying so", () => {
    expect(
      of("FROM python:3.13-slim\nRUN apt-get update && apt-get install -y ffmpeg libgl1-mesa-glx fonts-dejavu=2.37\n"),
    ).toEqual(["ffmpeg", "fonts-dejavu", "libgl1"]);
  });
  it("go when they are for the build, for a shell, for waiting or for a probe, or were removed again", () => {
    expect(
      of(
        "FROM python:3.13-slim\nRUN apt-get update && apt-get install -y --no-install-recommends build-essential gcc libpq-dev curl wget git vim netcat-openbsd procps ca-certificates $MORE && rm -rf /var/lib/apt/lists/*\nRUN apt-get install -y ghostscript && apt-get purge -y ghostscript\n",
      ),
    ).toEqual([]);
  });
  it("are the team's to take away", () => {
    const text = "FROM python:3.13-slim\nRUN apt-get update && apt-get install -y ffmpeg\n";
    expect(makePlan(facts({}, { packages: [] }, text)).image.packages.runtime).toEqual([]);
    expect(makePlan({ ...facts({}, {}, text), profile: amazonlinux2023 }).image.packages.runtime).toEqual([]);
  });
});

describe("libraries that packages load", () => {
  const lock = sample.lock && {
    ...sample.lock,
    packages: [
      {
        name: "python-ldap",
        version: "3",
        source: "registry" as const,
        sdistOnly: true,
        dependencies: [],
        ...PRODUCTION,
      },
    ],
  };
  const dependencies = { ...sample.dependencies, runtimeClosure: ["python-ldap", "pyzbar", "lxml"] };

  it("are installed by the names of the base, and their headers where they are compiled", () => {
    expect(plan({ lock, dependencies }).image.packages).toEqual({
      builder: ["gcc", "libc6-dev", "libldap-dev", "libsasl2-dev"],
      runtime: ["libldap2", "libzbar0t64"],
    });
    const older = plan({ lock, dependencies }, { base: { image: "python:3.13-slim-bookworm" } });
    expect(older.image.packages.runtime).toEqual(["libldap-2.5-0", "libzbar0"]);
  });

  it("are named where the base has no known package", () => {
    const { image, decisions: made } = makePlan({ ...facts({ lock, dependencies }), profile: amazonlinux2023 });
    expect(image.packages.runtime).toEqual(["openldap"]);
    expect(made.find(({ id }) => id === "packages")?.because).toContain("is known for `libzbar`");
  });
});

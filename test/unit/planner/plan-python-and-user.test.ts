import { describe, expect, it } from "vitest";
import { allows, exactVersion } from "../../../src/decisions/shared/specifier.ts";
import type { Service } from "../../../src/model/types.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { fact, facts, sample } from "./sample.ts";

describe("Python versions", () => {
  it.each([
    [">=3.12", "3.13", true],
    [">=3.12,<3.13", "3.13", false],
    [">=3.12,<3.13", "3.12", true],
    ["~=3.12", "3.13", true],
    ["~=3.12.4", "3.13", false],
    ["==3.12.*", "3.12", true],
    ["==3.12.*", "3.13", false],
    ["==3.12.4", "3.12", false],
    ["!=3.13.*", "3.13", false],
    [">3.11", "3.11", true],
    ["<=3.12", "3.12", false],
  ])("%s and %s: %s", (specifier, version, expected) => {
    expect(allows(specifier, version)).toBe(expected);
  });
  it("sees an exact demand", () => {
    expect(exactVersion("==3.12.4")).toBe("3.12.4");
    expect(exactVersion("==3.12.*")).toBeUndefined();
  });

  const base = (service: Partial<Service>, dockerfile?: string) =>
    makePlan(facts(service, {}, dockerfile)).image.base.image;
  const python = (requires: string, pinned?: string) => ({
    python: { requires: fact(requires), pinned: pinned === undefined ? undefined : fact(pinned, ".python-version") },
    ...(sample.lock === undefined ? {} : { lock: { ...sample.lock, requiresPython: requires } }),
  });
  it("keeps today's when it is allowed", () =>
    expect(base(python(">=3.11"), "FROM python:3.11-slim\n")).toBe("python:3.11-slim"));
  it("leaves today's when it is not", () =>
    expect(base(python(">=3.12"), "FROM python:3.11-slim\n")).toBe("python:3.13-slim"));
  it("takes the pinned one when today says nothing", () =>
    expect(base(python(">=3.11", "3.12"), "FROM debian:13\n")).toBe("python:3.12-slim"));
  it("takes the newest that an upper bound allows", () =>
    expect(base(python(">=3.11,<3.13"), "FROM debian:13\n")).toBe("python:3.12-slim"));
  it.each([
    "python:3.14.7-slim-trixie",
    "ghcr.io/astral-sh/uv:python3.14-bookworm-slim",
    "ghcr.io/astral-sh/uv:0.9.8-python3.14-trixie",
  ])("keeps the one of %s", (image) => expect(base(python(">=3.11"), `FROM ${image}\n`)).toBe("python:3.14-slim"));
  it("takes the newest of all only where it is asked for", () =>
    expect(base(python(">=3.14"), "FROM debian:13\n")).toBe("python:3.14-slim"));
  it("refuses a project whose Python no base here is known to have", () => {
    const { refusals } = makePlan(facts(python(">=3.99"), {}, "FROM debian:13\n"));
    expect(refusals).toContainEqual(expect.objectContaining({ id: "python-not-offered", blocking: true }));
    expect(makePlan(facts(python(">=3.99"), { base: { python: "3.99" } })).refusals).toEqual([]);
  });
  it("leaves an older one as it is where the project allows no newer one", () => {
    const plan = makePlan(facts(python("==3.10.*"), {}, "FROM python:3.10\n"));
    expect(plan.image.base.image).toBe("python:3.10-slim");
    expect(plan.refusals.map(({ id }) => id)).not.toContain("python-not-offered");
  });
  it("leaves an older one as it is where the lock hides what its packages have wheels for", () => {
    const given = facts(python(">=3.10"), {}, "FROM python:3.10\n");
    expect(makePlan(given).image.base.image).toBe("python:3.10-slim");
    expect(makePlan({ ...given, wheelGaps: {} }).image.base.image).toBe("python:3.13-slim");
  });
  it("keeps an exact patch release", () => expect(base(python("==3.12.4"))).toBe("python:3.12.4-slim"));
});

describe("the user", () => {
  const because = (dockerfile: string) =>
    makePlan(facts({}, {}, dockerfile)).decisions.find(({ id }) => id === "user")?.because;
  it("says that today's is root only when it is", () => {
    expect(because("FROM python:3.13-slim\n")).toMatch(/^Today's image runs as root\./);
    expect(because("FROM python:3.13-slim\nRUN adduser shop\nUSER shop\n")).toMatch(
      /does not say which number today's user `shop` has/,
    );
  });
});

describe("user", () => {
  const user = (dockerfile: string, overrides = {}) => makePlan(facts({}, overrides, dockerfile)).image.user;
  it("is 1001 when today's is root", () =>
    expect(user("FROM python:3.13-slim\n")).toMatchObject({ uid: 1001, gid: 1001, shell: "/usr/sbin/nologin" }));
  it("keeps today's number", () =>
    expect(user("FROM python:3.13-slim\nUSER 1000:1002\n")).toMatchObject({ uid: 1000, gid: 1002 }));
  it("finds the number behind a name", () =>
    expect(user("FROM python:3.13-slim\nRUN useradd -u 1500 svc\nUSER svc\n")).toMatchObject({ uid: 1500 }));
  it.each([
    ['ARG UID=10001\nRUN adduser --uid "${UID}" svc\nUSER svc', 10001],
    ["ENV APP_UID=1500\nRUN useradd -u $APP_UID svc\nUSER ${APP_UID}", 1500],
    ["ARG UID\nRUN useradd -u $UID svc\nUSER svc", 1001],
  ])("finds it behind a variable that has a value: %j", (lines, uid) =>
    expect(user(`FROM python:3.13-slim\n${lines}\n`)).toMatchObject({ uid }),
  );
  it("is the team's when it says so", () => {
    expect(user("FROM python:3.13-slim\nUSER 1000\n", { user: { uid: 2000 } })).toMatchObject({ uid: 2000, gid: 2000 });
    expect(user("FROM python:3.13-slim\n", { user: 2000 })).toMatchObject({ uid: 2000 });
  });
});

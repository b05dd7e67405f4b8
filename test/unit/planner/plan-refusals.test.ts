import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/kit/errors.ts";
import type { Finding, Service } from "../../../src/model/types.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { fact, facts, plan, sample, startedBy } from "./sample.ts";

const codeOf = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof UserError ? error.code : String(error);
  }
};

describe("what is refused", () => {
  const refused = (service: Partial<Service>, dockerfile?: string) =>
    makePlan(facts(service, {}, dockerfile)).refusals.map(
      (refusal) => `${refusal.id}${refusal.blocking === true ? "!" : ""}`,
    );
  const bot: Partial<Service> = {
    ...startedBy(["python", "-m", "bot"], "own"),
    port: undefined,
    application: undefined,
    framework: fact("unknown"),
    routes: [],
  };
  const lock = (changes: Partial<NonNullable<Service["lock"]>>) => ({
    lock: sample.lock === undefined ? undefined : { ...sample.lock, ...changes },
  });
  const versionFromGit = {
    packaging: { ...sample.packaging, kind: fact("package" as const), versionFromGit: fact(true) },
  } as const;

  it.each<[string, Partial<Service>, string | undefined]>([
    ["manager!", { manager: fact("pip") }, undefined],
    ["no-lock!", { lock: undefined }, undefined],
    ["project-below!", { projectFolder: "backend" }, undefined],
    ["no-lock!", { manager: fact("poetry"), lock: undefined }, undefined],
    ["lock-untracked!", lock({ tracked: false }), undefined],
    ["lock-drift!", lock({ inStep: fact(false) }), undefined],
    ["special-base!", {}, "FROM pytorch/pytorch:2.5\n"],
    [
      "root-entrypoint!",
      {},
      'FROM python:3.13-slim\nENTRYPOINT ["sh", "-c", "chown -R app /data && exec gosu app uvicorn"]\n',
    ],
    [
      "several-commands!",
      startedBy(["uvicorn", "app.main:app"], "uvicorn", "alembic upgrade head && uvicorn app.main:app"),
      undefined,
    ],
    ["several-processes!", startedBy(["supervisord"], "unknown", "supervisord -c x.conf"), undefined],
    [
      "start-script!",
      { starts: sample.starts.slice(0, 1).map((start) => ({ ...start, wrappers: ["./docker-entrypoint.sh"] })) },
      undefined,
    ],
    ["no-start!", { starts: [], application: undefined }, undefined],
    ["no-port!", bot, "FROM python:3.13-slim\nCMD python -m bot\n"],
    ["no-health-route", { healthPaths: [] }, undefined],
    ["development-server", startedBy(["flask", "run"], "flask-dev"), undefined],
    ["version-from-git!", versionFromGit, undefined],
  ])("%s", (id, service, dockerfile) => {
    expect(refused(service, dockerfile)).toContain(id);
    expect(refused({})).not.toContain(id);
  });

  it("a folder above the service's is told which one to take", () => {
    const below = {
      manager: fact("none" as const),
      lock: undefined,
      pip: undefined,
      dockerfiles: ["project/Dockerfile"],
    };
    const told = (files: readonly string[]) =>
      makePlan(facts({ ...below, files })).refusals.find(({ id }) => id === "manager")?.instead;
    expect(told(["project/Dockerfile", "project/requirements.txt", "project/app/main.py"])).toBe(
      "Run again on that folder: `seaworthy ./project`.",
    );
    expect(told(["project/Dockerfile", "project/app/requirements.txt", "project/app/main.py"])).toContain("uv init");
  });

  it("a package that the lock does not decide: the new image would be without it", () => {
    const finding: Finding = {
      rule: "install-beside-lock",
      severity: "warning",
      confidence: "certain",
      message: "`uv pip install gunicorn` installs gunicorn, which uv.lock does not decide.",
      advice: "",
    };
    const { refusals } = makePlan({ ...facts({}), findings: [finding] });
    expect(refusals).toContainEqual(
      expect.objectContaining({
        id: "beside-lock",
        blocking: true,
        what: expect.stringMatching(/installs gunicorn.*decide$/),
        instead: "Run `uv add gunicorn`, look at the versions, commit the lock and run again.",
      }),
    );
    expect(refused({})).not.toContain("beside-lock");
  });

  it("no port is asked for where one is known, or where something serves", () => {
    const without = "FROM python:3.13-slim\nCMD python -m bot\n";
    expect(refused(bot, `${without}EXPOSE 9000\n`)).not.toContain("no-port!");
    expect(refused({ ...bot, framework: sample.framework }, without)).not.toContain("no-port!");
    expect(plan(bot, { ports: 9000 }).refusals.map(({ id }) => id)).not.toContain("no-port");
    expect(plan(bot, { health: "/health" }).refusals.map(({ id }) => id)).not.toContain("no-port");
  });

  it("a dependency that is fetched over ssh, for which the build has no key", () => {
    const git = { name: "lib", version: "1", source: "git", sdistOnly: false, dependencies: [], askedBy: [] } as const;
    expect(refused(lock({ packages: [{ ...git, overSsh: true, use: "production" }] }))).toContain("git-over-ssh!");
    expect(refused(lock({ packages: [{ ...git, use: "production" }] }))).not.toContain("git-over-ssh!");
    expect(refused(lock({ packages: [{ ...git, overSsh: true, use: "development" }] }))).not.toContain("git-over-ssh!");
  });

  it("a project in a folder below, whatever there is to say of its lock, with what to move", () => {
    const of = (service: Partial<Service>) => plan({ projectFolder: "backend", ...service }).refusals;
    expect(refused({ projectFolder: "backend", lock: undefined })).not.toContain("no-lock!");
    const [first] = of({ dockerfiles: ["Dockerfile"], dockerignore: ".dockerignore" });
    expect(first?.what).toBe("Dockerfile installs the project that lies in backend/");
    expect(first?.instead).toContain("Move Dockerfile and .dockerignore into backend/");
    expect(of({ dockerfiles: ["Dockerfile"], dockerignore: undefined })[0]?.instead).toContain("Move Dockerfile into");
  });

  it("no version from git is asked for where today's image never installs the project", () => {
    const { refusals } = makePlan({ ...facts(versionFromGit), installsProject: false });
    expect(refusals.map(({ id }) => id)).not.toContain("version-from-git");
  });

  it("a program that is not known for serving is named, where no file starts another", () => {
    const [start] = sample.starts;
    const locust = { ...start, source: "dockerfile", role: "other", argv: ["locust", "--headless"] } as const;
    const starts = [locust] as unknown as Service["starts"];
    const what = plan({ starts, application: undefined }).refusals.find(({ id }) => id === "no-start")?.what;
    expect(what).toMatch(/^`locust --headless` \(\w+:\d+\) is no server that is known/);
  });

  it("no redirection of output is taken for a second command", () => {
    expect(refused(startedBy(["uvicorn", "app.main:app"], "uvicorn", "uvicorn app.main:app 2>&1"))).toEqual([]);
  });
  it("a folder without Python", () => expect(codeOf(() => plan({ files: ["README.md"] }))).toBe("plan/no-project"));
  it("a misspelt decision", () => expect(codeOf(() => plan({}, { usr: 1 }))).toBe("config/unknown-decision"));
  it("a setting of another kind", () => expect(codeOf(() => plan({}, { user: "appuser" }))).toBe("config/bad-value"));
  it("to write a file that must stay", () =>
    expect(codeOf(() => plan({}, { output: "Dockerfile", keep: ["Dockerfile"] }))).toBe("config/output-kept"));
});

it("names gRPC's own health service where a service without routes speaks gRPC", () => {
  const ofGrpc = (closure: readonly string[]) => {
    const dependencies = { ...sample.dependencies, runtimeClosure: closure };
    const service = { healthPaths: [], framework: fact("unknown" as const), dependencies };
    return plan(service).refusals.find(({ id }) => id === "no-health-route")?.instead;
  };
  expect(ofGrpc(["grpcio"])).toContain("grpc.health.v1.Health");
  expect(ofGrpc(["flask"])).toContain("Add a route");
});

import { describe, expect, it } from "vitest";
import type { Facts } from "../../../src/decisions/decider.ts";
import type { Plan, Service, TaskDefinition } from "../../../src/model/types.ts";
import { renderDockerfile } from "../../../src/planner/render-dockerfile.ts";
import { renderContract } from "../../../src/planner/render-contract.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { evidence, facts, plan, sample } from "./sample.ts";

describe("files of the image", () => {
  const from = (service: Partial<Service>) => plan(service).image.copies.map((copy) => copy.from);
  it("are the code and what a line of the project asks for", () =>
    expect(from({})).toEqual(["alembic.ini", "alembic", "app"]));
  it("are never files that git does not track", () => {
    expect(
      from({ reads: [{ path: "settings.toml", when: "start", evidence: evidence("app/main.py", 9) }] }),
    ).not.toContain("settings.toml");
  });
  it("include what the code opens", () => {
    const files = [...sample.files, "settings.toml"];
    expect(
      from({ files, reads: [{ path: "./settings.toml", when: "start", evidence: evidence("app/main.py", 9) }] }),
    ).toContain("settings.toml");
  });
  it("leave migrations out when nothing can run them", () => {
    expect(from({ dependencies: { ...sample.dependencies, runtimeClosure: ["fastapi", "uvicorn"] } })).toEqual(["app"]);
  });
  it.each([
    ["flask", true],
    ["fastapi", false],
  ])("take manage.py along where %s has a command line for it: %s", (name, taken) => {
    const dependencies = { ...sample.dependencies, runtimeClosure: [name] };
    expect(from({ files: [...sample.files, "manage.py"], dependencies }).includes("manage.py")).toBe(taken);
  });
  it("promise no image without tests where some lie among the code", () => {
    const promised = (files: readonly string[]) =>
      makePlan({
        ...facts({ files: [...sample.files, ...files] }),
        findings: [{ rule: "tests-in-final", severity: "note", confidence: "certain", message: "", advice: "" }],
      }).decisions.find(({ id }) => id === "copies");
    expect(promised([])?.resolves).toContain("tests-in-final");
    const inside = promised(["app/tests/__init__.py", "app/tests/test_pictures.py"]);
    expect(inside?.resolves).not.toContain("tests-in-final");
    expect(inside?.because).toContain("Tests lie among the code (app/tests/__init__.py)");
  });
  it("are in the allow-list, each once", () => {
    const lines = plan().image.dockerignore.filter((line) => line.startsWith("!"));
    expect(lines).toEqual(["!pyproject.toml", "!uv.lock", "!alembic.ini", "!alembic", "!app"]);
  });
});

describe("volumes of today", () => {
  const of = (lines: string, service: Partial<Service> = {}) => {
    const made = makePlan(facts(service, {}, `FROM python:3.13-slim\nWORKDIR /app\n${lines}`));
    const dockerfile = renderDockerfile(made, [], { ...sample, ...service });
    return { promised: made.contract.writablePaths, folders: /^RUN install -d .*$/m.exec(dockerfile)?.[0], dockerfile };
  };
  it("are made for the service's user and promised, although no line of the code writes there", () => {
    const { promised, folders, dockerfile } = of("VOLUME /data /var/lib/app\n");
    expect(promised).toEqual(expect.arrayContaining(["/data", "/var/lib/app"]));
    expect(folders).toBe("RUN install -d -o 1001 -g 0 -m 0770 /data /var/lib/app");
    expect(dockerfile).toContain('VOLUME ["/data"]');
  });
  it("do not give the code away, nor what the base made for everybody, nor a name that only the build knows", () => {
    const { promised, folders } = of("VOLUME /app/ /tmp $WHERE\n");
    expect(promised.filter((path) => path !== "/tmp")).toEqual([]);
    expect(folders).toBeUndefined();
  });
  it("are nothing when there are none", () => expect(of("").folders).toBeUndefined());
  it("are declared where a task of Fargate mounts one, so that it takes over the owner", () => {
    const task = {
      evidence: evidence("task.json", 4),
      fargate: true,
      ports: [],
      environment: [],
      secrets: [],
      mounts: [
        { path: "/data", readOnly: false },
        { path: "/config", readOnly: true },
        { path: "/tmp", readOnly: false },
      ],
    };
    const at = (changes: object) => of("", { taskDefinitions: [{ ...task, ...changes } as unknown as TaskDefinition] });
    const { promised, folders, dockerfile } = at({});
    expect(promised).toContain("/data");
    expect(folders).toBe("RUN install -d -o 1001 -g 0 -m 0770 /data");
    expect(dockerfile.match(/^VOLUME.*$/gm)).toEqual(['VOLUME ["/data"]']);
    expect(at({ fargate: false }).dockerfile).not.toMatch(/^VOLUME/m);
    const agent = { ...task, mounts: [{ path: "/agent", readOnly: false }] };
    const both = [agent, { ...task, ports: [8000] }] as unknown as readonly TaskDefinition[];
    expect(of("", { taskDefinitions: both }).dockerfile.match(/^VOLUME.*$/gm)).toEqual(['VOLUME ["/data"]']);
  });
});

describe("folders that the code writes", () => {
  const writes = (file: string, starts: Service["starts"] = sample.starts) =>
    plan({ starts, writes: [{ path: "exports", when: "request", evidence: evidence(file, 3) }] }).image.writable;
  it("are made for what the service runs, and not for commands that people run by hand", () => {
    expect(writes("app/main.py")).toEqual(["/app/exports"]);
    expect(writes("app/management/commands/dump.py")).toEqual([]);
    expect(writes("scripts/dump.py")).toEqual([]);
    const [web] = sample.starts;
    if (web === undefined) throw new Error("the sample is started");
    const nightly = { ...web, argv: ["python", "manage.py", "dump"] };
    expect(writes("app/management/commands/dump.py", [web, nightly])).toEqual(["/app/exports"]);
  });
});

describe("a file that the code writes beside itself", () => {
  const database = [{ path: "todo.db", when: "request" as const, evidence: evidence("app/main.py", 9) }];
  const finding = {
    rule: "writes-outside-tmp-on-read-only",
    severity: "note" as const,
    confidence: "needs-proof" as const,
    message: "",
    advice: "",
    where: evidence("app/main.py", 9),
  };
  const planned = (service: Partial<Service>, overrides: Facts["overrides"] = {}, findings = [finding]): Plan =>
    makePlan({ ...facts({ writes: database, ...service }, overrides), findings });
  const promised = ({ decisions: all }: Plan) => all.find(({ id }) => id === "writable")?.resolves;
  const refused = ({ refusals }: Plan) => refusals.find(({ id }) => id === "writes-beside-code");

  it("gets no folder and no promise; the plan says what the team can do", () => {
    const made = planned({});
    expect(made.image.writable).toEqual([]);
    expect(promised(made)).toEqual([]);
    expect(made.decisions.find(({ id }) => id === "writable")).toMatchObject({
      choice: "none",
      because: "app/main.py:9 writes beside the code, which belongs to root.",
    });
    expect(refused(made)).toMatchObject({ what: "app/main.py:9 writes `todo.db` beside the code" });
    expect(refused(made)?.blocking).toBeUndefined();
  });

  it("names the setting that gives its path", () => {
    const setting = { name: "TODO_DATABASE", default: "todo.db", required: false, secret: false } as const;
    const made = planned({ env: [{ ...setting, kind: "path", confidence: "certain", evidence: [] }] });
    expect(refused(made)?.instead).toContain(
      "Set TODO_DATABASE to a path in a folder of its own, such as /app/data/todo.db",
    );
  });

  it("is settled when the team names its folders, and nothing when the rule does not see it", () => {
    const settled = planned({}, { writable: ["/app/data"] });
    expect(settled.image.writable).toEqual(["/app/data"]);
    expect(promised(settled)).toEqual([]);
    expect(refused(settled)).toBeUndefined();
    expect(refused(planned({}, {}, []))).toBeUndefined();
  });

  it("in a folder that holds its modules it gets none either: whatever is mounted there would hide them", () => {
    const made = planned({ writes: [{ path: "app/todo.db", when: "request", evidence: evidence("app/main.py", 9) }] });
    expect(made.image.writable).toEqual([]);
    expect(promised(made)).toEqual([]);
    expect(refused(made)).toMatchObject({ what: "app/main.py:9 writes `app/todo.db` beside the code" });
    expect(renderContract(made, sample)).toMatch(
      /^\| Writable paths \| .*It fails where app\/main\.py:9 writes `app\/todo\.db` beside the code: see Left as it is/m,
    );
    expect(renderContract(plan(), sample)).not.toContain("It fails where");
  });

  it("in a folder of its own it is promised, and nothing is proposed", () => {
    const made = planned({ writes: [{ path: "data/todo.db", when: "request", evidence: evidence("app/main.py", 9) }] });
    expect(promised(made)).toEqual(["writes-outside-tmp-on-read-only"]);
    expect(refused(made)).toBeUndefined();
  });
});

describe("named volumes of Compose", () => {
  const service = {
    composeVolumes: [
      { path: "/app/media", evidence: evidence("compose.yaml", 9) },
      { path: "/app", evidence: evidence("compose.yaml", 10) },
      { path: "/app/app", evidence: evidence("compose.yaml", 11) },
    ],
  };
  it("are made for the service's user, but for one that holds the code", () => {
    const { image, decisions: made } = plan(service);
    expect(image.writable).toEqual(["/app/media"]);
    expect(image.volumes).toEqual([]);
    expect(made.find(({ id }) => id === "writable")).toMatchObject({
      because: expect.stringContaining("Compose mounts a volume at /app/media."),
      evidence: ["compose.yaml:9"],
    });
    expect(plan(service, { writable: [] }).image.writable).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import type { Decider, Facts } from "../../../src/decisions/decider.ts";
import { decisions } from "../../../src/decisions/index.gen.ts";
import { allows, exactVersion } from "../../../src/decisions/shared/specifier.ts";
import { UserError } from "../../../src/kit/errors.ts";
import type { Finding, LockedPackage, Plan, Service, TaskDefinition } from "../../../src/model/types.ts";
import { renderDockerfile } from "../../../src/planner/render-dockerfile.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { inOrder } from "../../../src/planner/order.ts";
import { amazonlinux2023 } from "../../../src/profiles/amazonlinux2023.ts";
import { rules } from "../../../src/rules/index.gen.ts";
import { evidence, fact, facts, sample } from "./sample.ts";

const plan = (service: Partial<Service> = {}, overrides: Record<string, unknown> = {}): Plan =>
  makePlan(facts(service, overrides));
const PRODUCTION = { use: "production" as const, askedBy: ["main"] };
const start = sample.starts[0];
const startedBy = (
  argv: readonly string[],
  server: Service["server"]["value"],
  written = argv.join(" "),
): Partial<Service> => ({
  starts: start === undefined ? [] : [{ ...start, argv, server, written }],
});
const codeOf = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof UserError ? error.code : String(error);
  }
};

describe("the plan of the sample", () => {
  it("is the same for the same facts", () => {
    expect(plan()).toEqual(plan());
    expect(JSON.parse(JSON.stringify(plan()))).toEqual(JSON.parse(JSON.stringify(plan())));
  });

  it("settles everything with a reason, evidence where there is some, and what was rejected", () => {
    const { decisions: made, refusals } = plan();
    expect(made.filter((one) => !/^[A-Z`/\d].{20,}\.$/s.test(one.because))).toEqual([]);
    expect(made.filter((one) => one.rejected.length === 0)).toEqual([]);
    expect(made.flatMap((one) => one.evidence).filter((place) => !/^[\w./-]+:\d+$/.test(place))).toEqual([]);
    expect(refusals).toEqual([]);
  });

  it("promises only rules that exist", () => {
    const known = new Set(rules.map((rule) => rule.id));
    expect(decisions.flatMap((decider) => decider.resolves).filter((id) => !known.has(id))).toEqual([]);
  });
});

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

describe("the command", () => {
  const command = (service: Partial<Service>, overrides = {}) => plan(service, overrides).image.command;
  it("drops uv and the reloader, and drains within Docker's ten seconds", () => {
    expect(command({})).toEqual([
      "uvicorn",
      "app.main:app",
      "--host",
      "0.0.0.0",
      "--port",
      "8000",
      "--timeout-graceful-shutdown",
      "8",
    ]);
  });
  it("drains longer where more time is given", () => {
    expect(command({ gracePeriods: [fact(30, "compose.yaml")] }).at(-1)).toBe("25");
    expect(command({}, { limits: { graceSeconds: 60 } }).at(-1)).toBe("55");
  });
  it("listens on all addresses", () => {
    expect(
      command(startedBy(["uvicorn", "app.main:app", "--host=127.0.0.1", "--workers", "2"], "uvicorn")).join(" "),
    ).toBe("uvicorn app.main:app --workers 2 --host 0.0.0.0 --port 8000 --timeout-graceful-shutdown 8");
  });
  it("keeps a port that can be set, and the server as process 1", () => {
    const service = {
      ...startedBy(["uvicorn", "app.main:app", "--port", "${PORT:-8000}"], "uvicorn"),
      port: fact({ number: 8000, variable: "PORT" }),
    };
    expect(command(service)).toEqual([
      "sh",
      "-c",
      'exec uvicorn app.main:app --host 0.0.0.0 --port "${PORT:-8000}" --timeout-graceful-shutdown 8',
    ]);
    expect(plan(service).image.health?.command.at(-1)).toContain("os.environ.get('PORT') or 8000");
  });
  it("lets a shell fill in other variables too", () => {
    expect(command(startedBy(["uvicorn", "app.main:app", "--workers", "$WEB_CONCURRENCY"], "uvicorn"))).toEqual([
      "sh",
      "-c",
      'exec uvicorn app.main:app --workers "$WEB_CONCURRENCY" --host 0.0.0.0 --port 8000 --timeout-graceful-shutdown 8',
    ]);
  });
  it("prepares gunicorn for a read-only root, as its locked version allows", () => {
    const locked = (version: string) => ({
      ...startedBy(["gunicorn", "app:create_app()", "-b", ":8000"], "gunicorn"),
      ...(sample.lock === undefined
        ? {}
        : {
            lock: {
              ...sample.lock,
              packages: [
                {
                  name: "gunicorn",
                  version,
                  source: "registry" as const,
                  sdistOnly: false,
                  dependencies: [],
                  ...PRODUCTION,
                },
              ],
            },
          }),
    });
    expect(command(locked("23.0.0")).join(" ")).toBe(
      "gunicorn app:create_app() --bind 0.0.0.0:8000 --graceful-timeout 8 --worker-tmp-dir /dev/shm",
    );
    expect(command(locked("25.3.0")).at(-1)).toBe("--no-control-socket");
  });
  it("gives uvicorn no option that its locked version does not have", () => {
    const locked = (version: string) => {
      const [any] = sample.lock?.packages ?? [];
      const uvicorn = { ...any, name: "uvicorn", version } as LockedPackage;
      return { lock: sample.lock === undefined ? undefined : { ...sample.lock, packages: [uvicorn] } };
    };
    expect(command(locked("0.21.1"))).not.toContain("--timeout-graceful-shutdown");
    expect(command(locked("0.22.0"))).toContain("--timeout-graceful-shutdown");
  });
  it("starts the server that the FastAPI command line would start", () => {
    expect(command(startedBy(["fastapi", "run", "app/main.py"], "fastapi-cli"))[0]).toBe("uvicorn");
  });
  it("keeps what the command line hands to that server", () => {
    const argv = ["fastapi", "run", "app/main.py", "--host", "::", "--workers", "4", "--root-path=/shop"];
    expect(command(startedBy(argv, "fastapi-cli")).join(" ")).toBe(
      "uvicorn app.main:app --workers 4 --root-path /shop --host 0.0.0.0 --port 8000 --timeout-graceful-shutdown 8",
    );
    expect(command(startedBy(["litestar", "run", "-W", "2"], "litestar-cli")).join(" ")).toContain("--workers 2 ");
  });
  it("starts the application object by a locked server that fits it, where no file starts it", () => {
    const of = (framework: "django" | "fastapi", ...closure: readonly string[]) =>
      plan({
        starts: [],
        framework: fact(framework),
        application: fact({ module: "shop.wsgi", attribute: "application", factory: false }),
        dependencies: { ...sample.dependencies, runtimeClosure: closure },
      });
    expect(of("django", "gunicorn", "uvicorn").image.command.slice(0, 2)).toEqual([
      "gunicorn",
      "shop.wsgi:application",
    ]);
    const ids = ({ refusals }: ReturnType<typeof of>) => refusals.map(({ id }) => id);
    expect(ids(of("django", "gunicorn"))).not.toContain("no-start");
    expect(ids(of("django", "uvicorn"))).toContain("no-start");
    expect(ids(of("fastapi", "gunicorn"))).toContain("no-start");
  });
  it("stops a server that ignores SIGTERM by SIGINT", () => {
    expect(plan(startedBy(["python", "-m", "app"], "flask-dev")).image.stopSignal).toBe("SIGINT");
    expect(plan().image.stopSignal).toBe("SIGTERM");
  });
});

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
  it("are in the allow-list, each once", () => {
    const lines = plan().image.dockerignore.filter((line) => line.startsWith("!"));
    expect(lines).toEqual(["!pyproject.toml", "!uv.lock", "!alembic.ini", "!alembic", "!app"]);
  });
});

describe("dependencies", () => {
  it("come without development groups, with the others that today's image has", () => {
    const dependencies = {
      ...sample.dependencies,
      installedGroups: ["dev", "prod", "lint"],
      installedExtras: ["postgres"],
    };
    expect(plan({ dependencies }).image.sync).toMatchObject({ groups: ["prod"], extras: ["postgres"], locked: true });
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

describe("user", () => {
  const user = (dockerfile: string, overrides = {}) => makePlan(facts({}, overrides, dockerfile)).image.user;
  it("is 1001 when today's is root", () =>
    expect(user("FROM python:3.13-slim\n")).toMatchObject({ uid: 1001, gid: 1001, shell: "/usr/sbin/nologin" }));
  it("keeps today's number", () =>
    expect(user("FROM python:3.13-slim\nUSER 1000:1002\n")).toMatchObject({ uid: 1000, gid: 1002 }));
  it("finds the number behind a name", () =>
    expect(user("FROM python:3.13-slim\nRUN useradd -u 1500 svc\nUSER svc\n")).toMatchObject({ uid: 1500 }));
  it("is the team's when it says so", () => {
    expect(user("FROM python:3.13-slim\nUSER 1000\n", { user: { uid: 2000 } })).toMatchObject({ uid: 2000, gid: 2000 });
    expect(user("FROM python:3.13-slim\n", { user: 2000 })).toMatchObject({ uid: 2000 });
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

describe("named volumes of Compose", () => {
  const service = {
    composeVolumes: [
      { path: "/app/media", evidence: evidence("compose.yaml", 9) },
      { path: "/app", evidence: evidence("compose.yaml", 10) },
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

describe("a service without a route that says it is alive", () => {
  it("gets no HEALTHCHECK, and no promise that the finding is gone", () => {
    const finding = {
      rule: "healthcheck-missing",
      severity: "warning",
      confidence: "certain",
      message: "",
      advice: "",
    };
    const resolved = (service: Partial<Service>) =>
      makePlan({ ...facts(service), findings: [finding] as unknown as Facts["findings"] }).decisions.find(
        ({ id }) => id === "health",
      )?.resolves;
    expect(resolved({ healthPaths: [] })).toEqual([]);
    expect(resolved({})).toEqual(["healthcheck-missing"]);
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

describe("the contract", () => {
  it("gives what the team sets for the proof, also where only a library reads it", () => {
    const { env } = plan({}, { env: { AWS_ENDPOINT_URL: "http://{aws}" } }).contract;
    expect(env.filter(({ given }) => given === true)).toEqual([
      { name: "AWS_ENDPOINT_URL", required: false, secret: false, example: "http://{aws}", given: true },
    ]);
    expect(plan({}).contract.env.filter(({ given }) => given === true)).toEqual([]);
  });

  it("gives every variable a harmless value of the right shape", () => {
    const examples = Object.fromEntries(plan().contract.env.map((one) => [one.name, one.example]));
    expect(examples).toMatchObject({
      DATABASE_URL: "postgresql+asyncpg://user:example-16989fa28c@127.0.0.1:5432/db",
      S3_ENDPOINT_URL: "http://127.0.0.1:9",
      LOG_LEVEL: "info",
    });
    expect(examples["JWT_SECRET_KEY"]?.length).toBeGreaterThanOrEqual(32);
  });
  it("takes the team's values and limits", () => {
    const made = plan({}, { env: { S3_ENDPOINT_URL: "http://127.0.0.1:10" }, limits: { sizeRatio: 0.7 } }).contract;
    expect(made.env.find((one) => one.name === "S3_ENDPOINT_URL")?.example).toBe("http://127.0.0.1:10");
    expect(made.limits).toEqual({ startSeconds: 30, warmBuildSeconds: 60, coldBuildSeconds: 600, sizeRatio: 0.7 });
  });
  it("does not forbid what the service itself needs", () => {
    const dependencies = { ...sample.dependencies, devOnly: ["pytest", "fastapi"] };
    expect(plan({ dependencies }).contract.absentDistributions).toEqual(["pytest"]);
  });
});

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

  it.each<[string, Partial<Service>, string | undefined]>([
    ["manager!", { manager: fact("poetry") }, undefined],
    ["no-lock!", { lock: undefined }, undefined],
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
      { starts: start === undefined ? [] : [{ ...start, wrappers: ["./docker-entrypoint.sh"] }] },
      undefined,
    ],
    ["no-start!", { starts: [], application: undefined }, undefined],
    ["no-port!", bot, "FROM python:3.13-slim\nCMD python -m bot\n"],
    ["no-health-route", { healthPaths: [] }, undefined],
    ["development-server", startedBy(["flask", "run"], "flask-dev"), undefined],
    ["version-from-git!", { packaging: { ...sample.packaging, versionFromGit: fact(true) } }, undefined],
  ])("%s", (id, service, dockerfile) => {
    expect(refused(service, dockerfile)).toContain(id);
    expect(refused({})).not.toContain(id);
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

  it("no redirection of output is taken for a second command", () => {
    expect(refused(startedBy(["uvicorn", "app.main:app"], "uvicorn", "uvicorn app.main:app 2>&1"))).toEqual([]);
  });
  it("a folder without Python", () => expect(codeOf(() => plan({ files: ["README.md"] }))).toBe("plan/no-project"));
  it("a misspelt decision", () => expect(codeOf(() => plan({}, { usr: 1 }))).toBe("config/unknown-decision"));
  it("a setting of another kind", () => expect(codeOf(() => plan({}, { user: "appuser" }))).toBe("config/bad-value"));
  it("to write a file that must stay", () =>
    expect(codeOf(() => plan({}, { output: "Dockerfile", keep: ["Dockerfile"] }))).toBe("config/output-kept"));
});

describe("order", () => {
  const decider = (id: string, ...after: readonly string[]): Decider => ({
    ...(decisions[0] as Decider),
    id,
    after,
  });
  it("puts each behind those it reads", () => {
    expect(inOrder([decider("a", "c"), decider("b"), decider("c", "b")]).map((one) => one.id)).toEqual(["b", "c", "a"]);
  });
  it("names a circle", () => expect(() => inOrder([decider("a", "b"), decider("b", "a")])).toThrow("a → b → a"));
  it("names a decider that is not there", () =>
    expect(() => inOrder([decider("a", "x")])).toThrow("`x`, which does not exist"));
});

describe("the stage of the service's own tests", () => {
  const tested = {
    dependencies: {
      ...sample.dependencies,
      groups: { dev: [{ name: "pytest", requirement: "pytest", place: { file: "pyproject.toml", line: 9 } }] },
    },
  };

  it("is there when somebody asks for it", () => {
    expect(makePlan(facts(tested)).image.tests?.copies).toContain("tests");
  });

  it("is left out otherwise, and its files stay out of the build context", () => {
    const unasked = makePlan({ ...facts(tested), testsAsked: false });
    expect(unasked.image.tests).toBeUndefined();
    expect(unasked.decisions.find(({ id }) => id === "tests")?.because).toContain("--tests");
  });
});

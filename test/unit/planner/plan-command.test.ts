import { describe, expect, it } from "vitest";
import type { Facts } from "../../../src/decisions/decider.ts";
import type { LockedPackage, Service } from "../../../src/model/types.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { fact, facts, plan, sample, startedBy } from "./sample.ts";

const PRODUCTION = { use: "production" as const, askedBy: ["main"] };

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
    const rule = "no-graceful-shutdown-timeout";
    const found = [{ rule, severity: "warning", confidence: "certain", message: "", advice: "" }] as const;
    const promised = (version: string) =>
      makePlan({ ...facts(locked(version)), findings: found }).decisions.find(({ id }) => id === "command")?.resolves;
    expect(promised("0.21.1")).toEqual([]);
    expect(promised("0.22.0")).toEqual([rule]);
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

describe("a service that answers over TLS", () => {
  const uvicorn = (...more: readonly string[]) => startedBy(["uvicorn", "app.main:app", ...more], "uvicorn");
  const healthOf = (service: Partial<Service>, dockerfile?: string) =>
    makePlan(facts(service, {}, dockerfile)).image.health?.command.at(-1) ?? "";
  const asking = (scheme: string) =>
    `FROM python:3.13-slim\nHEALTHCHECK CMD curl -fk ${scheme}://localhost:8000/health\nCMD ["uvicorn", "app.main:app"]\n`;

  it("is asked over TLS where its server is given a certificate", () => {
    const health = healthOf(uvicorn("--ssl-keyfile", "/run/key.pem", "--ssl-certfile=/run/cert.pem"));
    expect(health).toContain("import http.client, ssl");
    expect(health).toContain("HTTPSConnection('127.0.0.1', 8000, timeout=4, context=ssl._create_unverified_context())");
    expect(healthOf(uvicorn("--ssl-ca-certs", "/run/ca.pem"))).toContain("HTTPConnection(");
    expect(healthOf(startedBy(["daphne", "-e", "ssl:443:privateKey=k", "a:app"], "daphne"))).toContain("HTTPSConn");
  });
  it("is asked over TLS where today's probes ask so", () => {
    expect(healthOf(uvicorn(), asking("https"))).toContain("HTTPSConnection(");
    expect(healthOf(uvicorn(), asking("http"))).toContain("HTTPConnection(");
    const probe = { source: "compose", program: "curl", evidence: fact("", "compose.yaml").evidence[0] };
    const outside = (command: string) => ({ outsideProbes: [{ ...probe, command }] }) as unknown as Partial<Service>;
    expect(healthOf(outside("curl -k https://127.0.0.1:8000/health"))).toContain("HTTPSConnection(");
    expect(healthOf(outside("curl https://example.org/"))).toContain("HTTPConnection(");
  });
});

import { describe, expect, it } from "vitest";
import { exitProblem } from "../../src/checks/support/exit.ts";
import { isLogFile } from "../../src/probes/ordinary-run.ts";
import { applicationFolders } from "../../src/probes/support/bytecode.ts";
import { signalNamed } from "../../src/probes/support/stop.ts";

it.each([
  ["SIGINT", "SIGINT"],
  ["quit", "SIGQUIT"],
  ["10", "SIGUSR1"],
  ["SIGWINCH", "SIGWINCH"],
  ["SIGNONE", "SIGTERM"],
  [undefined, "SIGTERM"],
])("the stop signal %s is %s", (name, signal) => expect(signalNamed(name)).toBe(signal));

describe("an exit", () => {
  const exit = (code: number) => ({ code, oomKilled: false, finishedAt: 0 });
  const problem = (signal: string, code: number) =>
    exitProblem({ signal, exit: exit(code), milliseconds: 10, graceSeconds: 10, busy: false }, "Stopped:");
  it("by SIGINT is clean with 130, which is how Python ends by it", () => {
    expect(problem("SIGINT", 130)).toBeUndefined();
    expect(problem("SIGTERM", 130)).toMatchObject({ status: "fail" });
    expect(problem("SIGTERM", 143)).toBeUndefined();
    expect(problem("SIGINT", 1)).toMatchObject({ status: "fail" });
  });
});

it.each([
  ["/app/logs/service", true],
  ["/var/log/app.log.1", true],
  ["/data/000003.log", false],
  ["/app/.git/logs/HEAD", false],
])("%s is a log: %s", (path, is) => expect(isLogFile(path)).toBe(is));

it("the application lies where the configuration of the image points", () => {
  const config = { workdir: "", entrypoint: [], env: ["PYTHONPATH=/srv/lib:relative"], command: [] };
  const of = (...command: string[]) => applicationFolders({ ...config, command });
  expect(of("uvicorn", "main:app", "--app-dir", "/opt/service")).toEqual(["srv/lib", "opt/service"]);
  expect(of("gunicorn", "--chdir=/code", "wsgi")).toEqual(["srv/lib", "code"]);
  expect(of("python", "/bot/run.py")).toEqual(["srv/lib", "bot"]);
  expect(applicationFolders({ ...config, env: [], workdir: "/" })).toEqual([]);
});

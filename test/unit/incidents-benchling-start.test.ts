import { describe, expect, it } from "vitest";
import { rework, OVERRIDES, command, ids, planted } from "../support/benchling-example.ts";

/** What broke when benchling-webhook was started and stopped, from its history; the rework must not have it. */

describe("a hard-coded port (PORT=5001 was ignored, and every health check failed)", () => {
  it("is not in the rework: PORT chooses, 5000 is what it is without", async () => {
    const { dockerfile, plan, findings } = await rework();
    expect(plan.image.command.at(-1)).toContain('--bind "0.0.0.0:${PORT:-5000}"');
    expect(plan.image.health?.command.at(-1)).toContain("os.environ.get('PORT') or 5000");
    expect(dockerfile).toContain("EXPOSE 5000");
    expect(ids(findings)).not.toContain("port-hard-coded");
  });

  it("is caught when a hand writes it", async () => {
    const seen = await planted(command('["gunicorn", "--bind", "0.0.0.0:8080", "src.app:create_app()"]'));
    expect(ids(seen)).toContain("port-hard-coded");
  });
});

describe("an unquoted factory call (sh: syntax error near unexpected token)", () => {
  it("is quoted where a shell reads it", async () => {
    const { plan, findings } = await rework();
    expect(plan.image.command.at(-1)).toContain("gunicorn 'src.app:create_app()'");
    expect(ids(findings)).not.toContain("unquoted-factory-call");
  });

  it("is caught when a hand forgets the quotes", async () => {
    const seen = await planted((text) => text.replace("'src.app:create_app()'", "src.app:create_app()"));
    expect(ids(seen)).toContain("unquoted-factory-call");
  });
});

describe("a shell without exec (dash stays process 1 and does not pass SIGTERM on)", () => {
  const onDebian = (text: string): string =>
    text
      .replaceAll("public.ecr.aws/amazonlinux/amazonlinux:2023", "python:3.11-slim-bookworm")
      .replace("exec gunicorn", "gunicorn");

  it("is not in the rework", async () => {
    const { plan, findings } = await rework();
    expect(plan.image.command.slice(0, 2)).toEqual(["sh", "-c"]);
    expect(plan.image.command.at(-1)).toMatch(/^exec gunicorn /);
    expect(ids(findings)).not.toContain("sh-c-without-exec");
  });

  it("is caught when a hand leaves exec out on a base whose sh is dash", async () => {
    expect(ids(await planted(onDebian))).toContain("sh-c-without-exec");
  });
});

describe("SIGTERM (Flask's own server ignores it as process 1)", () => {
  it("is answered by the server of the lock that the team named", async () => {
    const { plan, findings } = await rework();
    expect(plan.image.stopSignal).toBe("SIGTERM");
    expect(plan.image.command.at(-1)).toContain("--graceful-timeout 25");
    expect(ids(findings)).not.toContain("server-ignores-sigterm");
  });

  it("is replaced by SIGINT while nobody names another server, and the plan proposes one", async () => {
    const { plan } = await rework({ output: "Dockerfile", base: { python: "3.11" } });
    expect(plan.image).toMatchObject({ command: ["python", "-m", "src.app"], stopSignal: "SIGINT" });
    expect(plan.refusals.find(({ id }) => id === "development-server")?.instead).toContain("`command: gunicorn`");
  });

  it("is caught when a hand starts Flask's own server", async () => {
    const seen = await planted(command('["python", "-m", "src.app"]'));
    expect(ids(seen)).toContain("server-ignores-sigterm");
  });
});

describe("`command` under `decisions`", () => {
  it("refuses a server that is unknown or not in the lock", async () => {
    await expect(rework({ ...OVERRIDES, command: "waitress" })).rejects.toThrow(/no server `waitress`/);
    await expect(rework({ ...OVERRIDES, command: "uvicorn" })).rejects.toThrow(/`uvicorn` is not in the lock/);
  });

  it("takes a list as it is, through a shell only when a word names a variable", async () => {
    const list = ["gunicorn", "-b", "0.0.0.0:$PORT", "src.app:create_app()"];
    const { image } = (await rework({ ...OVERRIDES, command: list })).plan;
    expect(image.command).toEqual(["sh", "-c", `exec gunicorn -b "0.0.0.0:$PORT" 'src.app:create_app()'`]);
    expect(image.stopSignal).toBe("SIGTERM");
    const plain = ["gunicorn", "src.app:create_app()"];
    expect((await rework({ ...OVERRIDES, command: plain })).plan.image.command).toEqual(plain);
  });
});

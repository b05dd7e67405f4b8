import { describe, expect, it } from "vitest";
import { judge, type JudgeContext } from "../../src/checks/check.ts";
import { checks } from "../../src/checks/index.gen.ts";
import { exampleContract } from "../../src/checks/support/examples.ts";
import { probes } from "../../src/probes/index.gen.ts";

const context: JudgeContext = { contract: exampleContract, service: {} as never, side: "after", before: undefined };

describe.each(checks.map((check) => ({ id: check.id, check })))("$id", ({ check }) => {
  it.each(check.examples.map((example) => ({ name: example.name, status: example.status, example })))(
    "$name: $status",
    ({ example }) => {
      const seen = { status: "seen", value: structuredClone(example.data), milliseconds: 1 } as const;
      const verdict = judge(check, seen, { ...context, ...example.context });
      expect(verdict).toMatchObject({ status: example.status });
      expect(verdict.message.trim()).not.toBe("");
      expect(verdict.message).toContain(example.says ?? "");
    },
  );

  it("has an example that passes and one that fails", () => {
    expect(check.examples.map(({ status }) => status)).toEqual(expect.arrayContaining(["pass", "fail"]));
  });

  it("is unproven without evidence, and says why", () => {
    expect(judge(check, undefined, context)).toEqual({
      status: "unproven",
      message: `The probe ${check.needs.id} did not run.`,
    });
    const failed = { status: "failed", reason: "The engine went away.", milliseconds: 1 } as const;
    expect(judge(check, failed, context)).toEqual({ status: "unproven", message: "The engine went away." });
  });

  it("needs a probe of the catalogue", () => {
    expect(probes).toContain(check.needs);
  });
});

it("says how a reworked image without a HEALTHCHECK gets one, and of today's only that it has none", () => {
  for (const id of ["healthcheck-healthy", "healthcheck-notices"]) {
    const check = checks.find((one) => one.id === id);
    const example = check?.examples.find(({ name }) => name === "none declared");
    if (check === undefined || example === undefined) throw new Error(`${id} or its example is gone`);
    const seen = { status: "seen", value: example.data, milliseconds: 1 } as const;
    const service = { ...context.service, routes: [] };
    const without = { ...context, service, contract: { ...exampleContract, health: undefined } };
    expect(judge(check, seen, without).message).toContain("`decisions: { health: /path }`");
    expect(judge(check, seen, { ...without, side: "before" }).message).not.toContain("decisions");
    expect(judge(check, seen, context).message).not.toContain("decisions");
  }
});

it("asks a worker and a task nothing that only a server can show, and what nobody knows everything", () => {
  const asked = (kind: "worker" | "task" | "unknown", id: string) =>
    judge(checks.find((one) => one.id === id) as (typeof checks)[number], undefined, {
      ...context,
      contract: { ...exampleContract, kind },
    });
  expect(asked("worker", "stop-answers-in-flight")).toMatchObject({
    status: "not-applicable",
    message: "It is a worker and serves nobody: this is asked of servers only.",
  });
  expect(asked("worker", "stops-when-idle").status).toBe("unproven");
  expect(asked("task", "stops-when-idle").status).toBe("not-applicable");
  expect(asked("task", "read-only-root").status).toBe("unproven");
  expect(asked("unknown", "stop-answers-in-flight").status).toBe("unproven");
});

it("says of a role that failed under the contract what it lacked", () => {
  const check = checks.find(({ id }) => id === "roles-run");
  const example = check?.examples.find(({ name }) => name === "a worker ends by itself");
  if (check === undefined || example === undefined) throw new Error("roles-run or its example is gone");
  const {
    roles: [role],
  } = example.data as { readonly roles: ReadonlyArray<{ readonly life: object }> };
  const lacking = "it ended by itself with exit code 1; its last line: Permission denied: 'logs/x.log'";
  const of = (life: object) =>
    judge(
      check,
      {
        status: "seen",
        value: { ...(example.data as object), roles: [{ ...role, life: { ...role?.life, ...life } }] },
        milliseconds: 1,
      },
      context,
    ).message;
  expect(of({ asContract: true, problem: lacking })).toContain("logs/x.log'. It ran with a read-only root");
  expect(of({ asContract: true, problem: lacking })).toContain("`decisions: { writable: […] }`");
  expect(of({ asContract: true, problem: "it ended with exit code 1" })).not.toContain("writable");
  expect(of({ asContract: false, problem: lacking })).not.toContain("read-only");
});

it("says of a build that failed what the step ran and what it called an error, once", () => {
  const log = ["Resolved 3 packages", "error: The lockfile needs to be updated", "", "hint: run `uv lock`"];
  const run = "if [ -s /run/secrets/ca-bundle ]; then export A=b; fi     && uv sync";
  const ended = `process "/bin/sh -c ${run}" did not complete successfully: exit code: 2`;
  const step = `The build failed at the step \`[b 2/3] RUN --mount=type=cache,target=/c ${run}\`: ${ended}`;
  const failure = { step, log };
  const check = checks.find(({ id }) => id === "builds");
  if (check === undefined) throw new Error("builds is gone");
  const data = { ...(check.examples[0]?.data as object), built: false, failure };
  expect(judge(check, { status: "seen", value: data, milliseconds: 1 }, context).message).toBe(
    "The build failed at the step `[b 2/3] RUN uv sync` (exit code 2): error: The lockfile needs to be updated",
  );
});

it("no two checks and no two probes share an id, and every probe is needed", () => {
  const ids = checks.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(probes.map(({ id }) => id)).size).toBe(probes.length);
  expect(probes.filter((probe) => !checks.some(({ needs }) => needs === probe))).toEqual([]);
});

it("says of a low port what an engine that opens all of them does not show", () => {
  const told = (id: string, contract: Partial<typeof exampleContract>) => {
    const check = checks.find((one) => one.id === id);
    const seen = { status: "seen", value: check?.examples[0]?.data, milliseconds: 1 } as const;
    const verdict = check && judge(check, seen, { ...context, contract: { ...exampleContract, ...contract } });
    return [verdict?.status, verdict?.unproven?.join() ?? ""];
  };
  for (const id of ["no-capabilities", "arbitrary-uid"]) {
    expect(told(id, { port: 80 })).toEqual(["pass", expect.stringContaining("port 80")]);
    expect(told(id, { port: 8000 })).toEqual(["pass", ""]);
    expect(told(id, { port: 0, kind: "worker" })).toEqual(["pass", ""]);
  }
});

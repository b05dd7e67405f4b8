import { describe, expect, it } from "vitest";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import { reachableStages, shippedStage, sourcesOf, stageState, type StageState } from "../../src/dockerfile/stages.ts";
import type { Dockerfile } from "../../src/model/types.ts";

const parse = (...parts: string[]): Dockerfile => parseDockerfile("Dockerfile", parts.join("\n"));

describe("which stages count", () => {
  const file = parse(
    "FROM a AS base",
    "FROM b AS unused",
    "COPY --from=base / /",
    "FROM base AS build",
    "RUN --mount=type=bind,from=tools,target=/t --mount=type=cache,target=/c x",
    "FROM c AS tools",
    "FROM d AS Final",
    "COPY --from=2 /x /x",
    "COPY --from=image:1 /y /y",
    "FROM e AS test",
  );
  const names = (target?: string) => reachableStages(file, target).map(({ name }) => name);

  it("the last one is shipped, or the one that is named or numbered", () => {
    expect(shippedStage(file)?.name).toBe("test");
    expect(shippedStage(file, "FINAL")?.name).toBe("final");
    expect(shippedStage(file, "1")?.name).toBe("unused");
    expect(shippedStage(file, "nope")).toBeUndefined();
  });
  it("those are reached that it takes from", () => {
    expect(names()).toEqual(["test"]);
    expect(names("final")).toEqual(["base", "build", "tools", "final"]);
    expect(names("nope")).toEqual([]);
  });
  it("sources outside the file have no stage", () => {
    const final = shippedStage(file, "final");
    const sources = final === undefined ? [] : sourcesOf(file, final);
    expect(sources.map(({ name, stage }) => [name, stage?.name])).toEqual([
      ["2", "build"],
      ["image:1", undefined],
    ]);
  });
  it("circles end", () => {
    const circle = parse("FROM a AS x", "COPY --from=y / /", "FROM b AS y", "COPY --from=x / /");
    expect(reachableStages(circle)).toHaveLength(2);
  });
});

describe("stageState", () => {
  const state = (...parts: string[]): StageState => {
    const file = parse(...parts);
    const stage = shippedStage(file);
    if (stage === undefined) throw new Error("no stage");
    return stageState(file, stage);
  };
  const values = (map: StageState["env"] | StageState["args"]) =>
    Object.fromEntries([...map].map(([name, { value }]) => [name, value]));

  it("is inherited through stages, with the instruction that set it", () => {
    const { base, env, user, workdir, exposed, volumes, labels, stopSignal } = state(
      "ARG V=3",
      "FROM py:$V AS base",
      "ENV A=1 B=$A",
      "WORKDIR /srv",
      "USER app",
      "EXPOSE 80 ${P:-81}",
      "FROM base",
      "ENV B=$A C=/x:$PATH",
      "WORKDIR app/$A",
      'VOLUME ["/d"]',
      'LABEL a.b="c $A"',
      "STOPSIGNAL SIGINT",
    );
    expect(base).toBe("py:3");
    expect(values(env)).toEqual({ A: "1", B: "1", C: "/x:$PATH" });
    expect(env.get("A")).toMatchObject({ stage: 0, instruction: { line: 3 } });
    expect(user).toMatchObject({ value: "app", stage: 0 });
    expect(workdir).toMatchObject({ value: "/srv/app/1", stage: 1, instruction: { line: 9 } });
    expect(exposed.map(({ value }) => value)).toEqual(["80", "81"]);
    expect(volumes.map(({ value }) => value)).toEqual(["/d"]);
    expect(labels.get("a.b")?.value).toBe("c 1");
    expect(stopSignal?.value).toBe("SIGINT");
  });

  it("reads all values of one ENV before it sets any", () => {
    expect(values(state("FROM a", "ENV A=1", "ENV A=2 B=$A").env)).toEqual({ A: "2", B: "1" });
  });

  it("knows global arguments only where they are declared again", () => {
    const { args, env } = state("ARG V=3", "FROM a", "ENV X=$V", "ARG V", "ARG W=${V}w", "ARG N", "ENV Y=$V$W");
    expect(values(args)).toEqual({ V: "3", W: "3w", N: undefined });
    expect(values(env)).toEqual({ X: "$V", Y: "33w" });
  });

  it("wraps shell forms in the shell of the moment", () => {
    const { entrypoint, command, shell } = state("FROM a", "CMD x y", 'SHELL ["bash", "-lc"]', "ENTRYPOINT exec z");
    expect(entrypoint?.value).toEqual({ form: "shell", argv: ["bash", "-lc", "exec z"] });
    expect(command?.value).toEqual({ form: "shell", argv: ["/bin/sh", "-c", "x y"] });
    expect(shell?.value).toEqual(["bash", "-lc"]);
  });

  it("drops the inherited command when the entrypoint is new", () => {
    const lines = ["FROM a AS base", 'CMD ["x"]', "FROM base", 'ENTRYPOINT ["y"]'];
    expect(state(...lines).command).toBeUndefined();
    expect(state(...lines, 'CMD ["z"]').command?.value.argv).toEqual(["z"]);
    expect(state("FROM a", 'CMD ["x"]', 'ENTRYPOINT ["y"]').command?.value.argv).toEqual(["x"]);
  });

  it("knows the health check, its end, and its absence", () => {
    expect(state("FROM a", "HEALTHCHECK CMD x").healthcheck?.value).toMatchObject({ inner: { args: "x" } });
    expect(state("FROM a AS b", "HEALTHCHECK CMD x", "FROM b", "HEALTHCHECK NONE").healthcheck?.value).toBe("none");
    expect(state("FROM a").healthcheck).toBeUndefined();
  });

  it("stops before an instruction", () => {
    const file = parse("FROM a", "WORKDIR /a", "RUN x", "WORKDIR b");
    const [stage] = file.stages;
    const before = stage?.instructions[1];
    expect(stage && before && stageState(file, stage, { before }).workdir?.value).toBe("/a");
    expect(stage && stageState(file, stage).workdir?.value).toBe("/a/b");
  });

  it("answers in any order, also for the stages that a stage is built on, and keeps what it answered", () => {
    const file = parse(
      "FROM a AS one",
      "ENV A=1",
      "RUN x",
      "ENV A=2",
      "RUN y",
      "FROM one",
      "ENV B=$A",
      "RUN z",
      "ENV B=3",
    );
    const last = file.stages[1];
    if (last === undefined) throw new Error("two stages");
    const runs = file.stages.flatMap(({ instructions }) => instructions.filter(({ keyword }) => keyword === "RUN"));
    const env = (before: (typeof runs)[number] | undefined) =>
      stageState(file, last, before === undefined ? {} : { before }).env;
    const wanted = [{ A: "1" }, { A: "2" }, { A: "2", B: "2" }];
    const first = runs.map(env);
    const end = env(undefined);
    expect(runs.toReversed().map((run) => values(env(run)))).toEqual(wanted.toReversed());
    expect(first.map(values)).toEqual(wanted);
    expect(values(end)).toEqual({ A: "2", B: "3" });
    expect(values(stageState({ ...file, target: "one" }, last).env)).toEqual({ A: "2", B: "3" });
  });
});

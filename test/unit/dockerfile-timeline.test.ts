import { describe, expect, it } from "vitest";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import { stageState } from "../../src/dockerfile/stages.ts";
import { Timeline } from "../../src/dockerfile/timeline.ts";

describe("a map with a view after each change", () => {
  const map = new Timeline<number>([["start", 1]]);
  const first = map.now();
  map.set("a", 2);
  map.set("start", 3);
  const second = map.now();
  map.set("a", 4);

  it("shows in a view nothing that came later", () => {
    expect([...first]).toEqual([["start", 1]]);
    expect([first.has("a"), first.get("a"), first.size]).toEqual([false, undefined, 1]);
    expect([...second]).toEqual([
      ["start", 3],
      ["a", 2],
    ]);
    expect([...map.now().values()]).toEqual([3, 4]);
  });

  it("is visited in order of first setting", () => {
    const seen: string[] = [];
    map.now().forEach((value, name) => seen.push(`${name}=${value}`));
    expect(seen).toEqual(["start=3", "a=4"]);
  });
});

it("holds the state before every instruction of a stage and of those below it, in whatever order it is asked", () => {
  const text = "FROM a AS one\nENV A=1\nENV A=2 B=$A\nFROM one AS two\nARG C=$B\nENV A=$C$A\nUSER 5\n";
  const dockerfile = parseDockerfile("Dockerfile", text);
  const [one, two] = dockerfile.stages;
  if (one === undefined || two === undefined) throw new Error("two stages");
  const asked = [...two.instructions.toReversed(), ...one.instructions].map((before) => {
    const { env, user } = stageState(dockerfile, two, { before });
    return [before.args, Object.fromEntries([...env].map(([name, { value }]) => [name, value])), user?.value];
  });
  expect(asked).toEqual([
    ["5", { A: "12", B: "1" }, undefined],
    ["A=$C$A", { A: "2", B: "1" }, undefined],
    ["C=$B", { A: "2", B: "1" }, undefined],
    ["A=1", {}, undefined],
    ["A=2 B=$A", { A: "1" }, undefined],
  ]);
  expect(stageState(dockerfile, two).user?.value).toBe("5");
});

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { say } from "../measure.ts";
import { type Example, type Pair, reworkedExamples, writePairs } from "./fixtures.ts";
import { type Said, seaworthy, type Tool } from "./tools.ts";

/**
 * Problem × tool. A tool has found a problem when it names a rule on the faulty service that it does not name on the
 * healthy twin: kind to the tools, since the rule may be about a side effect.
 * @returns what we missed or invented, one line each; empty when there is nothing.
 */
export async function benchMatrix(peers: Readonly<Record<string, Tool>>): Promise<readonly string[]> {
  const pairs = await writePairs();
  const examples = await reworkedExamples();
  const files = [
    ...pairs.flatMap(({ bad, twin }) => [bad, twin]),
    ...examples.flatMap(({ before, after }) => [before, after]),
  ];
  const said: Record<string, Said> = { seaworthy: await seaworthy(files) };
  for (const [name, tool] of Object.entries(peers)) said[name] = await tool(files);
  say("\nProblem × tool: Y when a rule names the faulty service and not its healthy twin");
  table(pairs, said);
  beforeAndAfter(examples, said);
  return [...missed(pairs, said["seaworthy"]), ...notClean(examples, said)];
}

const idsOf = (said: Said | undefined, file: string): ReadonlySet<string> => said?.get(resolve(file)) ?? new Set();

const newOn = (said: Said | undefined, { bad, twin }: Pair): readonly string[] =>
  [...idsOf(said, bad)].filter((id) => !idsOf(said, twin).has(id));

function table(pairs: readonly Pair[], said: Readonly<Record<string, Said>>): void {
  const names = Object.keys(said);
  const width = 2 + Math.max(...pairs.map(({ id, problem }) => `${id} ${problem}`.length));
  say(`${"problem".padEnd(width)}${names.map((name) => name.padEnd(18)).join("")}`);
  for (const pair of pairs) {
    const cells = names.map((name) => (newOn(said[name], pair).length > 0 ? "Y" : "").padEnd(18));
    say(`${`${pair.id} ${pair.problem}`.padEnd(width)}${cells.join("")}`);
  }
  const sums = names.map((name) => {
    const found = pairs.filter((pair) => newOn(said[name], pair).length > 0).length;
    return `${found} of ${pairs.length}`.padEnd(18);
  });
  say(`${"found".padEnd(width)}${sums.join("")}`);
  const noise = names.map((name) => {
    const twins = pairs.filter(({ twin }) => idsOf(said[name], twin).size > 0).length;
    return `${twins} of ${pairs.length}`.padEnd(18);
  });
  say(`${"healthy twins about which it says something".padEnd(width)}${noise.join("")}`);
}

function beforeAndAfter(examples: readonly Example[], said: Readonly<Record<string, Said>>): void {
  for (const { name, before, after } of examples) {
    say(`\n${name}: rules that speak before the rework, and after it`);
    for (const [tool, one] of Object.entries(said)) {
      const left = [...idsOf(one, after)];
      say(`  ${tool.padEnd(18)}${String(idsOf(one, before).size).padStart(3)} → ${left.length}  ${left.join(" ")}`);
    }
  }
}

function missed(pairs: readonly Pair[], ours: Said | undefined): readonly string[] {
  return pairs.flatMap((pair) => {
    const found = [...idsOf(ours, pair.bad)].toSorted().join(" ");
    const wanted = pair.rules.toSorted().join(" ");
    const wrong = found === wanted ? [] : [`${pair.id} ${pair.problem}: says ${found || "nothing"}, not ${wanted}`];
    const alarm = [...idsOf(ours, pair.twin)];
    return alarm.length === 0 ? wrong : [...wrong, `${pair.id} twin: false alarm ${alarm.join(" ")}`];
  });
}

/** It speaks of files that no rework writes: a Compose file that still starts the new image with `uv run` is right to be named. */
const ABOUT_OTHER_FILES: ReadonlySet<string> = new Set(["outside-starter-tool-absent"]);

/** What we render is clean for us, for hadolint and for BuildKit's checks (which tally carries). */
function notClean(examples: readonly Example[], said: Readonly<Record<string, Said>>): readonly string[] {
  if (examples.length === 0) return ["no example is set up: scripts/set-up-examples"];
  return examples.flatMap(({ name, after }) => {
    const tally = [...idsOf(said["tally"], after)].filter((id) => id.startsWith("buildkit/"));
    const loud = {
      seaworthy: [...idsOf(said["seaworthy"], after)].filter((id) => !ABOUT_OTHER_FILES.has(id)),
      hadolint: [...idsOf(said["hadolint"], after)],
      BuildKit: tally,
    };
    return Object.entries(loud).flatMap(([tool, ids]) =>
      ids.length === 0
        ? []
        : [`${name} reworked (${readFileSync(after, "utf8").split("\n").length} lines): ${tool} says ${ids.join(" ")}`],
    );
  });
}

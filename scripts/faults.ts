/**
 * Prints which check caught which planted fault, and which healthy service was accused.
 *   npm run test:faults            each fault once, judged by the checks that must notice it
 *   npm run test:faults -- --all   each fault judged by the whole catalogue, so that side effects show
 *   npm run test:faults -- --repeat 3
 *   npm run test:faults -- --only libraries   the faults and healthy twins whose name or checks hold this text
 */
import { parseArgs } from "node:util";
import { checks } from "../src/checks/index.gen.ts";
import type { Verdict } from "../src/model/types.ts";
import type { Fault } from "../test/faults/fault.ts";
import { checksNamed, type FaultLab, healthyChecks, openLab } from "../test/faults/lab.ts";
import { bodyless, faults, twins } from "../test/faults/table.ts";

const { values } = parseArgs({
  options: { all: { type: "boolean" }, repeat: { type: "string", default: "1" }, only: { type: "string" } },
});
const stop = new AbortController();
process.once("SIGINT", () => stop.abort(new Error("Interrupted")));

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const tally = { caught: 0, missed: 0, accused: 0, cleared: 0 };

async function healthy(lab: FaultLab, fault: Fault | undefined, ids: readonly string[]): Promise<void> {
  const verdicts = await lab.verdicts(fault, checksNamed(ids));
  const accused = [...verdicts].filter(([, { status }]) => status !== "pass");
  tally.accused += accused.length;
  tally.cleared += verdicts.size - accused.length;
  print(
    `${accused.length === 0 ? "ok  " : "FAIL"} ${fault?.name ?? "healthy"}: ${verdicts.size - accused.length} of ${verdicts.size} pass`,
  );
  for (const [id, verdict] of accused) print(`       ${id}: ${verdict.status}: ${verdict.message}`);
}

async function planted(lab: FaultLab, fault: Fault): Promise<void> {
  const verdicts = await lab.verdicts(fault, values.all ? checks : checksNamed(fault.breaks));
  const caught = (id: string) => verdicts.get(id)?.status === "fail";
  const missed = fault.breaks.filter((id) => !caught(id));
  tally.caught += fault.breaks.length - missed.length;
  tally.missed += missed.length;
  const lines = [`${missed.length === 0 ? "ok  " : "MISS"} ${fault.name}: ${fault.breaks.filter(caught).join(", ")}`];
  for (const id of missed) lines.push(`       not caught: ${id}: ${describe(verdicts.get(id))}`);
  const others = [...verdicts].filter(([id, { status }]) => status === "fail" && !fault.breaks.includes(id));
  if (others.length > 0) lines.push(`       fail as well: ${others.map(([id]) => id).join(", ")}`);
  print(lines.join("\n"));
}

const describe = (verdict: Verdict | undefined): string =>
  verdict === undefined ? "no verdict" : `${verdict.status}: ${verdict.message}`;

const isWanted = ({ name, breaks, keeps = [] }: Fault): boolean =>
  values.only === undefined || [name, ...breaks, ...keeps].some((text) => text.includes(values.only ?? ""));

await using lab = await openLab(stop.signal);
for (let round = 1; round <= Number(values.repeat); round += 1) {
  print(`Round ${round} on ${lab.engine.name} ${lab.engine.version} (${lab.engine.store})`);
  if (values.only === undefined) {
    await healthy(lab, undefined, healthyChecks);
    await healthy(lab, bodyless, ["stop-answers-in-flight", "stops-when-idle"]);
  }
  await Promise.all(twins.filter(isWanted).map((twin) => healthy(lab, twin, twin.keeps ?? [])));
  await Promise.all(faults.filter(isWanted).map((fault) => planted(lab, fault)));
}
print("");
print("                   judged fail   judged otherwise");
print(`planted fault      ${String(tally.caught).padStart(11)}   ${String(tally.missed).padStart(16)}`);
print(`healthy            ${String(tally.accused).padStart(11)}   ${String(tally.cleared).padStart(16)}`);
process.exitCode = tally.missed + tally.accused > 0 ? 1 : 0;

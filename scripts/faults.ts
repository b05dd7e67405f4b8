/**
 * Prints which check caught which planted fault, which healthy service was accused, and both by check.
 *   npm run test:faults            each fault once, judged by the checks that must notice it
 *   npm run test:faults -- --all   each fault judged by the whole catalogue, so that side effects show
 *   npm run test:faults -- --repeat 3   three rounds; what is not judged alike in all of them is named at the end
 *   npm run test:faults -- --only libraries   the faults and healthy twins whose name or checks hold this text
 * Nothing is tried again but what an engine that crashed could not finish; how often that was is said.
 */
import { checks } from "../src/checks/index.gen.ts";
import { firstCause } from "../src/kit/errors.ts";
import type { Verdict } from "../src/model/types.ts";
import { Confusion, type Judgement } from "../test/faults/confusion.ts";
import { type Fault, isCaught } from "../test/faults/fault.ts";
import { checksNamed, type FaultLab, healthyChecks, openLab } from "../test/faults/lab.ts";
import { faults } from "../test/faults/table.ts";
import { twins } from "../test/faults/twins.ts";
import { argumentsOf, countOf } from "./usage.ts";

const { values } = argumentsOf(import.meta.url, {
  all: { type: "boolean" },
  repeat: { type: "string", default: "1" },
  only: { type: "string" },
});
const rounds = countOf(import.meta.url, "repeat", values.repeat);
const stop = new AbortController();
process.once("SIGINT", () => stop.abort(new Error("Interrupted")));

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const confusion = new Confusion();
const broken: string[] = [];

async function healthy(lab: FaultLab, twin: Fault | undefined, ids: readonly string[]): Promise<void> {
  const image = twin?.name ?? "healthy";
  const verdicts = await lab.verdicts(twin, checksNamed(ids));
  for (const [check, { status }] of verdicts) confusion.add({ image, check, wanted: "pass", status });
  const accused = [...verdicts].filter(([, { status }]) => status !== "pass");
  print(
    `${accused.length === 0 ? "ok  " : "FAIL"} ${image}: ${verdicts.size - accused.length} of ${verdicts.size} pass`,
  );
  for (const [id, verdict] of accused) print(`       ${id}: ${describe(verdict)}`);
}

async function planted(lab: FaultLab, fault: Fault): Promise<void> {
  const verdicts = await lab.verdicts(fault, values.all ? checks : checksNamed(fault.breaks));
  const isSeen = (id: string) => isCaught(fault, id, verdicts.get(id));
  for (const check of fault.breaks) {
    const status = verdicts.get(check)?.status ?? "unproven";
    // Failing for another reason shows nothing of the fault.
    const shown = status === "fail" && !isSeen(check) ? "unproven" : status;
    confusion.add({ image: fault.name, check, wanted: "fail", status: shown });
  }
  const missed = fault.breaks.filter((id) => !isSeen(id));
  const caught = fault.breaks.filter((id) => isSeen(id));
  const lines = [`${missed.length === 0 ? "ok  " : "MISS"} ${fault.name}: ${caught.join(", ")}`];
  for (const id of missed) lines.push(`       not caught: ${id}: ${describe(verdicts.get(id))}`);
  const others = [...verdicts].filter(([id, { status }]) => status === "fail" && !fault.breaks.includes(id));
  if (others.length > 0) lines.push(`       fail as well: ${others.map(([id]) => id).join(", ")}`);
  print(lines.join("\n"));
}

const describe = (verdict: Verdict | undefined): string =>
  verdict === undefined ? "no verdict" : `${verdict.status}: ${verdict.message}`;

const isWanted = ({ name, breaks, keeps = [] }: Fault): boolean =>
  values.only === undefined || [name, ...breaks, ...keeps].some((text) => text.includes(values.only ?? ""));

/** One image that cannot be built or judged says so, and takes no other with it. */
async function noted(fault: Fault | undefined, wanted: Judgement["wanted"], work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    stop.signal.throwIfAborted();
    const image = fault?.name ?? "healthy";
    const ids = fault === undefined ? healthyChecks : [...fault.breaks, ...(fault.keeps ?? [])];
    for (const check of ids) confusion.add({ image, check, wanted, status: "unproven" });
    broken.push(`${image}: ${String(firstCause(error))}`);
    print(`FAIL ${broken.at(-1)}`);
  });
}

await using lab = await openLab(stop.signal);
for (let round = 1; round <= rounds; round += 1) {
  print(`Round ${round} on ${lab.engine.name} ${lab.engine.version} (${lab.engine.store})`);
  // Alone: what the other images are compared with is measured here.
  if (values.only === undefined) await noted(undefined, "pass", healthy(lab, undefined, healthyChecks));
  await Promise.all([
    ...twins.filter(isWanted).map((twin) => noted(twin, "pass", healthy(lab, twin, twin.keeps ?? []))),
    ...faults.filter(isWanted).map((fault) => noted(fault, "fail", planted(lab, fault))),
  ]);
}
print("");
for (const line of confusion.table) print(line);
for (const flake of confusion.flakes) print(`not alike in every round: ${flake}`);
for (const line of broken) print(`not judged: ${line}`);
print(`The engine crashed under ${lab.repeated} images, which were judged again.`);
process.exitCode = confusion.isClean ? 0 : 1;

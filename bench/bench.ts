/**
 * `npm run bench [-- FOLDER]`: every figure of one machine in one run, as medians with their spread. Needs an engine (`scripts/lab up`)
 * and the examples: `make bench` sees to both. Exit code 1 when a goal is missed.
 */
import { argumentsOf } from "../scripts/usage.ts";
import { benchAnalyze } from "./analyze.ts";
import { benchBytecode } from "./bytecode.ts";
import { benchWholeRun, removeImages } from "./whole-run.ts";
import { say } from "./measure.ts";

const { positionals } = argumentsOf(import.meta.url, {}, "any");
const folder = positionals[0] ?? ".lab/examples/reactbin-api";
say(`Service: ${folder}. Node ${process.version}.`);
const analyze = await benchAnalyze(folder);
const whole = await benchWholeRun(folder, 3);
try {
  await benchBytecode(whole.report);
} finally {
  await removeImages(whole.runs);
}

say("");
for (const { title, reached, limit, unit } of [analyze, whole.goal])
  say(
    `${reached <= limit ? "reached" : "MISSED "}  ${title}: ${reached.toFixed(1)} ${unit} of at most ${limit} ${unit}`,
  );
process.exitCode = [analyze, whole.goal].every(({ reached, limit }) => reached <= limit) ? 0 : 1;

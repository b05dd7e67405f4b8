/** `npm run bench`: every figure of one machine in one run, as medians with their spread. Needs the lab (`make lab-up`) and the examples. */
import { benchAnalyze } from "./analyze.ts";
import { benchBytecode } from "./bytecode.ts";
import { benchWholeRun } from "./whole-run.ts";
import { say } from "./measure.ts";

const folder = process.argv[2] ?? ".lab/examples/reactbin-api";
say(`Service: ${folder}. Node ${process.version}.`);
await benchAnalyze(folder);
await benchBytecode(await benchWholeRun(folder, 3));

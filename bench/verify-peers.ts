/**
 * `npm run bench:verify [matrix|times] [-- --only TEXT --rounds N]`: `seaworthy verify` beside other tools that judge images, which
 * it compiles into `.lab/peers` itself (needs Go, once). Who catches which planted fault, and how long the proof of one
 * service takes. Exit code 1 when a goal is missed, we miss a fault, or accuse a healthy image. Needs an engine
 * (`scripts/lab up`), `npm run build` and `scripts/set-up-examples reactbin-api`.
 */
import { cpus } from "node:os";
import { argumentsOf, countOf } from "../scripts/usage.ts";
import { type Goal, say } from "./measure.ts";
import { installGoTools, STRUCTURE_TEST } from "./peers/go-tools.ts";
import { benchVerifyMatrix } from "./verify/matrix.ts";
import { peersOf } from "./verify/peers.ts";
import { benchVerifyTimes } from "./verify/times.ts";

const { values, positionals: parts } = argumentsOf(
  import.meta.url,
  { only: { type: "string" }, rounds: { type: "string", default: "3" } },
  ["matrix", "times"],
);
const rounds = countOf(import.meta.url, "rounds", values.rounds);
const wanted = (part: string) => parts.length === 0 || parts.includes(part);
const stop = new AbortController();
process.once("SIGINT", () => stop.abort(new Error("Interrupted")));

const tools = await installGoTools(wanted("matrix") ? undefined : [STRUCTURE_TEST]);
say(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}.`);
for (const { name, version, missing } of tools)
  say(`${name} ${version}${missing === undefined ? "" : ` does not install here: ${missing}`}`);

const goals: readonly Goal[] = wanted("times") ? await benchVerifyTimes(tools, rounds, stop.signal) : [];
const faults = wanted("matrix") ? await benchVerifyMatrix(await peersOf(tools), values.only, stop.signal) : [];
say("");
if (wanted("matrix")) say(faults.length === 0 ? "reached  every planted fault caught, nothing healthy accused" : "");
for (const fault of faults) say(`MISSED   ${fault}`);
for (const { title, reached, limit, unit } of goals)
  say(
    `${reached <= limit ? "reached" : "MISSED "}  ${title}: ${reached.toFixed(1)} of at most ${limit.toFixed(1)} ${unit}`,
  );
process.exitCode = faults.length === 0 && goals.every(({ reached, limit }) => reached <= limit) ? 0 : 1;

/**
 * `npm run bench:analyze [matrix|speed|many]`: `seaworthy analyze` beside other linters, which it installs into
 * `.lab/peers` itself. What it finds, how fast it is, and a thousand services in one call. Exit code 1 when a goal is
 * missed, a planted problem is not found, or something healthy is accused. Needs python3, npm and `npm run build`; the
 * three examples are judged where `scripts/set-up-examples` has made them.
 */
import { cpus } from "node:os";
import { argumentsOf } from "../scripts/usage.ts";
import { type Goal, say } from "./measure.ts";
import { installPeers, VERSIONS } from "./peers/install.ts";
import { benchMany } from "./peers/many.ts";
import { benchMatrix } from "./peers/matrix.ts";
import { benchSpeed } from "./peers/speed.ts";
import { toolsOf } from "./peers/tools.ts";

const { positionals: parts } = argumentsOf(import.meta.url, {}, ["matrix", "speed", "many"]);
const wanted = (part: string) => parts.length === 0 || parts.includes(part);
const bins = await installPeers();
say(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}.`);
for (const name of Object.keys(bins)) say(`${name} ${VERSIONS[name] ?? ""}`);

const faults = wanted("matrix") ? await benchMatrix(toolsOf(bins)) : [];
const goals: Goal[] = [
  ...(wanted("speed") ? await benchSpeed(bins) : []),
  ...(wanted("many") ? await benchMany(bins) : []),
];
say("");
if (wanted("matrix")) say(faults.length === 0 ? "reached  every planted problem found, nothing healthy accused" : "");
for (const fault of faults) say(`MISSED   ${fault}`);
for (const { title, reached, limit, unit } of goals)
  say(
    `${reached <= limit ? "reached" : "MISSED "}  ${title}: ${reached.toFixed(1)} of at most ${limit.toFixed(1)} ${unit}`,
  );
process.exitCode = faults.length === 0 && goals.every(({ reached, limit }) => reached <= limit) ? 0 : 1;

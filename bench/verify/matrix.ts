import type { Check } from "../../src/checks/check.ts";
import type { Verdict } from "../../src/model/types.ts";
import type { Fault } from "../../test/faults/fault.ts";
import { checksNamed, type FaultLab, healthyChecks, openLab } from "../../test/faults/lab.ts";
import { bodyless, declaredVolume, faults, twins as healthyTwins } from "../../test/faults/table.ts";
import { say } from "../measure.ts";
import type { Peer, Said } from "./peers.ts";

/** What everybody said of one image. `undefined`: the tool did not judge it, and said so. */
interface Judged {
  readonly name: string;
  readonly ours: boolean;
  readonly peers: ReadonlyMap<string, Said | undefined>;
}

const OURS = "seaworthy";

/** Healthy images beside the plain one, and what we are asked about each. */
const twins: readonly Fault[] = [
  { ...bodyless, keeps: ["stop-answers-in-flight", "stops-when-idle"] },
  { ...declaredVolume, keeps: ["volumes-writable", "read-only-root"] },
  ...healthyTwins,
];

/**
 * Planted fault × tool. We have caught a fault when each check that must notice it fails. A peer has caught it when it
 * names anything that it does not name on the healthy image: kind to the peers, since it may be about a side effect.
 * @param only The faults whose name or checks hold this text.
 * @returns what we missed or accused, one line each.
 */
export async function benchVerifyMatrix(
  peers: readonly Peer[],
  only: string | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  await using lab = await openLab(signal);
  const plain = await judged(lab, peers, { fault: undefined, checks: checksNamed(healthyChecks), status: "pass" });
  const isWanted = ({ name, breaks }: Fault) =>
    only === undefined || [name, ...breaks].some((one) => one.includes(only));
  // The lab lets a few in at once.
  const [others, planted] = await Promise.all([
    Promise.all(
      (only === undefined ? twins : []).map((fault) =>
        judged(lab, peers, { fault, checks: checksNamed(fault.keeps ?? []), status: "pass" }),
      ),
    ),
    Promise.all(
      faults
        .filter(isWanted)
        .map((fault) => judged(lab, peers, { fault, checks: checksNamed(fault.breaks), status: "fail" })),
    ),
  ]);
  const healthy = [plain, ...others];
  const names = peers.map(({ name }) => name);
  table(planted, plain, names);
  alarms(healthy, names);
  return [
    ...planted.filter(({ ours }) => !ours).map(({ name }) => `not caught by us: ${name}`),
    ...healthy.filter(({ ours }) => !ours).map(({ name }) => `accused by us: ${name}`),
  ];
}

interface Question {
  readonly fault: Fault | undefined;
  readonly checks: readonly Check[];
  /** What each of our checks has to say. */
  readonly status: "pass" | "fail";
}

async function judged(lab: FaultLab, peers: readonly Peer[], { fault, checks, status }: Question): Promise<Judged> {
  const said = new Map<string, Said | undefined>();
  const name = fault?.name ?? "healthy";
  const ask = async (image: string) => {
    for (const peer of peers) said.set(peer.name, await peer.judge(image).catch(noted(`${peer.name}: ${name}`)));
  };
  const verdicts = (await lab.verdicts(fault, checks, ask).catch(noted(name))) ?? new Map<string, Verdict>();
  for (const [id, verdict] of verdicts)
    if (verdict.status !== status) process.stderr.write(`${name}: ${id}: ${verdict.status}: ${verdict.message}\n`);
  process.stderr.write(`judged: ${name}\n`);
  const ours = verdicts.size > 0 && [...verdicts.values()].every((verdict) => verdict.status === status);
  return { name, ours, peers: said };
}

/** One image that cannot be judged says so, and takes no other with it. */
const noted = (what: string) => (error: unknown) => {
  process.stderr.write(`not judged: ${what}: ${String(error)}\n`);
  return undefined;
};

/** What a peer names on this image and not on the healthy one. */
function newOn({ peers }: Judged, plain: Judged, peer: string): readonly string[] {
  const known = new Set(plain.peers.get(peer)?.findings);
  return (peers.get(peer)?.findings ?? []).filter((line) => !known.has(line));
}

function table(planted: readonly Judged[], plain: Judged, names: readonly string[]): void {
  const all = [OURS, ...names];
  const width = (name: string) => Math.max(name.length, 8) + 2;
  const row = (title: string, cell: (name: string) => string) =>
    say(`${title.padEnd(84)}${all.map((name) => cell(name).padEnd(width(name))).join("")}`);
  const caught = (one: Judged, name: string) => (name === OURS ? one.ours : newOn(one, plain, name).length > 0);
  say("\nPlanted fault × tool: Y when it is caught, ? when the tool did not judge the image");
  row("fault", (name) => name);
  for (const one of planted)
    row(one.name, (name) => {
      if (name !== OURS && one.peers.get(name) === undefined) return "?";
      return caught(one, name) ? "Y" : "";
    });
  row("caught", (name) => `${planted.filter((one) => caught(one, name)).length} of ${planted.length}`);
  say("\nBy what the peers noticed");
  for (const one of planted)
    for (const name of names) {
      const [first, ...more] = newOn(one, plain, name);
      if (first === undefined) continue;
      say(`  ${one.name}: ${name}: ${first.slice(0, 120)}${more.length === 0 ? "" : ` and ${more.length} more`}`);
    }
}

function alarms(healthy: readonly Judged[], names: readonly string[]): void {
  say(`\nFalse alarms on ${healthy.length} healthy images (of a peer: what makes it fail as it comes)`);
  say(`  ${OURS}: ${healthy.filter(({ ours }) => !ours).length}`);
  for (const name of names) {
    const accused = healthy.filter(({ peers }) => (peers.get(name)?.failing.length ?? 0) > 0);
    say(`  ${name}: ${accused.length}`);
    for (const one of accused)
      for (const line of (one.peers.get(name)?.failing ?? []).slice(0, 5))
        say(`    ${one.name}: ${line.slice(0, 140)}`);
  }
}

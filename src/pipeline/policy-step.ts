import { applyPolicy } from "../policy/apply.ts";
import { rules } from "../rules/index.gen.ts";
import { type Analysis, byPlace } from "./analyze.ts";
import { baselineOf } from "./policy-asked.ts";
import type { Session } from "./session.ts";

/**
 * The analysis after everything that was settled about findings: severities, exceptions, comments, the baseline, and
 * only then what changed.
 */
export async function withPolicy(
  analysis: Analysis,
  session: Session,
  { fingerprints }: { readonly fingerprints: boolean },
): Promise<Analysis> {
  const { config, tree, world, options } = session;
  const { dockerfile } = analysis;
  const read = (path: string) => tree.read(path);
  const file = baselineOf(session);
  const needed = fingerprints || file !== undefined;
  const mark = needed
    ? (await import("../policy/fingerprint.ts")).fingerprinted
    : (findings: Analysis["findings"]) => findings;
  const judged = applyPolicy({
    findings: mark(analysis.findings, read),
    dockerfile,
    files: tree.loaded(),
    policy: config,
    rules,
    today: new Date(world.now()).toISOString().slice(0, 10),
  });
  const settled = { findings: mark(judged.findings.toSorted(byPlace), read), suppressed: judged.suppressed };
  const { findings, suppressed } =
    file === undefined || options.writeBaseline === true ? settled : await lessBaseline(settled, session, file);
  const whole = { ...analysis, findings, ...(suppressed.length === 0 ? {} : { suppressed }) };
  return options.changed === undefined ? whole : onlyChanged(whole, session, options.changed);
}

type Settled = Required<Pick<Analysis, "findings" | "suppressed">>;

async function lessBaseline({ findings, suppressed }: Settled, session: Session, file: string): Promise<Settled> {
  const [{ readBaseline }, { withoutBaseline }] = await Promise.all([
    import("./baseline-file.ts"),
    import("../policy/baseline.ts"),
  ]);
  const left = withoutBaseline(findings, suppressed, await readBaseline(file, session.folder));
  return { findings: left.findings, suppressed: [...suppressed, ...left.suppressed] };
}

async function onlyChanged(analysis: Analysis, { folder, tree, world }: Session, ref: string): Promise<Analysis> {
  const [{ changesSince }, { onChanged }] = await Promise.all([
    import("../project/git-changes.ts"),
    import("../policy/changed.ts"),
  ]);
  const changes = await changesSince(folder, ref, world.env);
  const { findings, dockerfile } = analysis;
  const shown = onChanged(findings, changes, { dockerfile, read: (path) => tree.read(path) });
  return { ...analysis, findings: shown, unchanged: findings.length - shown.length };
}

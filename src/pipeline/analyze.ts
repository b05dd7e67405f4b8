import { readIgnore } from "../dockerfile/ignore.ts";
import { beyondLimits } from "../dockerfile/limits.ts";
import { secretsOf } from "../dockerfile/secrets.ts";
import { redact, redactByShape } from "../kit/redact.ts";
import { byText } from "../kit/text.ts";
import type { Dockerfile, Finding, RenderedFile, Service, SuppressedFinding } from "../model/types.ts";
import { ownFinding, ownFindings } from "../policy/own-findings.ts";
import { parsedDockerfile } from "../project/parsed-dockerfile.ts";
import { readService } from "../project/read-service.ts";
import { isCommandOfScript } from "../project/starts.ts";
import type { Tree } from "../project/tree.ts";
import type { Rule } from "../rules/rule.ts";

export interface Analysis {
  readonly service: Service;
  readonly dockerfile: Dockerfile | undefined;
  readonly findings: readonly Finding[];
  /** What the team has decided to live with; it counts nowhere. */
  readonly suppressed?: readonly SuppressedFinding[];
  /** How many findings stand on lines that did not change, when only changes were asked for. */
  readonly unchanged?: number;
}

/**
 * Reads a service and judges one of its Dockerfiles.
 * @param options `dockerfile`, relative to the tree: without it, the service's first one. `target`: its stage that ships.
 */
export async function analyze(
  tree: Tree,
  rules: readonly Rule[],
  options: { readonly dockerfile?: string; readonly target?: string } = {},
): Promise<Analysis> {
  const service = await readService(tree, options);
  const path = options.dockerfile ?? service.dockerfiles[0];
  const written = path === undefined ? undefined : parsedDockerfile(tree, path);
  if (path === undefined || written === undefined)
    return { service, dockerfile: undefined, findings: problemsOf(service) };
  const target = service.target === undefined ? {} : { target: service.target.value };
  const parsed = { ...written, ...target };
  const dockerfile = { ...parsed, ...(isCommandOfScript(tree, parsed) ? { commandOfScript: true as const } : {}) };
  if (beyondLimits(dockerfile) !== undefined) return { service, dockerfile, findings: problemsOf(service) };
  const ignoreText = tree.read(`${path}.dockerignore`) ?? tree.read(".dockerignore") ?? "";
  const input = {
    dockerfile,
    service,
    ignore: readIgnore(ignoreText),
    read: (file: string) => tree.read(file),
    isExecutable: (file: string) => tree.isExecutable?.(file),
  };
  const found = rules.flatMap((rule) => [...rule.check(input)].map((finding) => withMeta(rule, finding)));
  const hide = withoutSecrets(found.length === 0 ? [] : secretsOf(dockerfile));
  return { service, dockerfile, findings: [...problemsOf(service), ...found.map(hide).toSorted(byPlace)] };
}

/** The tree as it would be with the rendered files in it, read from memory. */
export function treeWith(tree: Tree, files: readonly RenderedFile[]): Tree {
  const over = new Map(files.map(({ path, content }) => [path, content]));
  const names = [...new Set([...tree.files, ...over.keys()])].toSorted();
  return { ...tree, files: names, read: (path) => over.get(path) ?? tree.read(path), loaded: () => over };
}

const withMeta = (rule: Rule, finding: ReturnType<Rule["check"]> extends Iterable<infer F> ? F : never): Finding => ({
  rule: rule.id,
  severity: rule.severity,
  confidence: rule.confidence,
  advice: rule.advice,
  ...(rule.provenBy.length === 0 ? {} : { provenBy: rule.provenBy }),
  ...finding,
});

/** A rule names what it is about, and a message that quotes it must not publish a value. Fixes stay whole: they are written to the file. */
const withoutSecrets =
  (secrets: readonly string[]) =>
  (finding: Finding): Finding => {
    // A command that goes over several lines is quoted on one.
    const hide = (text: string): string =>
      redact(redactByShape(text.replaceAll(/[ \t]*\\?\n[ \t]*|[ \t]{2,}|\t/g, " ")), secrets);
    const { message, advice, related } = finding;
    return {
      ...finding,
      message: hide(message),
      advice: hide(advice),
      ...(related === undefined ? {} : { related: related.map((one) => ({ ...one, message: hide(one.message) })) }),
    };
  };

/** A file that cannot be read is a finding of its own: every other statement about the service is weaker for it. */
const problemsOf = (service: Service): readonly Finding[] =>
  service.problems.map(({ message, ...where }) => ownFinding(ownFindings.unreadable, message, where));

export const byPlace = (a: Finding, b: Finding): number =>
  byText(a.where?.file ?? "", b.where?.file ?? "") || (a.where?.line ?? 0) - (b.where?.line ?? 0);

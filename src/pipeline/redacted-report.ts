import { isDistinctive, secretsIn } from "../kit/redact.ts";
import { redactData, secretsInData, withoutValues } from "../kit/redact-data.ts";
import type { Contract, Report, Side } from "../model/types.ts";

/**
 * The report as everybody may read it. What stands in the images under a name of a secret, and what the Dockerfiles give
 * to one, is hidden there and wherever else it turns up; the example values of the contract are nobody's secret.
 * @param known Secrets of the Dockerfiles.
 */
export function withoutSecretValues(report: Report, known: readonly string[] = []): Report {
  const examples = exampleSecrets(report.contract);
  const hides = (value: string): boolean => !examples.has(value);
  // What the team gives for the proof should be no secret, and may be one.
  const given = report.contract.env.filter((one) => one.secret && one.given === true).map(({ example }) => example);
  const secrets = [...known, ...given, ...secretsInData([report.before, report.after].map(configurationOf))];
  const shown = redactData(
    { ...report, before: withoutCanaries(report.before), after: withoutCanaries(report.after) },
    hides,
  );
  return withoutValues(
    shown,
    secrets.filter((value) => isDistinctive(value) && hides(value)),
  );
}

/** Where secrets stand in an image. */
const configurationOf = ({ buildSide, image }: Side): unknown => [buildSide?.image?.config, image?.layers];

/** Random values of ours are no secrets, but nothing to read either; where one was found is in the evidence. */
function withoutCanaries(side: Side): Side {
  if (side.buildSide === undefined) return side;
  const { canaries: _, ...buildSide } = side.buildSide;
  return { ...side, buildSide };
}

/** Examples that are made up, with the passwords inside addresses. */
function exampleSecrets({ env }: Contract): ReadonlySet<string> {
  const made = env.filter(({ given }) => given !== true).map(({ example }) => example);
  return new Set(made.flatMap((example) => [example, ...secretsIn(example)]));
}

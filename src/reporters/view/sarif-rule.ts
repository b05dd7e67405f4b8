import type { CatalogueEntry } from "../../model/types.ts";

const PRECISION = { certain: "very-high", likely: "high", "needs-proof": "medium" } as const;
const SECURITY_SEVERITY = { error: "8.0", warning: "5.5", note: "2.0" } as const;

/** A rule or a check as SARIF describes it: in its own words when the catalogue is known; otherwise its id in words. */
export function sarifRule(id: string, entry: CatalogueEntry | undefined): object {
  if (entry === undefined) return { id, shortDescription: { text: wordsOf(id) } };
  const { title, why, advice, source, severity, judging } = entry;
  const remedy = (mark: string) => (advice === undefined ? "" : `${mark}What to do:${mark} ${advice}\n\n`);
  return {
    id,
    name: id.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: {
      text: `${why}\n\n${remedy("")}Source: ${source}`,
      markdown: `${why}\n\n${remedy("**")}Source: ${source}`,
    },
    ...(severity === undefined ? {} : { defaultConfiguration: { level: severity } }),
    ...(judging === undefined ? {} : judgingOf(judging)),
  };
}

function judgingOf(judging: NonNullable<CatalogueEntry["judging"]>): object {
  const { severity, confidence, category, aliases, since, provenBy } = judging;
  return {
    defaultConfiguration: { level: severity },
    properties: {
      tags: ["docker", "python", category],
      precision: PRECISION[confidence],
      "problem.severity": severity === "note" ? "recommendation" : severity,
      ...(category === "security" ? { "security-severity": SECURITY_SEVERITY[severity] } : {}),
      aliases,
      since,
      provenBy,
    },
  };
}

const wordsOf = (id: string): string => `${id.charAt(0).toUpperCase()}${id.slice(1).replaceAll("-", " ")}`;

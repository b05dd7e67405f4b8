import { formats } from "../../src/formats/index.gen.ts";
import type { Format, Judged } from "../../src/formats/format.ts";
import type { Finding } from "../../src/model/types.ts";
import { analyze } from "../../src/pipeline/analyze.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { rules } from "../../src/rules/index.gen.ts";
import { changed, healthy, healthyWith } from "../../src/rules/queries/example.ts";
import type { Project } from "../../src/rules/rule.ts";

/** Analysed services of every kind, and what each format writes of them. */
const EVIL = "]]> </testsuite> <script>alert('x')</script> | `` ` @team #12 \u001b[31m \u202e \u0000 & \" %\n,:";

export async function judged(project: Project, folder: string): Promise<Judged> {
  const tree = memoryTree(project);
  const { service, dockerfile, findings } = await analyze(tree, rules);
  return { folder, service, dockerfile, findings, suppressed: [], unchanged: 0, read: (path) => tree.read(path) };
}

export const evil: Finding = {
  rule: "evil",
  severity: "error",
  confidence: "certain",
  message: EVIL,
  advice: EVIL,
  where: { file: "a b/ü%.py", line: 3 },
  related: [{ file: "uv.lock", line: 2, message: EVIL }],
};

export const faulty = await judged(
  changed(
    [', "--timeout-graceful-shutdown", "20"', ""],
    ['CMD ["uvicorn", "app.main:app"', 'CMD ["uv", "run", "uvicorn", "app.main:app"'],
  ),
  "services/one",
);
export const shell = await judged(
  {
    ...healthy,
    Dockerfile: healthyWith([
      'CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000", "--timeout-graceful-shutdown", "20"]',
      "CMD uvicorn app.main:app --host 0.0.0.0 --port 8000 --timeout-graceful-shutdown 20",
    ]),
  },
  "",
);
export const clean = await judged(healthy, "services/two");
export const secret = await judged(changed(["EXPOSE 8000", "ENV DATABASE_PASSWORD hunter2hunter2\nEXPOSE 8000"]), "s");
export const withEvil: Judged = { ...clean, folder: "e", findings: [evil] };
const accepted: Judged = {
  ...clean,
  suppressed: faulty.findings.map((finding) => ({
    ...finding,
    suppression: { by: "comment" as const, justification: "known" },
  })),
};
export const refused: Judged = {
  ...withEvil,
  folder: "gone",
  service: undefined,
  dockerfile: undefined,
  read: () => undefined,
};
export const ALL = [faulty, clean, shell, withEvil, accepted, refused];

export const context = { tool: { name: "seaworthy", version: "1.2.3" }, rules, colour: false };
export function written(id: string, services: readonly Judged[]): string {
  const format = formats.find((one) => one.id === id) as Format;
  const writer = format.begin(context);
  return services.map((one) => writer.add(one)).join("") + writer.end();
}
export const parsed = (id: string, services: readonly Judged[]) => JSON.parse(written(id, services));

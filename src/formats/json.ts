import type { Format, Judged } from "./format.ts";
import { redactData } from "../kit/redact-data.ts";
import { safeJson } from "../kit/text.ts";
import { addTo, noTotals } from "./view/count.ts";
import { dataOf } from "../reporters/view/safe.ts";

/** Data for scripts: every service with its findings, and a summary. Its schema is docs/analyze.schema.json. */
export const json: Format = {
  id: "json",
  title: "JSON",
  begin({ tool, facts = false }) {
    const totals = noTotals();
    let parts = 0;
    const head = () => (parts++ === 0 ? `{\n"schema": 1,\n"tool": ${JSON.stringify(tool)},\n"services": [\n` : ",\n");
    return {
      add(judged) {
        addTo(totals, judged);
        return `${head()}${safeJson(entryOf(judged, facts))}`;
      },
      end: () => `${parts === 0 ? head() : "\n"}],\n"summary": ${JSON.stringify(totals)}\n}\n`,
    };
  },
};

const entryOf = (
  { folder, service, dockerfile, otherDockerfiles, findings, suppressed, unchanged }: Judged,
  facts: boolean,
): object => ({
  folder: folder || ".",
  name: service?.name,
  judged: service !== undefined,
  dockerfile: dockerfile?.path,
  otherDockerfiles,
  findings: findings.map(dataOf),
  suppressed: suppressed.map(dataOf),
  unchanged,
  ...(facts ? { facts: redactData(service) } : {}),
});

import type { Format, Judged } from "./format.ts";
import { addTo, noTotals } from "./view/count.ts";
import { dataOf, safeJson } from "./view/safe.ts";

/** Data for scripts: every service with its findings, and a summary. */
export const json: Format = {
  id: "json",
  title: "JSON",
  begin({ tool }) {
    const totals = noTotals();
    let parts = 0;
    const head = () => (parts++ === 0 ? `{\n"tool": ${JSON.stringify(tool)},\n"services": [\n` : ",\n");
    return {
      add(judged) {
        addTo(totals, judged);
        return `${head()}${safeJson(entryOf(judged))}`;
      },
      end: () => `${parts === 0 ? head() : "\n"}],\n"summary": ${JSON.stringify(totals)}\n}\n`,
    };
  },
};

const entryOf = ({ folder, service, dockerfile, findings, suppressed, unchanged }: Judged): object => ({
  folder: folder || ".",
  name: service?.name,
  judged: service !== undefined,
  dockerfile: dockerfile?.path,
  findings: findings.map(dataOf),
  suppressed: suppressed.map(dataOf),
  unchanged,
});

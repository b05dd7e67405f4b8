import type { Format, Judged } from "./format.ts";
import { placeOf, regionOf, shownPath } from "./view/places.ts";
import { safe } from "../reporters/view/safe.ts";

/** Workflow commands of GitHub Actions: each finding becomes an annotation on its line of the pull request. */
export const github: Format = {
  id: "github",
  title: "GitHub annotations",
  begin: () => ({ add: (judged) => annotationsOf(judged).join(""), end: () => "" }),
};

const COMMANDS = { error: "error", warning: "warning", note: "notice" } as const;

function annotationsOf(judged: Judged): readonly string[] {
  return judged.findings.map(({ severity, rule, message, advice, where }) => {
    const place = placeOf(judged, where);
    const { startLine, startColumn, endLine, endColumn } = regionOf(place, judged.read(place.file));
    // Columns are shown only for a region within one line.
    const columns = endLine === startLine ? { col: startColumn, endColumn } : { col: startColumn };
    const properties = { file: shownPath(judged, place.file), line: startLine, endLine, ...columns, title: rule };
    const written = Object.entries(properties)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${property(String(value))}`);
    return `::${COMMANDS[severity]} ${written.join(",")}::${data(`${message}\n${advice}`)}\n`;
  });
}

const data = (written: string): string =>
  safe(written).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const property = (written: string): string => data(written).replaceAll(":", "%3A").replaceAll(",", "%2C");

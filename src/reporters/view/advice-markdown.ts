import type { Report } from "../../model/types.ts";
import { PLACE_COLUMNS, placeCells, resourcesInWords, writableInWords } from "./advice.ts";
import { cell, plain } from "./markdown-text.ts";

/** Where the image writes and what to give it; empty when the report has no advice. */
export function adviceText({ advice, contract }: Report): string {
  const { writable, resources } = advice ?? {};
  const lines: string[] = [];
  if (writable !== undefined) {
    lines.push(plain(writableInWords(writable, contract.writablePaths)));
    if (writable.folders.length > 0) lines.push("", ...places(writable.folders));
  }
  if (resources !== undefined) {
    if (lines.length > 0) lines.push("");
    lines.push(plain(resourcesInWords(resources)), "", ...resources.basis.map((basis) => `- ${plain(basis)}`));
  }
  return lines.join("\n");
}

function places(folders: ReadonlyArray<Parameters<typeof placeCells>[0]>): readonly string[] {
  const row = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [
    row(PLACE_COLUMNS),
    `|${PLACE_COLUMNS.map(() => ":--").join("|")}|`,
    ...folders.map((one) => row(placeCells(one))),
  ];
}

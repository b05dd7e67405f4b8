import { dirname, relative, resolve } from "node:path";
import { UserError } from "../kit/errors.ts";
import { readText, writeWhole } from "../kit/files.ts";
import { redactByShape } from "../kit/redact.ts";
import { byText } from "../kit/text.ts";
import type { Finding } from "../model/types.ts";
import { type BaselineEntry, type BaselineUse, renewed } from "../policy/baseline.ts";

/**
 * Reads a baseline for one service's folder.
 * @throws UserError `baseline/missing`, `baseline/invalid`.
 */
export async function readBaseline(file: string, folder: string): Promise<BaselineUse> {
  const text = await readText(file);
  const name = relative(folder, file);
  if (text === undefined)
    throw new UserError("baseline/missing", `There is no baseline ${file}`, {
      hint: "Write one with `seaworthy analyze --write-baseline`.",
    });
  const lines = text.split("\n");
  return {
    entries: parse(text, file),
    name,
    prefix: prefixOf(file, folder),
    lineOf: ({ fingerprint }) => Math.max(1, lines.findIndex((line) => line.includes(fingerprint)) + 1),
  };
}

/** Writes a folder's findings into the baseline, whose entries of other folders stay. Returns how many it now holds. */
export async function writeBaseline(file: string, folder: string, findings: readonly Finding[]): Promise<number> {
  const text = await readText(file);
  const entries = text === undefined ? [] : parse(text, file);
  const all = renewed(findings, { entries, prefix: prefixOf(file, folder) }).toSorted(
    (a, b) => byText(a.file, b.file) || byText(a.rule, b.rule) || byText(a.fingerprint, b.fingerprint),
  );
  // Each on a line of its own, so that a review of the file shows what came and what went.
  const rows = all.map((entry) => `    ${JSON.stringify({ ...entry, message: redactByShape(entry.message) })}`);
  await writeWhole(file, `{\n  "schema": 1,\n  "findings": [\n${rows.join(",\n")}\n  ]\n}\n`);
  return all.length;
}

function prefixOf(file: string, folder: string): string {
  const path = relative(dirname(resolve(file)), resolve(folder)).replaceAll("\\", "/");
  return path === "" ? "" : `${path}/`;
}

function parse(text: string, file: string): readonly BaselineEntry[] {
  const value = parsed(text) as { readonly schema?: unknown; readonly findings?: unknown } | null | undefined;
  const whole = value?.schema === 1 && Array.isArray(value.findings) && value.findings.every(isEntry);
  if (whole) return value.findings as readonly BaselineEntry[];
  throw new UserError("baseline/invalid", `${file} is no baseline that this version can read`, {
    hint: "Write it anew with `seaworthy analyze --write-baseline`, or restore it from git.",
    where: { file },
  });
}

const isEntry = (entry: Partial<BaselineEntry> | null): boolean =>
  typeof entry?.fingerprint === "string" &&
  typeof entry.rule === "string" &&
  typeof entry.file === "string" &&
  typeof entry.message === "string" &&
  ["undefined", "string"].includes(typeof entry.reason);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

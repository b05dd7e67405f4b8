import type { Evidence } from "../../model/types.ts";
import type { RuleInput } from "../rule.ts";
import { absolute } from "./settings.ts";

/**
 * Whether a line of a Compose file belongs to a service that is built from the judged Dockerfile. Undefined when the
 * block does not say (an image by name, an anchor): then nothing is claimed. Other files start the shipped image.
 */
export function concernsImage(input: RuleInput, source: string, evidence: Evidence): boolean | undefined {
  // Of a file above the folder only what builds this Dockerfile was read.
  if (source !== "compose" || evidence.file.startsWith("../")) return true;
  const text = input.read?.(evidence.file);
  const block = text === undefined ? [] : blockAround(text.split("\n"), evidence.line - 1);
  const named = valueOf(block, "dockerfile");
  const folder = evidence.file.includes("/") ? evidence.file.slice(0, evidence.file.lastIndexOf("/") + 1) : "";
  const build = block.find((line) => /^\s+build:/.test(line));
  if (named === undefined && build === undefined) return undefined;
  // `build: ./folder`, `build: { context: folder }`, or `context:` on a line of its own.
  const short = /build:\s*["']?([^"'\s{#&*]+)/.exec(build ?? "")?.[1];
  const context = short ?? valueOf(block, "context") ?? ".";
  return absolute(`/${folder}`, `${context}/${named ?? "Dockerfile"}`) === `/${input.dockerfile.path}`;
}

const indentOf = (line: string): number => line.search(/\S/);

/** The lines of the service that a line stands in: from its name, one step below `services:`, to the next one. */
function blockAround(lines: readonly string[], index: number): readonly string[] {
  const head = lines.findLastIndex((line, at) => at <= index && line.startsWith("services:"));
  const first = lines.findIndex((line, at) => at > head && indentOf(line) > 0 && !/^\s*#/.test(line));
  const indent = indentOf(lines[first] ?? "");
  if (head < 0 || first < 0) return [];
  const isName = (line: string): boolean => indentOf(line) >= 0 && indentOf(line) <= indent && !/^\s*#/.test(line);
  const start = lines.findLastIndex((line, at) => at <= index && isName(line));
  const end = lines.findIndex((line, at) => at > index && isName(line));
  return lines.slice(start, end < 0 ? lines.length : end);
}

function valueOf(block: readonly string[], key: string): string | undefined {
  const line = block.find((one) => one.trim().startsWith(`${key}:`) || (one.includes(`{`) && one.includes(` ${key}:`)));
  return line === undefined ? undefined : new RegExp(`${key}:\\s*["']?([^"'\\s,}#]+)`).exec(line)?.[1];
}

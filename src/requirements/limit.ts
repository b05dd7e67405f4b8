import type { Limit } from "../model/types.ts";

const UNITS: Readonly<Record<string, readonly [Limit["unit"], number]>> = {
  "": ["count", 1],
  ms: ["ms", 1],
  s: ["ms", 1000],
  min: ["ms", 60_000],
  B: ["bytes", 1],
  kB: ["bytes", 1e3],
  MB: ["bytes", 1e6],
  GB: ["bytes", 1e9],
};

/** `<= 30 s`, `>= 5`, `<= 300 MB`; undefined for anything else. */
export function readLimit(text: string): Limit | undefined {
  const [, operator, number, unit = ""] = /^(<=|>=)\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)$/.exec(text.trim()) ?? [];
  const scale = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  if ((operator !== "<=" && operator !== ">=") || number === undefined || scale === undefined) return undefined;
  return { operator, value: Number(number) * scale[1], unit: scale[0], text: text.trim() };
}

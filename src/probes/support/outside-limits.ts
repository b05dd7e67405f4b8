import type { Contract, OutsideLimits, Service } from "../../model/types.ts";

/** What files outside give the containers that serve the contract's port; in a file without ports, its only container. */
export function limitsOf({ outsideLimits }: Service, { port }: Contract): readonly OutsideLimits[] {
  return outsideLimits.filter((one) => {
    const together = outsideLimits.filter(({ evidence }) => evidence.file === one.evidence.file);
    const serving = together.filter(({ ports }) => ports.includes(port));
    return serving.length === 0 ? together.length === 1 && one.ports.length === 0 : serving.includes(one);
  });
}

/** The smallest of what they give, with its place. */
export function smallest(
  limits: readonly OutsideLimits[],
  what: "memoryBytes" | "cpus",
): { readonly value: number; readonly limits: OutsideLimits } | undefined {
  const written = limits.flatMap((one) => {
    const value = one[what];
    return value === undefined ? [] : [{ value, limits: one }];
  });
  return written.toSorted((a, b) => a.value - b.value)[0];
}

/** `compose.yaml:12`. */
export const placeOfLimits = ({ evidence: { file, line } }: OutsideLimits): string => `${file}:${line}`;

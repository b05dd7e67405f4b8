import * as z from "zod";

/** Building blocks of the report's schema. Objects stay open: a later version may add fields, never take one away. */

export const text: z.ZodString = z.string();
export const texts: z.ZodArray<z.ZodString> = z.array(text);
export const milliseconds: z.ZodNumber = z.number().meta({ description: "milliseconds" });
export const bytes: z.ZodNumber = z.number().int().nonnegative().meta({ description: "bytes" });

const placeShape = {
  file: text,
  line: z.number().int(),
  column: z.number().int().optional(),
  range: z.object({ start: z.number().int(), end: z.number().int() }).optional(),
};
export const place: z.ZodObject<typeof placeShape> = z.object(placeShape);
const evidenceShape = { ...placeShape, text };
export const evidence: z.ZodObject<typeof evidenceShape> = z.object(evidenceShape);

const confidenceValues = ["certain", "likely", "needs-proof"] as const;
export const confidence: z.ZodEnum<{ [K in (typeof confidenceValues)[number]]: K }> = z.enum(confidenceValues);

type FactOf<T extends z.ZodType> = z.ZodObject<{
  value: T;
  confidence: typeof confidence;
  evidence: z.ZodArray<typeof evidence>;
}>;
export const fact = <T extends z.ZodType>(value: T): FactOf<T> =>
  z.object({ value, confidence, evidence: z.array(evidence) });

/** A value as JSON carries it: a field that may be undefined is a field that may be missing. */
export type Wire<T> = T extends readonly (infer E)[]
  ? readonly Wire<E>[]
  : T extends object
    ? string extends keyof T
      ? { readonly [K in keyof T]: Wire<T[K]> }
      : { readonly [K in keyof T as undefined extends T[K] ? never : K]: Wire<T[K]> } & {
          readonly [K in keyof T as undefined extends T[K] ? K : never]?: Wire<T[K]>;
        }
    : T;

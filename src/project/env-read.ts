import type { Confidence, Evidence, SettingsField } from "../model/types.ts";
import { constantText } from "./constants.ts";
import type { PythonFile, PythonSources } from "./python-source.ts";
import { enclosing, type Expression, type Scope } from "./python-tree.ts";

/** One place where the code reads a variable. */
export interface EnvRead {
  readonly name: string;
  readonly required: boolean;
  readonly default?: string | undefined;
  /** `int`, `bool`, `SecretStr`: what the value is turned into, when that is written. */
  readonly type?: string | undefined;
  readonly settings?: SettingsField;
  readonly confidence: Confidence;
  readonly evidence: Evidence;
}

/** The full names of what reads one variable, or takes it. */
export const ENVIRON_CALL = /^os\.(?:getenv|environ\.(?:get|pop|setdefault))$/;

export const literalText = (
  sources: PythonSources,
  file: PythonFile,
  value: Expression | undefined,
): string | undefined => (value?.kind === "boolean" ? String(value.value) : constantText(sources, file, value));

/** At import or in a start function there is no way around it; deep in a function it may never be asked for. */
export const certainty = (scope: Scope): Confidence =>
  enclosing(scope, "function") === undefined ? "certain" : "likely";

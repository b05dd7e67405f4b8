import type { Advice } from "./advice.ts";
import type { Contents } from "./contents.ts";
import type { BuildSide, Layer } from "./image.ts";
import type { Finding, Severity, SuppressedFinding } from "./finding.ts";
import type { Contract, Decision, Pin, Refusal, RenderedFile } from "./plan.ts";
import type { RequirementResult } from "./requirement.ts";
import type { Service } from "./service.ts";
import type { Confidence } from "./source.ts";
import type { CheckResult, Measurement } from "./verdict.ts";

/** Everything one run learned; the same object that `report.json` holds. */
export interface Report {
  readonly schema: 1;
  readonly tool: { readonly name: "seaworthy"; readonly version: string };
  readonly run: RunFacts;
  readonly service: Service;
  readonly before: Side;
  readonly after: Side;
  readonly profile: string;
  readonly decisions: readonly Decision[];
  readonly refusals: readonly Refusal[];
  readonly contract: Contract;
  readonly pins: readonly Pin[];
  readonly files: readonly RenderedFile[];
  readonly verdict: OverallVerdict;
  /** The team's own requirements, when it has a `seaworthy.requirements.yaml`. */
  readonly requirements?: readonly RequirementResult[];
  /** How to run the reworked image, by what was measured; undefined in reports of earlier versions. */
  readonly advice?: Advice;
  /** What the rules and checks say about themselves, for formats that carry it (SARIF, HTML). */
  readonly catalogue?: {
    readonly rules: readonly CatalogueEntry[];
    readonly checks: readonly CatalogueEntry[];
  };
}

export interface CatalogueEntry {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  /** What to do about it. */
  readonly advice?: string;
  readonly source: string;
  /** Of a check: how grave it is that it fails, where no team says otherwise. */
  readonly severity?: Severity;
  /** Of a rule: how its findings are to be taken. */
  readonly judging?: {
    readonly severity: Severity;
    readonly confidence: Confidence;
    readonly category: string;
    readonly aliases: readonly string[];
    readonly since: string;
    readonly provenBy: readonly string[];
  };
}

export interface RunFacts {
  readonly id: string;
  readonly startedAt: string;
  readonly engine: string;
  readonly machine: string;
  /** Where the time went. */
  readonly timeline: ReadonlyArray<{
    readonly step: string;
    readonly startMs: number;
    readonly milliseconds: number;
    readonly reused: boolean;
  }>;
  /** Things a reader must know to read the figures: stand-in bases, a noisy machine. */
  readonly notes: readonly string[];
}

export interface Side {
  readonly label: "before" | "after";
  readonly dockerfile: string | undefined;
  readonly findings: readonly Finding[];
  /** What the team has decided to live with, each with its reason. */
  readonly suppressed?: readonly SuppressedFinding[];
  readonly image: ImageSize | undefined;
  /** What is in the image; undefined when it was not walked. */
  readonly contents?: Contents;
  /** Milliseconds by kind of build: cold, warm, sourceEdit, lockEdit (medians where several were run). */
  readonly builds: {
    readonly cold?: number;
    readonly warm?: number;
    readonly sourceEdit?: number;
    readonly lockEdit?: number;
    readonly samples?: Readonly<Record<string, readonly number[]>>;
  };
  readonly buildSide: BuildSide | undefined;
  readonly checks: readonly CheckResult[];
  /** Figures for the table that no check owns, by name: `stopIdle`, and those of the service's own tests. */
  readonly figures: Readonly<Record<string, Measurement>>;
}

export interface ImageSize {
  readonly tag: string;
  readonly id: string;
  /** Sum of the payloads of all layers. */
  readonly bytes: number;
  /** Sum of the compressed layers; undefined when a layer of it is neither kept compressed nor estimated. */
  readonly contentBytes: number | undefined;
  /** True when some layer's compressed size was estimated from samples. */
  readonly contentEstimated?: true;
  readonly layers: readonly Layer[];
}

export interface OverallVerdict {
  readonly status: "pass" | "fail" | "unproven";
  readonly sentence: string;
}

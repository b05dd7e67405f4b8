import type { Verdict } from "../../src/model/types.ts";

/** One way to break the healthy service, and the checks that must notice. Adding a fault is adding one entry. */
export interface Fault {
  readonly name: string;
  /** Ids of the checks that must fail. */
  readonly breaks: readonly string[];
  /** By check id: what its message must say. Without it any failure counts, whatever it was for. */
  readonly says?: Readonly<Record<string, RegExp>>;
  /** Of a healthy twin: ids of the checks that must pass. It does nearly what the fault does, and does it well. */
  readonly keeps?: readonly string[];
  /** Replacements in app.py, each of a text that must be there. */
  readonly app?: ReadonlyArray<readonly [from: string, to: string]>;
  /** It is no server: its command is the worker of the same folder, and it is judged by this kind. */
  readonly kind?: "worker" | "task";
  /** Replacements in worker.py. */
  readonly worker?: ReadonlyArray<readonly [from: string, to: string]>;
  /** A program that the analysis would have seen the code call. */
  readonly calls?: string;
  /** Replacements in the Dockerfile. */
  readonly dockerfile?: ReadonlyArray<readonly [from: string, to: string]>;
  /** Replacements in the task definition. */
  readonly task?: ReadonlyArray<readonly [from: string, to: string]>;
  /** A Kubernetes manifest beside it. */
  readonly pod?: string;
  /** Lines of its service in a Compose file beside it, which limits it. */
  readonly limits?: string;
  /** It is judged beside its sidecar and its roles, as the checks of these always are. */
  readonly beside?: true;
  /** Replacements in the Compose file, by which its sidecar and its roles are proven. */
  readonly compose?: ReadonlyArray<readonly [from: string, to: string]>;
  /** Lines run as root, before USER. */
  readonly asRoot?: string;
  /**
   * The limits of the contract are set to what the healthy service took and weighed, and a second more; `{seconds}` in the
   * Dockerfile becomes a second more than that. So it fails on every machine, however fast or busy.
   */
  readonly tight?: true;
  /** Lines at the end of the Dockerfile. */
  readonly atEnd?: string;
}

/** The check failed, and for the reason that was planted. */
export const isCaught = ({ says }: Fault, id: string, verdict: Verdict | undefined): boolean =>
  verdict?.status === "fail" && says?.[id]?.test(verdict.message) !== false;

/** The faults that each break a check that none before them breaks: a part of all that leaves no check untried. */
export function oneForEachCheck(faults: readonly Fault[]): readonly Fault[] {
  const tried = new Set<string>();
  return faults.filter(({ breaks }) => {
    const isNew = breaks.some((id) => !tried.has(id));
    for (const id of breaks) tried.add(id);
    return isNew;
  });
}

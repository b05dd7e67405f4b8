import type { Image, Plan } from "../model/types.ts";
import { ordinaryRun } from "../probes/ordinary-run.ts";
import { besideEach } from "./start-beside.ts";
import type { Wanted } from "./under-proof.ts";
import { beginLed, type Led, type Verification } from "./verify.ts";

type Looks = Omit<Verification, "subjects" | "probes" | "contract">;
type Surroundings = Omit<Parameters<typeof besideEach>[1], "contract">;

interface Known {
  readonly wanted: Wanted;
  readonly plan: Plan | undefined;
  /** The team's own tests come between the builds and the proof. */
  readonly withTests: boolean;
}

/**
 * The ordinary life, begun as soon as there is an image: for most of it the service is left alone, and the builds that
 * follow are timed beside a container that does nothing.
 */
export class EarlyLife implements AsyncDisposable {
  readonly #looks: Looks;
  readonly #surroundings: Surroundings;
  readonly #plan: Plan | undefined;
  readonly #stop = new AbortController();
  /** Undefined until it has begun. */
  led: Led | undefined;

  constructor(looks: Looks, surroundings: Surroundings, { wanted, plan, withTests }: Known) {
    const { image, before, quick } = wanted;
    const isAlone = surroundings.facts.stack.steps.length === 0;
    const isKnown = plan !== undefined && plan.contract.kind !== "unknown";
    const mayBegin = isKnown && image === undefined && before !== true && !quick && !withTests && isAlone;
    this.#looks = looks;
    this.#surroundings = surroundings;
    this.#plan = mayBegin ? plan : undefined;
  }

  /** Begins it, where the contract is known before the proof, and waits until it is left alone. */
  async begin(image: Image): Promise<void> {
    if (this.#plan === undefined) return;
    const { contract } = this.#plan;
    const build = { image, dockerfile: "", builds: [], bases: [] };
    const subject = { label: "after" as const, build, reworked: contract.ofImage !== true };
    const { subjects } = await besideEach([subject], { ...this.#surroundings, contract });
    const signal = AbortSignal.any([this.#looks.signal, this.#stop.signal]);
    this.led = beginLed({ ...this.#looks, subjects, contract, signal, probes: [ordinaryRun] });
    await this.led.leading.idling;
  }

  /** Where the proof failed before anybody waited for it: it ends before the engine is cleaned up. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("The proof has ended."));
    await Promise.allSettled(this.led?.leading.ends ?? []);
  }
}

import type { Container, StartOptions } from "../../engine/engine.ts";
import type { Contract } from "../../model/types.ts";
import type { ProbeContext } from "../probe.ts";
import { askedAlike } from "./wire.ts";
import { askedOn } from "./works.ts";

/** Harmless values for every variable the service requires or the team has set for the proof, but those left out. */
export function requiredEnv(contract: Contract, leftOut: readonly string[] = []): Readonly<Record<string, string>> {
  const names = contract.env.filter(
    ({ name, required, given }) => (required || given === true) && !leftOut.includes(name),
  );
  return Object.fromEntries(names.map(({ name, example }) => [name, example]));
}

/** Starts the image as the contract says it is run, with what the experiment changes. */
export async function startService(context: ProbeContext, options: StartOptions = {}): Promise<Container> {
  const { engine, image, contract } = context;
  const { env, ...rest } = options;
  const container = await engine.start(image.id === "" ? image.tag : image.id, {
    publish: askedOn(contract),
    env: { ...requiredEnv(contract), ...env },
    ...rest,
  });
  context.shared.started = true;
  return askedAlike(container, context.shared);
}

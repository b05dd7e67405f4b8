import type { Plan } from "../model/types.ts";
import type { Analysis } from "../pipeline/analyze.ts";
import { analyzeStep } from "../pipeline/analyze-step.ts";
import { type Rework, reworkInMemory } from "../pipeline/rework.ts";
import { planStep } from "../pipeline/steps.ts";
import { inFolder, type Options } from "./session.ts";

/**
 * Reads the service in a folder and judges the Dockerfile that ships today. Starts nothing, writes nothing.
 * @returns the service's facts with file:line, the Dockerfile's model, and the findings by place. A Dockerfile that is not
 * there or not to be read is no error: it is a finding, or `dockerfile` is undefined.
 * @throws UserError when the folder, its `seaworthy.yaml` or an option cannot be used.
 */
export const analyze = (folder: string, options: Options = {}): Promise<Analysis> =>
  inFolder(folder, options, (session) => analyzeStep(session, undefined));

/**
 * Decides what the image shall be. Starts nothing, writes nothing.
 * @throws UserError as {@link analyze}, and `project/unreadable` when a file that the decisions rest on cannot be read.
 */
export const plan = (folder: string, options: Options = {}): Promise<Plan> =>
  inFolder(folder, options, async (session) => planStep(session, undefined, await analyzeStep(session, undefined)));

/**
 * Renders what `apply` would write, in memory: asks registries for digests (or reads `seaworthy.lock`), changes nothing.
 * @throws UserError as {@link plan}. A digest that is not to be had is no error: its pin says why.
 */
export const rework = (folder: string, options: Options = {}): Promise<Rework> =>
  inFolder(folder, options, reworkInMemory);

import { shippedStage, stageState } from "../dockerfile/stages.ts";
import type { Dockerfile, Evidence } from "../model/types.ts";
import { SourceText } from "./source-text.ts";

export type EnvSettings = ReadonlyMap<string, Evidence & { readonly value: string }>;

/** ENV of the stage that ships. */
export function dockerEnv(dockerfile: Dockerfile | undefined): EnvSettings {
  const stage = dockerfile === undefined ? undefined : shippedStage(dockerfile);
  if (dockerfile === undefined || stage === undefined) return new Map();
  const source = new SourceText(dockerfile.path, dockerfile.text);
  return new Map(
    [...stageState(dockerfile, stage).env].map(([name, { value, instruction }]) => [
      name,
      { ...source.at(instruction.range.start), value },
    ]),
  );
}

/** Ports that EXPOSE names as plain numbers. */
export function exposedPorts(
  dockerfile: Dockerfile | undefined,
): ReadonlyArray<{ readonly port: number; readonly evidence: Evidence }> {
  const stage = dockerfile === undefined ? undefined : shippedStage(dockerfile);
  if (dockerfile === undefined || stage === undefined) return [];
  const source = new SourceText(dockerfile.path, dockerfile.text);
  return stageState(dockerfile, stage).exposed.flatMap(({ value, instruction }) => {
    const port = /^(\d+)(?:\/tcp)?$/.exec(value)?.[1];
    return port === undefined ? [] : [{ port: Number(port), evidence: source.at(instruction.range.start) }];
  });
}

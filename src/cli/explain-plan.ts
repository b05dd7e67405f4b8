import type { Decision } from "../model/types.ts";
import { decisions } from "../decisions/index.gen.ts";
import { analyze } from "../pipeline/analyze.ts";
import { decisionSettings } from "../pipeline/config-decisions.ts";
import { UV_VERSION } from "../pipeline/version.ts";
import { makePlan } from "../planner/make-plan.ts";
import { refusalKinds } from "../planner/refusal-kinds.ts";
import type { RefusalKind } from "../planner/refusal-kinds-of-bases.ts";
import { debianSlim } from "../profiles/debian-slim.ts";
import { memoryTree } from "../project/tree.ts";
import { healthy } from "../rules/queries/example.ts";

export interface Explained {
  readonly data: unknown;
  readonly text: string;
}

/** A small service as many are today: what is decided for it stands as the example of each decision. */
const SAMPLE = {
  ...healthy,
  Dockerfile:
    "FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN pip install uv && uv sync\nCMD uv run uvicorn app.main:app --host 0.0.0.0\n",
};

async function decided(): Promise<readonly Decision[]> {
  const { service, dockerfile, findings } = await analyze(memoryTree(SAMPLE), []);
  const facts = { service, dockerfile, findings, profile: debianSlim, overrides: {}, testsAsked: true };
  return makePlan({ ...facts, uvVersion: UV_VERSION }).decisions;
}

/** A decision: what it settles, what is chosen for a small service and why, what was not, and what a team may set. */
export async function inDecisions(wanted: string): Promise<readonly Explained[]> {
  const decider = decisions.find(({ id }) => id === wanted);
  if (decider === undefined) return [];
  const { id, title, after, resolves } = decider;
  const { choice = "", because = "", rejected = [] } = (await decided()).find((one) => one.id === id) ?? {};
  const settings = settingsOf(id);
  const text = [
    `${id} (decision): ${title}`,
    "",
    `For a small service on uvicorn with a uv.lock: ${choice}.`,
    `Because: ${because}`,
    ...rejected.map((one) => `Not ${one.option}: ${one.because}.`),
    "",
    settings === undefined
      ? "It follows from the others: nothing can be set."
      : `To set under \`decisions: { ${id}: … }\` in seaworthy.yaml: ${settings}`,
    ...(after.length === 0 ? [] : [`Rests on: ${after.join(", ")}`]),
    ...(resolves.length === 0 ? [] : [`Removes findings of: ${resolves.join(", ")}`]),
  ].join("\n");
  return [{ data: { id, title, example: { choice, because, rejected }, settings, after, resolves }, text }];
}

/** What a team may set of a decision, in words. */
export const settingsOf = (id: string): string | undefined => {
  const { description } = (decisionSettings()[id]?.schema() ?? {}) as { readonly description?: string };
  return description;
};

/** Why a service, or one thing about it, is left as it is. */
export function inRefusals(wanted: string): readonly Explained[] {
  const kind: RefusalKind | undefined = Object.entries(refusalKinds).find(([id]) => id === wanted)?.[1];
  if (kind === undefined) return [];
  const { title, because, instead, blocking } = kind;
  const stops = blocking ? "The service is not reworked until it is settled." : "It is told; the rework goes on.";
  return [
    {
      data: { id: wanted, ...kind },
      text: `${wanted} (refusal): ${title}\n\n${because}\n\nWhat to do: ${instead}\n${stops}`,
    },
  ];
}

export const planNames = (): readonly string[] => [...decisions.map(({ id }) => id), ...Object.keys(refusalKinds)];

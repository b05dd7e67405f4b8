import { DEFAULT_OUTPUT } from "../decisions/context.ts";
import type { Facts } from "../decisions/decider.ts";
import { pythonsToWeigh } from "../decisions/shared/pythons.ts";
import { UserError } from "../kit/errors.ts";
import type { Profile } from "../profiles/profile.ts";
import { profiles } from "../profiles/index.gen.ts";
import { readStartScript } from "../project/start-script.ts";
import { readWheelGaps } from "../project/wheel-gaps.ts";
import { mayInstallProject } from "../rules/queries/project-install.ts";
import { readRequirements } from "../requirements/read.ts";
import type { Analysis } from "./analyze.ts";
import type { Session } from "./session.ts";
import { testsWanted } from "./tests-wanted.ts";
import { UV_VERSION } from "./version.ts";

function startScriptOf({ tree }: Session, { service, dockerfile }: Analysis): Pick<Facts, "startScript"> {
  const startScript = readStartScript(tree, dockerfile, service.starts);
  return startScript === undefined ? {} : { startScript };
}

function wheelGapsOf({ tree }: Session, { dockerfile }: Analysis, profile: Profile): Pick<Facts, "wheelGaps"> {
  const wheelGaps = readWheelGaps(tree, dockerfile, pythonsToWeigh(profile, dockerfile));
  return wheelGaps === undefined ? {} : { wheelGaps };
}

/** What a plan rests on: the service as it was read, and what its team settled.
 * @throws UserError `config/no-profile`. */
export async function planFacts(session: Session, analysis: Analysis): Promise<Facts> {
  const { config } = session;
  const profile = profiles.find(({ id }) => id === (config.profile ?? "debian-slim"));
  if (profile === undefined)
    throw new UserError("config/no-profile", `There is no profile \`${config.profile}\``, {
      hint: `Known: ${profiles.map(({ id }) => id).join(", ")}.`,
    });
  const present = session.tree.read(config.output ?? DEFAULT_OUTPUT);
  return {
    service: analysis.service,
    profile,
    // What the team lives with today, the rework may still take away.
    findings: [...analysis.findings, ...(analysis.suppressed ?? [])],
    dockerfile: analysis.dockerfile,
    ...(analysis.dockerfile && { installsProject: mayInstallProject(analysis.dockerfile) }),
    ...startScriptOf(session, analysis),
    isExecutable: (path) => session.tree.isExecutable?.(path),
    ...wheelGapsOf(session, analysis, profile),
    overrides: {
      ...config.decisions,
      ...(config.output === undefined ? {} : { output: config.output }),
      limits: config.limits,
      env: config.env,
      keep: config.keep,
      ...(config.kind === undefined ? {} : { kind: config.kind }),
      ...(config.sidecars.length === 0 ? {} : { sidecars: config.sidecars }),
    },
    uvVersion: UV_VERSION,
    testsAsked: testsWanted(await readRequirements(session.folder), session.options),
    ...(present === undefined ? {} : { outputText: present }),
  };
}

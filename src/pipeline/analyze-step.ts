import { hasStage } from "../dockerfile/stages.ts";
import { UserError } from "../kit/errors.ts";
import type { Dockerfile } from "../model/types.ts";
import { inProject } from "../project/project-folder.ts";
import { rules } from "../rules/index.gen.ts";
import { type Analysis, analyze } from "./analyze.ts";
import { hasPolicy } from "./policy-asked.ts";
import type { Run } from "./run-directory.ts";
import type { Session } from "./session.ts";

/** Reads the service and judges the Dockerfile that ships today. */
export async function analyzeStep(session: Session, run: Run | undefined): Promise<Analysis> {
  const { tree, config } = session;
  const options = {
    ...(config.dockerfile === undefined ? {} : { dockerfile: config.dockerfile }),
    ...(config.target === undefined ? {} : { target: config.target }),
  };
  const work = async () => {
    const analysis = await analyze(tree, rules, options);
    // Loaded here: most services have settled nothing about findings.
    const fingerprints = run !== undefined || session.options.fingerprints === true;
    if (!fingerprints && !hasPolicy(analysis, session)) return analysis;
    return (await import("./policy-step.ts")).withPolicy(analysis, session, { fingerprints });
  };
  if (run === undefined) return work();
  // Loaded here: without a run nothing is hashed or written.
  const [{ runStep }, { contentHashes }] = await Promise.all([
    import("./run-directory.ts"),
    import("./content-hashes.ts"),
  ]);
  // An ignore may end with a day.
  const day = Math.floor(session.world.now() / 86_400_000);
  const input = { files: contentHashes(session), config, git: tree.git, task: tree.taskDefinition, day };
  // What git does not track is not in the input: an analysis that rests on it is made again.
  const stillHolds = async ({ service, dockerfile }: Analysis) =>
    service.lock?.tracked === true && dockerfile !== undefined && tree.files.includes(dockerfile.path);
  return runStep(run, { name: "analyze", version: 4, run: work, stillHolds }, input);
}

/** Nothing sound can be decided without these: what is wrong in one of them is told before anything is planned or built.
 * @throws UserError `project/unreadable`. */
export function stopWhenUnreadable({ service }: Pick<Analysis, "service">): void {
  const needed = new Set([
    inProject(service.projectFolder, "pyproject.toml"),
    service.lock?.path,
    service.dockerfiles[0],
  ]);
  const problem = service.problems.find(({ file }) => needed.has(file));
  if (problem === undefined) return;
  const { file, line, message } = problem;
  throw new UserError("project/unreadable", `The file ${message}`, {
    hint: "Mend the file, and run the same command again.",
    where: { file, line },
  });
}

/** @throws UserError `project/no-dockerfile`, `project/unreadable`, `dockerfile/unusable`, `dockerfile/no-target`. */
export function dockerfileOf(analysis: Analysis): Dockerfile {
  const { dockerfile } = analysis;
  if (dockerfile === undefined) stopWhenUnreadable(analysis);
  if (dockerfile === undefined)
    throw new UserError("project/no-dockerfile", "There is no Dockerfile to start from", {
      hint:
        "Pass --dockerfile PATH, or write the one you use today: seaworthy compares with it. Where there is none, " +
        "`seaworthy verify` proves the reworked image by itself, and `seaworthy rework | git apply` writes its files.",
      // What is wrong with the whole folder explains it.
      details: analysis.service.problems
        .filter(({ file }) => /^(?:\.(?:git)?|Dockerfile)$/.test(file))
        .map(({ file, message }) => (file === "Dockerfile" ? `${file} ${message}` : message)),
    });
  const problem = dockerfile.problems[0];
  if (dockerfile.stages.length === 0)
    throw new UserError("dockerfile/unusable", `${dockerfile.path} has no FROM: ${problem?.message ?? "it is empty"}`, {
      hint: "Give it at least a FROM line, or pass another one with --dockerfile.",
      where: { file: dockerfile.path, line: 1 },
    });
  if (dockerfile.target !== undefined && !hasStage(dockerfile, dockerfile.target)) {
    const names = dockerfile.stages.flatMap(({ name }) => name ?? []);
    throw new UserError("dockerfile/no-target", `${dockerfile.path} has no stage \`${dockerfile.target}\``, {
      hint: `Name one that it has as \`target\` in seaworthy.yaml${names.length === 0 ? "" : `: ${names.join(", ")}`}.`,
      where: { file: dockerfile.path, line: 1 },
    });
  }
  return dockerfile;
}

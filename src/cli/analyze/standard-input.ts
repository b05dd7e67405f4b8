import { readSync } from "node:fs";
import { UserError } from "../../kit/errors.ts";
import { decodeText } from "../../kit/files.ts";
import type { Judged } from "../../formats/format.ts";
import { analyze } from "../../pipeline/analyze.ts";
import { dockerfileOf } from "../../pipeline/analyze-step.ts";
import type { World } from "../../pipeline/session.ts";
import { applyPolicy } from "../../policy/apply.ts";
import { memoryTree } from "../../project/tree.ts";
import { rules } from "../../rules/index.gen.ts";

/** Rules that say that something is not there: a Dockerfile alone cannot tell. */
const NEED_THE_FOLDER: ReadonlySet<string> = new Set([
  "command-target-missing",
  "context-too-broad",
  "copy-of-ignored-or-missing-file",
  "lock-not-in-context",
  "lock-not-tracked",
  "project-metadata-missing",
]);

/** Judges a Dockerfile alone, read from stdin.
 * @throws UserError `analyze/stdin`, `files/not-utf8`, `dockerfile/unusable`. */
export async function judgeStandardInput({ now }: Pick<World, "now">): Promise<Judged> {
  const written = decodeText(read(), "stdin");
  const tree = memoryTree({ Dockerfile: written }, { root: "stdin", git: { repository: false } });
  const judging = rules.filter(({ id }) => !NEED_THE_FOLDER.has(id));
  const analysis = await analyze(tree, judging, { dockerfile: "Dockerfile" });
  const dockerfile = dockerfileOf(analysis);
  // What the Dockerfile itself says about findings counts here, too.
  const { findings, suppressed } = applyPolicy({
    findings: analysis.findings,
    dockerfile,
    files: [],
    policy: { severity: {}, ignore: [], rulesSince: undefined },
    rules,
    today: new Date(now()).toISOString().slice(0, 10),
  });
  const { service } = analysis;
  return {
    folder: "",
    service,
    dockerfile,
    findings,
    suppressed,
    unchanged: 0,
    isAlone: true,
    read: (path) => tree.read(path),
  };
}

/** No Dockerfile comes near it, and a program may write without an end. */
const MAX_BYTES = 16_000_000;

function read(): Buffer {
  const parts: Buffer[] = [];
  try {
    for (let size = 0; size <= MAX_BYTES;) {
      const part = Buffer.alloc(65_536);
      const count = readSync(0, part);
      if (count === 0) return Buffer.concat(parts);
      parts.push(part.subarray(0, count));
      size += count;
    }
  } catch (cause) {
    throw new UserError("analyze/stdin", `stdin cannot be read: ${(cause as Error).message}`, {
      hint: "Pipe a Dockerfile in: seaworthy analyze - < Dockerfile.",
      cause,
    });
  }
  throw new UserError("analyze/stdin", `stdin gives more than ${MAX_BYTES / 1_000_000} MB, which is no Dockerfile`, {
    hint: "Pipe a Dockerfile in: seaworthy analyze - < Dockerfile.",
  });
}

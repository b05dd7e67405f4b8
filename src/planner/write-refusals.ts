import type { Facts } from "../decisions/decider.ts";
import { writesBesideCode } from "../decisions/writable.ts";
import type { ImageSpec, Refusal } from "../model/types.ts";
import { refusal } from "./refusal-kinds.ts";

const OF_COMMAND =
  "Give the command a path below /tmp, or in a folder of its own that `writable` under `decisions` in seaworthy.yaml names. Celery's beat takes it by `--schedule`, logs belong on the streams.";

/**
 * What the code writes right beside itself, where the image gives nobody a folder. Where a setting gives the path,
 * whoever runs the image can name another one; a team that names its writable folders has settled it.
 */
export function* writeRefusals(
  { service, findings, overrides }: Facts,
  image: Pick<ImageSpec, "workdir" | "writable" | "volumes">,
): Generator<Refusal> {
  if (overrides["writable"] !== undefined) return;
  // Only what ships, and what is not run by hand: the rule knows.
  const found = new Set(
    findings.filter(({ rule }) => rule === "writes-outside-tmp-on-read-only").map(({ where }) => where?.file),
  );
  const told = new Set<string>();
  for (const { path, evidence } of writesBesideCode(service, image)) {
    const isCommand = service.starts.some((start) => start.evidence === evidence);
    if (!(isCommand || found.has(evidence.file)) || told.has(path)) continue;
    told.add(path);
    const setting = service.env.find((one) => one.default === path)?.name;
    const folder = `${image.workdir}/data`;
    yield refusal("writes-beside-code", {
      what: `${evidence.file}:${evidence.line} writes \`${path}\` beside the code`,
      ...(isCommand ? { instead: OF_COMMAND } : {}),
      ...(setting === undefined
        ? {}
        : {
            instead: `Set ${setting} to a path in a folder of its own, such as ${folder}/${path.split("/").at(-1)}: where the service runs, and in seaworthy.yaml under \`env\`. Name that folder there as \`writable: [${folder}]\` under \`decisions\`.`,
          }),
    });
  }
}

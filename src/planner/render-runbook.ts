import type { Check } from "../checks/check.ts";
import type { Pin, Plan, RenderedFile, Service } from "../model/types.ts";
import { titleOf } from "./image-name.ts";
import { table } from "./markdown-table.ts";
import { imageTag } from "./render-dockerfile.ts";
import { SCRIPT_PATH } from "./render-makefile.ts";

export interface RunbookInput {
  readonly plan: Plan;
  readonly pins: readonly Pin[];
  readonly service: Service;
  /** Their failures are the troubleshooting table. */
  readonly checks: ReadonlyArray<Pick<Check, "id" | "title" | "why" | "whenItFails">>;
}

const RUNBOOK_PATH = "contracts/runbook.md";

/** What an operator needs to know of the image, from the plan and from the failures that the checks know. */
export function renderRunbook(input: RunbookInput): RenderedFile {
  const sections = [
    [
      `# Runbook: ${titleOf(input.service.name)}`,
      "",
      "How the production image is built, rolled out, watched, rolled back and kept up to date. [container.md](container.md)",
      "says what it promises. Written by seaworthy from the same plan as the Dockerfile.",
    ],
    build(input),
    rollOut(input),
    watch(input),
    rollBack(input),
    update(input),
    troubleshooting(input),
  ];
  return {
    path: RUNBOOK_PATH,
    content: `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`,
    executable: false,
    mode: "whole",
    why: "How to build, roll out, watch, roll back and update the image, and what to do when it fails.",
  };
}

const shell = (lines: readonly string[]): readonly string[] => ["```sh", ...lines, "```"];
const quoted = (items: readonly string[]): string => items.map((item) => `\`${item}\``).join(", ");

function build({ plan: { image }, service }: RunbookInput): readonly string[] {
  return [
    "## Build",
    "",
    ...shell([
      "make build-prod",
      "make verify-prod # proves the contract with bash and docker alone",
      "seaworthy . # builds, proves and compares with the image of before",
    ]),
    "",
    `The image is \`${imageTag(service)}\`, from \`${image.dockerfile}\` and tracked files only: what git ignores is not in it.`,
    "Behind a company proxy with its own CA, pass `BUILD_FLAGS='--secret id=ca-bundle,src=bundle.pem'`; it stays out of the image.",
    ...(image.sync.secrets === undefined
      ? []
      : [
          `The build mounts the secrets ${quoted(image.sync.secrets.map(({ id }) => id))}, as today's does: pass each by \`BUILD_FLAGS='--secret id=…,src=…'\`.`,
        ]),
    "",
    "To publish it, build and push in one step, so that the manifest keeps its metadata, and keep the digest it prints:",
    "",
    ...shell([
      [
        "docker buildx build --push --metadata-file metadata.json",
        `  -f ${image.dockerfile} -t REGISTRY/${imageTag(service)}:VERSION ${image.context}`,
      ].join(" \\\n"),
      `sed -n 's/.*"containerimage.digest": "\\(.*\\)".*/\\1/p' metadata.json`,
    ]),
  ];
}

function rollOut({ plan, service }: RunbookInput): readonly string[] {
  const { contract, image } = plan;
  const required = contract.env.filter((one) => one.required);
  const temporary = contract.writablePaths.filter((path) => !image.volumes.includes(path));
  return [
    "## Roll out",
    "",
    "1. Deploy the digest that was pushed, not the tag: a tag can move between the proof and the deployment.",
    "2. Begin where it hurts least, with one instance; keep the digest that ran before at hand.",
    "3. Watch it (below) through one stop and one start under load, then go on to production.",
    "",
    "Whatever starts the image gives it what this command does:",
    "",
    ...shell([
      [
        "docker run --read-only --cap-drop ALL --security-opt no-new-privileges",
        `  --stop-timeout ${contract.signals.graceSeconds}${contract.kind === undefined ? ` -p ${contract.port}:${contract.port}` : ""}`,
        ...temporary.map((path) => `  --tmpfs ${path}:mode=1777`),
        ...image.volumes.map((path) => `  -v ${imageTag(service)}-${path.split("/").at(-1) ?? "data"}:${path}`),
        ...required.map(({ name }) => `  -e ${name}`),
        `  REGISTRY/${imageTag(service)}@sha256:DIGEST`,
      ].join(" \\\n"),
    ]),
    "",
    `- Required variables: ${required.length === 0 ? "none" : quoted(required.map(({ name }) => name))}. Those that are secret (${quoted(contract.env.filter((one) => one.secret).map(({ name }) => name)) || "none"}) come from a secret store, by reference.`,
    `- The process is uid ${contract.uid}, gid ${contract.gid}: volumes belong to that uid. Changing it later breaks them.`,
    ...(contract.writablePaths.length === 0
      ? ["- It writes nowhere, so the root filesystem is read-only without a mount."]
      : [
          `- Writable paths: ${quoted(contract.writablePaths)}. On ECS Fargate, which has no tmpfs, mount a task volume at each that the image declares with VOLUME (${quoted(image.volumes) || "none here"}): elsewhere it belongs to root. For temporary files set TMPDIR to /dev/shm there.`,
        ]),
    `- The grace period (\`stopTimeout\`, \`terminationGracePeriodSeconds\`, \`stop_grace_period\`) is at least ${contract.signals.graceSeconds} s.`,
    ...portLine(plan),
    ...outsideLines(service),
  ];
}

function portLine({ contract }: Plan): readonly string[] {
  const { port, portVariable, kind } = contract;
  if (kind !== undefined) return [`- It is a ${kind} and listens on no port.`];
  return [
    portVariable === undefined
      ? `- The port is ${port} and cannot be set from outside.`
      : `- The port is ${port}, or what \`${portVariable}\` says: the load balancer and the probe must use the same one.`,
  ];
}

/** What calls into the image from outside; it must be told of every change. */
function outsideLines({ outsideProbes }: Service): readonly string[] {
  return outsideProbes.map(
    ({ evidence, program }) =>
      `- \`${evidence.file}:${evidence.line}\` probes the container with \`${program}\`: it must stay in the image as long as that line does.`,
  );
}

function watch({ plan: { contract } }: RunbookInput): readonly string[] {
  return [
    "## Watch",
    "",
    ...table(
      ["What", "Good", "Bad"],
      [
        contract.health === undefined
          ? ["Process", "it runs", "it restarts"]
          : [`\`GET ${contract.health.path}\``, "200", "anything else, or no answer, three times in a row"],
        ["Start", `ready within ${contract.limits.startSeconds} s`, "longer than before: see `start-time` below"],
        [
          "Exit code",
          "0 or 143 after a stop",
          "137: killed after the grace period, or out of memory; 1 or 2: it could not start",
        ],
        ["Logs", "stdout and stderr", "`Read-only file system`, `Permission denied`, `No usable temporary directory`"],
        ["Size", "as in report.html", "grows by more than the dependencies explain"],
      ],
    ),
  ];
}

function rollBack({ plan: { image, contract } }: RunbookInput): readonly string[] {
  return [
    "## Roll back",
    "",
    "1. Image: deploy the digest that ran before. It is still in the registry, so nothing is built.",
    `2. Volumes: what uid ${contract.uid} wrote must be readable for the uid of the image before.`,
    `3. Files: \`seaworthy rollback\` puts back what \`seaworthy apply\` replaced (\`${image.dockerfile}\` among it), from the backup in \`.seaworthy/backups\`; \`git revert\` does the same for a commit.`,
    "4. Keep the logs of the failed task: the table below starts from what they say.",
  ];
}

function update({ pins }: RunbookInput): readonly string[] {
  return [
    "## Update the base image",
    "",
    "The digests are in `seaworthy.lock`, with their date and the registry that gave them:",
    "",
    ...table(
      ["Image", "Digest"],
      pins.map(({ image, digest }) => [
        `\`${image}\``,
        digest === undefined ? "none: no registry answered" : `\`${digest}\``,
      ]),
    ),
    "",
    "Every two to four weeks, and when a hole in the base becomes known:",
    "",
    ...shell([
      "seaworthy . --renew-pins # asks the registry, builds and proves with the new digests",
      "seaworthy apply # only what was proven",
      "git commit -am 'Renew the base images'",
    ]),
    "",
    "Never write a digest by hand: one that no registry knows does not build.",
  ];
}

function troubleshooting({ checks }: RunbookInput): readonly string[] {
  const rows = checks.map(({ id, title, why, whenItFails }) => {
    const { symptom, cause, remedy } = whenItFails ?? { symptom: `Not so: ${title}.`, cause: why, remedy: "" };
    return [symptom, cause, `${remedy} (\`${id}\`)`.trim()];
  });
  return [
    "## Troubleshooting",
    "",
    `First prove the image again: \`make verify-prod\`, or \`IMAGE=name bash ${SCRIPT_PATH}\` for one that is already built. The word in brackets is the check that catches the failure.`,
    "",
    ...table(["What is seen", "Likely cause", "What to do"], rows),
  ];
}

import { titleOf } from "./image-name.ts";
import { table } from "./markdown-table.ts";
import type { Contract, Plan, Service } from "../model/types.ts";

function environment(contract: Contract): readonly string[] {
  if (contract.env.length === 0) return ["The service reads no environment variables."];
  const rows = contract.env.map((variable) => [
    `\`${variable.name}\``,
    variable.required ? "yes" : "no",
    variable.secret ? "yes" : "no",
    variable.default === undefined ? "none" : `\`${variable.default}\``,
    `\`${variable.example}\``,
  ]);
  return [
    "A missing required variable ends the start with a non-zero exit code and a message that names it.",
    "Examples have the right shape only: they reach no system and are no secrets.",
    "",
    ...table(["Variable", "Required", "Secret", "Default", "Example"], rows),
    ...standIns(contract),
  ];
}

/** `{aws}` in an example is no address: it has one only while the image is proven. */
function standIns({ env }: Contract): readonly string[] {
  const named = new Set(env.flatMap(({ example }) => [...example.matchAll(/\{[\w-]+\}/g)].map(([name]) => name)));
  return [...named].flatMap((name) => [
    "",
    `\`${name}\` stands for the address of what seaworthy starts beside the image while it is proven. Give the address of the real one.`,
  ]);
}

function portOf({ kind, port, portVariable }: Contract): string {
  if (kind !== undefined) return `none: it is a ${kind}`;
  return portVariable === undefined ? `${port}` : `${port}, or the value of \`${portVariable}\``;
}

/** What is written beside the code stays out of the promise, and is not left out of the table. */
function writablePaths({ contract, refusals }: Plan): string {
  const { writablePaths: paths } = contract;
  const promised =
    paths.length === 0
      ? "none"
      : `${paths.map((path) => `\`${path}\``).join(", ")}: mount a tmpfs with mode=1777, or a volume`;
  const beside = refusals.filter(({ id }) => id === "writes-beside-code").map(({ what }) => what);
  return beside.length === 0 ? promised : `${promised}. It fails where ${beside.join("; ")}: see Left as it is`;
}

function promises(plan: Plan): ReadonlyArray<readonly string[]> {
  const { contract, image } = plan;
  const { limits, signals } = contract;
  const list = (items: readonly string[]) =>
    items.length === 0 ? "none" : items.map((item) => `\`${item}\``).join(", ");
  return [
    ["Port", portOf(contract)],
    ["User", `uid ${contract.uid}, gid ${contract.gid}, no login shell`],
    ["Command", `\`${image.command.join(" ")}\``],
    ["Health", contract.health === undefined ? "no route" : `\`GET ${contract.health.path}\` answers 200`],
    ["Root filesystem", contract.readOnlyRoot ? "works read-only" : "must be writable"],
    ["Writable paths", writablePaths(plan)],
    [
      "Stop",
      `${signals.stop}: requests in flight are answered, then the process ends, within ${signals.graceSeconds} s`,
    ],
    ["Logs", "standard output and standard error only"],
    ["Not installed", list(contract.absentDistributions)],
    ["Programs that are absent", list(contract.absentPrograms)],
    ["Start", `first healthy answer within ${limits.startSeconds} s`],
    [
      "Build",
      `cold within ${limits.coldBuildSeconds} s, after an edit of the source within ${limits.warmBuildSeconds} s`,
    ],
    ["Size", `at most ${limits.sizeRatio} times the image it replaces`],
  ];
}

/** What the image promises, in words, for whoever runs it. */
export function renderContract(plan: Plan, service: Service): string {
  const refusals = plan.refusals.flatMap((refusal) => [`- ${refusal.what}. ${refusal.because} ${refusal.instead}`]);
  return [
    `# Container contract: ${titleOf(service.name)}`,
    "",
    "What the production image promises to whoever runs it. `make verify-prod` puts it to the test.",
    "",
    ...table(["Promise", "Value"], promises(plan)),
    "",
    "## Environment",
    "",
    ...environment(plan.contract),
    "",
    "## Decisions",
    "",
    ...plan.decisions.map(
      (decision) => `- **${decision.title}** (\`${decision.id}\`): ${decision.choice}. ${decision.because}`,
    ),
    ...(refusals.length === 0 ? [] : ["", "## Left as it is", "", ...refusals]),
    "",
  ].join("\n");
}

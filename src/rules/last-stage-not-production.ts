import { changed, healthy, slim } from "./queries/example.ts";
import { at, shippedStage } from "./queries/steps.ts";
import type { Rule, RuleInput } from "./rule.ts";

export const lastStageNotProduction: Rule = {
  id: "last-stage-not-production",
  title: "The stage that is built by default is not the one for production",
  why: "`docker build .` makes the last stage. Where that is the one for tests or development, every build that forgets `--target` ships it: with a debugger, with development dependencies, sometimes with a command that runs the tests and ends.",
  source: "seen in DevOps-Course-Starter, whose default is the test stage; alphagov, polar",
  demand: "builds-from-a-clone",
  severity: "warning",
  confidence: "likely",
  advice: "Put the production stage last; or name it where the team builds, and in `target` of seaworthy.yaml.",
  aliases: [],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      {
        ...healthy,
        Dockerfile: `${changed([`FROM ${slim}\n`, `FROM ${slim} AS production\n`])["Dockerfile"] ?? ""}\nFROM production AS development\nUSER 1001:1001\n`,
      },
      {
        ...healthy,
        Dockerfile: `${changed([`FROM ${slim}\n`, `FROM ${slim} AS release\n`])["Dockerfile"] ?? ""}\nFROM release AS api_unittests\nCOPY pyproject.toml ./\n`,
      },
    ],
    good: [
      healthy,
      changed([`FROM ${slim}\n`, `FROM ${slim} AS test\nRUN true\n\nFROM ${slim} AS production\n`]),
      {
        ...healthy,
        Dockerfile: `${changed([`FROM ${slim}\n`, `FROM ${slim} AS production\n`])["Dockerfile"] ?? ""}\nFROM production AS development\nUSER 1001:1001\n`,
        "compose.yaml": "services:\n  api:\n    build:\n      context: .\n      target: production\n",
      },
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    const last = shippedStage(dockerfile);
    if (!last || dockerfile.target !== undefined || !ASIDE.test(last.name ?? "")) return;
    const production = dockerfile.stages.find(({ name }) => MEANT.test(name ?? ""));
    if (!production || namedOutside(input, production.name ?? "")) return;
    yield {
      message: `The last stage is ${last.name}; ${production.name} is made only with \`--target ${production.name}\`.`,
      where: at(dockerfile, last.from),
      related: [{ ...at(dockerfile, production.from), message: "the stage for production" }],
    };
  },
};

const ASIDE =
  /^(?:dev|develop|development|debug|(?:\w+[-_])?(?:unit|integration|e2e)?[-_]?tests?|testing|lint|ci|local|docs)$/;
const MEANT = /^(?:prod|production|release|runtime|final|live)$/;

/** Compose builds the stage by its name: then the team does, too. */
const namedOutside = ({ service, read }: RuleInput, stage: string): boolean =>
  service.files.some(
    (file) =>
      /(?:^|\/)(?:docker-)?compose[\w.-]*\.ya?ml$|(?:^|\/)Makefile$|^\.github\/workflows\//.test(file) &&
      new RegExp(String.raw`target[:=\s]+["']?${stage}\b`).test(read?.(file) ?? ""),
  );

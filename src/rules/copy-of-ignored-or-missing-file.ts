import { posix } from "node:path";
import { isIn } from "../kit/paths.ts";
import { flagValue } from "../dockerfile/arguments.ts";
import { leadsOut } from "../dockerfile/links.ts";
import type { Instruction } from "../model/types.ts";
import { ignoreAlso } from "./queries/fixes.ts";
import { copiedBy, isContextElsewhere, isHidden, sourcesOfCopy } from "./queries/context.ts";
import { healthy, healthyDockerfile, healthyWith, project, slim } from "./queries/example.ts";
import { at, find, reachableSteps, type Step } from "./queries/steps.ts";
import { some } from "./queries/some.ts";
import type { Rule, RuleFinding, RuleInput } from "./rule.ts";

export const copyOfIgnoredOrMissingFile: Rule = {
  id: "copy-of-ignored-or-missing-file",
  title: "A copied file is not in the build context",
  why: "The file is missing, outside the context (also behind a link that leads out of it), not under version control, or hidden by .dockerignore. The build fails, at the latest on the machine that does not have the stray file: RAGstar copied a lock that git ignored and a certificate that only CI wrote.",
  source: "BuildKit's CopyIgnoredFile, which gives up when .dockerignore holds a `!` line",
  demand: "builds-from-a-clone",
  severity: "error",
  confidence: "certain",
  advice: "Commit the file, correct its path (relative to the context, never `../`), or let it through .dockerignore.",
  aliases: ["CopyIgnoredFile", "DF077"],
  numbers: ["UV004"],
  since: "0.1.0",
  fixes: "adds `!file` to .dockerignore for a single file that it hides and that holds no secret by its name.",
  provenBy: ["builds"],
  examples: {
    bad: [
      project({ Dockerfile: healthyWith(["COPY app/ /app/app/\n", "COPY src/ /app/src/\n"]) }),
      project({ Dockerfile: healthyWith(["COPY app/ /app/app/\n", "COPY ../shared/ /app/shared/\n"]) }),
      project({ Dockerfile: healthyDockerfile, ".dockerignore": "*\n!pyproject.toml\n!uv.lock\n" }),
      project({
        Dockerfile: healthyWith(["COPY app/ /app/app/\n", "COPY app/ /app/app/\nCOPY logging.ini /app/\n"]),
        "logging.ini": "[loggers]\n",
        ".dockerignore": ".git\n.venv\n**/__pycache__\ntests\n.env\n*.ini\n",
      }),
      project({
        Dockerfile: healthyWith(["COPY app/ /app/app/\n", "COPY app/ /app/app/\nCOPY ca.crt /etc/ssl/certs/\n"]),
        "ca.crt": "x\n",
        ".gitignore": "ca.crt\n",
      }),
    ],
    good: [
      healthy,
      // Built from the root of a workspace, which is another folder.
      project({
        Dockerfile: healthyWith([
          "COPY app/ /app/app/\n",
          "COPY backend/app/ /app/app/\nCOPY backend/alembic.ini /app/\n",
        ]),
      }),
      // Built from a folder beside, one of whose folders has the name of one of ours.
      project({
        "uv.lock": "",
        "pyproject.toml": "",
        Dockerfile: `FROM ${slim}\nCOPY manage.py run.sh /srv/\nCOPY templates /srv/templates\nCOPY shop /srv/shop\nCOPY config /srv/config\n`,
        "config/proxy.conf": "listen 80;\n",
      }),
      project({ Dockerfile: healthyDockerfile, ".dockerignore": "*\n!pyproject.toml\n!uv.lock\n!app\n" }),
      project({ Dockerfile: healthyWith(["COPY app/ /app/app/\n", "COPY app/ logging.ini* /app/app/\n"]) }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    if (service.files.length === 0 || isContextElsewhere(input)) return;
    for (const step of reachableSteps(dockerfile)) {
      if (isHidden(step.instruction)) continue;
      yield* unread(input, step);
      yield* danglingLinks(input, step);
      for (const missing of copiedBy(input, step).missing) {
        const said = missing.fatal ? whyMissing(input, missing) : undefined;
        if (said === undefined) continue;
        const place = find(dockerfile, step.instruction, missing.source);
        yield { ...said, where: at(dockerfile, step.instruction, place) };
      }
    }
  },
};

type Missing = ReturnType<typeof copiedBy>["missing"][number];

/** Undefined where nobody can know: in a submodule, or in a folder that cannot be listed. */
function whyMissing(input: RuleInput, { source, reason, ignoredBy, link }: Missing): RuleFinding | undefined {
  const { service } = input;
  if (submodulesAt(input, source).length > 0) return undefined;
  if (reason === "ignored" && ignoredBy) {
    const file = service.dockerignore ?? ".dockerignore";
    const mayBeAllowed = service.files.includes(source) && !/env|secret|key|pem|cred|token|passw/i.test(source);
    return {
      message: `${source} is kept out of the build by ${file} line ${ignoredBy.line} (\`${ignoredBy.text}\`).`,
      related: [{ file, line: ignoredBy.line, message: "hides it" }],
      ...(mayBeAllowed ? ignoreAlso(input, [`!${source}`]) : {}),
    };
  }
  if (link !== undefined)
    return {
      message: `${source} is nothing that the build can see: the link ${link.path} leads to ${link.target}, and a build follows no link out of its context.`,
      advice: LINK_ADVICE,
    };
  if (source.startsWith("..")) return { message: `${source} lies outside the build context.` };
  const isUnknown = service.problems.some(({ file }) => source === `${file}/` || `${source}/`.startsWith(`${file}/`));
  return isUnknown ? undefined : { message: `${source} is not among the files under version control.` };
}

const LINK_ADVICE =
  "Copy the file itself into the context, or build with a context that holds both: `docker build -f service/Dockerfile .`.";

/** A link in a copied folder is copied as it is, and leads to nothing in the image. */
function* danglingLinks(input: RuleInput, step: Step): Generator<RuleFinding> {
  const { links = {} } = input.service;
  if (Object.keys(links).length === 0) return;
  for (const { source } of copiedBy(input, step).files) {
    const target = Object.hasOwn(links, source) ? links[source] : undefined;
    if (target === undefined || !leadsOut({ path: source, target })) continue;
    yield {
      severity: "warning",
      confidence: "likely",
      message: `${source} is a link to ${target}, out of the build context: in the image it leads to nothing.`,
      where: at(input.dockerfile, step.instruction),
      advice: LINK_ADVICE,
    };
  }
}

/** What a submodule holds was not read, so it cannot be missing; but a checkout without submodules has nothing there. */
function* unread(input: RuleInput, step: Step): Generator<RuleFinding> {
  const copied = copiesOfContext(step.instruction).flatMap((source) => submodulesAt(input, source));
  const absent = [...new Set(copied)].filter((one) => input.ignore.excludes(one) === undefined);
  if (absent.length === 0) return;
  yield {
    severity: "note",
    confidence: "needs-proof",
    message:
      absent.length === 1
        ? `${absent.join()} is a submodule of git: what it holds is not read here, and is absent from a checkout without submodules.`
        : `${absent.length} submodules of git (${some(absent, 3)}) are copied: what they hold is not read here, and is absent from a checkout without submodules.`,
    where: at(input.dockerfile, step.instruction),
    advice:
      "Let every checkout that builds bring it (`submodules: true` of actions/checkout), or install what it holds from an index.",
  };
}

/** Submodules that a source is, lies in, or holds. */
function submodulesAt({ service }: RuleInput, source: string): readonly string[] {
  const path = posix.join("/", source).slice(1).replace(/\/$/, "");
  return (service.submodules ?? []).filter((one) => path === "" || isIn(path, one) || isIn(one, path));
}

/** Sources that come from the context: not from another stage or image. */
const copiesOfContext = (instruction: Instruction): readonly string[] =>
  /^(?:COPY|ADD)$/.test(instruction.keyword) && flagValue(instruction, "from") === undefined
    ? sourcesOfCopy(instruction)
    : [];

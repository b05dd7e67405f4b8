import { copiedBy, isContextElsewhere } from "./queries/context.ts";
import { healthy, healthyDockerfile, healthyWith, project, slim } from "./queries/example.ts";
import { passedOn } from "./queries/passed-on.ts";
import { at, flag, shippedSteps } from "./queries/steps.ts";
import type { Rule, RuleInput } from "./rule.ts";

/** The whole folder is copied into a stage, and from there into the image. */
const bySecondStage = (run: string) =>
  project({
    Dockerfile: healthyWith(
      [`FROM ${slim}\n`, `FROM ${slim} AS source\nWORKDIR /src\nCOPY . .\n${run}\n\nFROM ${slim}\n`],
      ["COPY app/ /app/app/\n", "COPY --from=source /src/ /app/\n"],
    ),
    ".dockerignore": ".git\n.venv\n**/__pycache__\n",
    "tests/test_app.py": "def test_app() -> None: ...\n",
  });

export const testsInFinal: Rule = {
  id: "tests-in-final",
  title: "Tests are copied into the shipped image",
  why: "Tests and their fixtures are not needed to run, often hold sample credentials, and an edit of a test rebuilds and redeploys the image.",
  source: "Docker's best practices: .dockerignore",
  demand: "only-what-is-needed",
  severity: "note",
  confidence: "certain",
  advice: "Put the folder in .dockerignore, or copy only the service's packages.",
  aliases: ["tests-or-docs-in-final", "DKL-LI-0003"],
  numbers: ["LYR011"],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      project({
        Dockerfile: healthyWith(["COPY app/ /app/app/\n", "COPY . /app/\n"]),
        ".dockerignore": ".git\n.venv\n**/__pycache__\n",
        "tests/test_app.py": "def test_app() -> None: ...\n",
      }),
      project({
        Dockerfile: healthyDockerfile,
        "app/test/client.py": "class Client: ...\n",
        "app/test/app_test.py": "def test_app() -> None: ...\n",
      }),
      bySecondStage("RUN python -m compileall -q app"),
    ],
    good: [
      healthy,
      bySecondStage("RUN rm -rf tests"),
      project({ Dockerfile: healthyDockerfile, "app/test/models.py": "class Test: ...\n" }),
      project({ Dockerfile: healthyDockerfile, "app/routers/test_reset_view.py": "def reset() -> None: ...\n" }),
      project({ Dockerfile: healthyDockerfile, "app/management/commands/test_mail.py": "class Command: ...\n" }),
      project({
        Dockerfile: healthyWith(["COPY app/ /app/app/\n", "COPY . /app/\n"]),
        "tests/test_app.py": "def test_app() -> None: ...\n",
      }),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    if (isContextElsewhere(input)) return;
    for (const step of shippedSteps(dockerfile)) {
      const through = flag(step.instruction, "from");
      const copied =
        through === undefined ? copiedBy(input, step).files.map(({ source }) => source) : passedOn(input, step);
      const tests = copied.filter(
        (source) =>
          isTest(source, input) &&
          // Commands of Django and its runner of tests are no tests, whatever their names.
          !/(?:^|\/)(?:management\/commands\/[^/]*|test_runner\.py)$/.test(source),
      );
      const [first] = tests;
      if (first)
        yield {
          message: `${tests.length === 1 ? `${first} reaches` : `${tests.length} test files (${first}, …) reach`} the shipped image${through === undefined ? "" : ` from the stage ${through}`}.`,
          where: at(dockerfile, step.instruction),
        };
    }
  },
};

const HOLDS_TESTS = /\bdef test|\b(?:pytest|unittest)\b|TestCase\b/;
const BY_NAME = /(?:^|\/)(?:test_[^/]*|[^/]*_test|conftest)\.py$/;

/** A folder `test` may be a part of the service about tests: it holds tests when a file in it is named like one. */
function isTest(source: string, { service: { files }, read }: RuleInput): boolean {
  if (/(?:^|\/)(?:tests\/.*|conftest)\.py$/.test(source)) return true;
  // `test_reset_view.py` may be a route of the service: it is a test when it says so.
  if (/(?:^|\/)test_[^/]*\.py$/.test(source)) return HOLDS_TESTS.test(read?.(source) ?? "def test_");
  const folder = /^(?:.*\/)?test\/(?=.*\.py$)/.exec(source)?.[0];
  return folder !== undefined && files.some((file) => file.startsWith(folder) && BY_NAME.test(file));
}

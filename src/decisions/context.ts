import { isIn } from "../kit/paths.ts";
import { UserError } from "../kit/errors.ts";
import type { Choice, Decider, Draft, Facts } from "./decider.ts";
import { override } from "./shared/override.ts";

/** Paths the build may see, without those inside another. */
function wantedPaths(draft: Draft): readonly string[] {
  const all = [
    ...(draft.sync?.manifests ?? []),
    ...(draft.sync?.local ?? []).map(({ path }) => path),
    ...(draft.sync?.sources ?? []),
    ...(draft.copies ?? []).map((copy) => copy.from),
    ...(draft.tests?.copies ?? []),
  ];
  const unique = [...new Set(all)];
  return unique.filter((path) => !unique.some((other) => other !== path && isIn(path, other)));
}

/** Beside the present Dockerfile, which stays as it is. */
export const DEFAULT_OUTPUT = "Dockerfile.prod";

/**
 * Where the rendered Dockerfile goes.
 * @throws UserError `config/output-kept` when the configuration also says that this file stays as it is.
 */
function outputOf(facts: Facts): string {
  const output = override(facts, "output", "text") ?? DEFAULT_OUTPUT;
  if (override(facts, "keep", "list")?.includes(output) === true)
    throw new UserError("config/output-kept", `\`${output}\` is both the file to write and a file to keep as it is`, {
      hint: "Give `output` another path, or take the file out of `keep`.",
    });
  return output;
}

/** The file that goes with the rendered Dockerfile; the present one is left to the present Dockerfile. */
export const context: Decider = {
  id: "context",
  title: "Dockerfile, context and .dockerignore",
  after: ["sync", "copies", "tests"],
  resolves: [
    "context-too-broad",
    "host-venv-overwrites-image-venv",
    "lock-not-in-context",
    "secret-file-reaches-image",
  ],
  decide(facts: Facts, draft: Draft): Choice {
    const dockerfile = outputOf(facts);
    const lines = [
      "# Everything stays out of the build except what the Dockerfile copies or mounts: a new file, a dump or",
      "# an .env cannot slip into an image because nobody thought of excluding it.",
      "*",
      ...wantedPaths(draft).map((path) => `!${path}`),
      "# Never, wherever it lies:",
      "**/__pycache__",
      "**/*.py[cod]",
      "**/.env",
      "**/.env.*",
      "**/*.pem",
      "**/*.key",
      "**/.git",
      "**/.venv",
      "**/.pytest_cache",
      "**/.mypy_cache",
      "**/.ruff_cache",
    ];
    return {
      value: { dockerfile, context: ".", dockerignore: lines },
      choice: `\`${dockerfile}\` with its own \`${dockerfile}.dockerignore\`, which lets in only what the build names`,
      because: `${
        dockerfile === facts.dockerfile?.path
          ? "It takes the place of the present Dockerfile, of which a backup is kept; a .dockerignore of its own goes before the general one."
          : "The present Dockerfile and its .dockerignore stay as they are for whoever uses them."
      } An allow-list cannot forget a file that is created tomorrow.`,
      rejected: [
        { option: "changing .dockerignore", because: "the present Dockerfile may need what the new one leaves out" },
        { option: "a list of what to leave out", because: "every new secret or dump would have to be thought of" },
      ],
    };
  },
};

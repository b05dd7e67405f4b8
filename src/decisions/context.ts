import type { Choice, Decider, Draft, Facts } from "./decider.ts";
import { override } from "./shared/override.ts";

const inside = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** Paths the build may see, without those inside another. */
function wantedPaths(draft: Draft): readonly string[] {
  const all = [
    "pyproject.toml",
    draft.sync?.lock ?? "uv.lock",
    ...(draft.sync?.sources ?? []),
    ...(draft.copies ?? []).map((copy) => copy.from),
  ];
  const unique = [...new Set(all)];
  return unique.filter((path) => !unique.some((other) => other !== path && inside(path, other)));
}

/** The file that goes with the rendered Dockerfile; the present one is left to the present Dockerfile. */
export const context: Decider = {
  id: "context",
  title: "Dockerfile, context and .dockerignore",
  after: ["sync", "copies"],
  resolves: [],
  decide(facts: Facts, draft: Draft): Choice {
    const dockerfile = override(facts, "dockerfile", "text") ?? "Dockerfile.prod";
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
      because:
        "The present Dockerfile and its .dockerignore stay as they are for whoever uses them. An allow-list cannot forget a file that is created tomorrow.",
      rejected: [
        { option: "changing .dockerignore", because: "the present Dockerfile may need what the new one leaves out" },
        { option: "a list of what to leave out", because: "every new secret or dump would have to be thought of" },
      ],
    };
  },
};

import type { ViteUserConfig } from "vitest/config";

/** `unit` needs no engine and takes seconds; `engine` builds and runs real images; `conformance` reads BuildKit's data. */
const config: ViteUserConfig = {
  test: {
    projects: [
      {
        test: {
          name: "unit",
          pool: "threads",
          isolate: false,
          include: ["src/**/*.test.{ts,tsx}", "test/unit/**/*.test.ts"],
        },
      },
      {
        test: {
          name: "engine",
          pool: "forks",
          maxWorkers: 1,
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 600_000,
          // The engine itself fails once in some hundred builds (its own words, not ours); a fault of ours fails twice.
          retry: 1,
          include: ["test/engine/**/*.test.ts"],
        },
      },
      {
        test: {
          name: "conformance",
          pool: "threads",
          isolate: false,
          testTimeout: 120_000,
          include: ["test/conformance/**/*.test.ts"],
        },
      },
    ],
  },
};

export default config;

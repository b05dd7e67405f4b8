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
          // Only what hangs takes so long, on a busy machine too. Nothing is tried again: what fails now and then has a cause.
          testTimeout: 900_000,
          hookTimeout: 900_000,
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

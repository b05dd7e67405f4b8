import type { ViteUserConfig } from "vitest/config";

/** The summary of a run keeps the first line of a failure: it has to say what differs. */
const chaiConfig = { truncateThreshold: 600 };

/** Only what hangs takes so long: on a busy machine the first test of a file loads for more than 5 s. */
const HANGS_MS = 60_000;

/** Builds and runs real images. Only what hangs takes so long, on a busy machine too. */
const onAnEngine = {
  chaiConfig,
  pool: "forks",
  testTimeout: 900_000,
  hookTimeout: 900_000,
  // What fails now and then has a cause, so by hand nothing is tried again. CI tries once more, since the lab's
  // engine crashes in some of its builds, and the summary names each test that needed it.
  retry: process.env["CI"] === undefined ? 0 : 1,
} as const;

/**
 * `unit` is for the inner loop; `thorough` starts the command many times, waits and searches, without an engine; `engine` has
 * tests that stand company, `alone` those that time or count what the machine does, or let others be swept;
 * `conformance` reads BuildKit's data.
 */
const config: ViteUserConfig = {
  test: {
    projects: [
      {
        test: {
          name: "unit",
          chaiConfig,
          pool: "forks",
          isolate: false,
          testTimeout: HANGS_MS,
          // A test whose loop went over nothing has shown nothing.
          expect: { requireAssertions: true },
          include: ["src/**/*.test.{ts,tsx}", "test/unit/**/*.test.ts"],
        },
      },
      {
        test: {
          name: "thorough",
          chaiConfig,
          pool: "forks",
          testTimeout: HANGS_MS,
          expect: { requireAssertions: true },
          include: ["test/thorough/*.test.ts"],
        },
      },
      {
        test: { ...onAnEngine, name: "engine", maxWorkers: 2, include: ["test/engine/*.test.ts"] },
      },
      {
        test: {
          ...onAnEngine,
          name: "alone",
          maxWorkers: 1,
          fileParallelism: false,
          include: ["test/engine/alone/*.test.ts"],
        },
      },
      {
        test: {
          name: "conformance",
          chaiConfig,
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

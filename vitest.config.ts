import type { ViteUserConfig } from "vitest/config";

/** The summary of a run keeps the first line of a failure: it has to say what differs. */
const chaiConfig = { truncateThreshold: 600 };

/** `unit` needs no engine and takes seconds; `engine` builds and runs real images; `conformance` reads BuildKit's data. */
const config: ViteUserConfig = {
  test: {
    projects: [
      {
        test: {
          name: "unit",
          chaiConfig,
          pool: "forks",
          isolate: false,
          // Only what hangs takes so long: on a busy machine the first test of a file loads for more than 5 s.
          testTimeout: 60_000,
          // A test whose loop went over nothing has shown nothing.
          expect: { requireAssertions: true },
          include: ["src/**/*.test.{ts,tsx}", "test/unit/**/*.test.ts"],
        },
      },
      {
        test: {
          name: "engine",
          chaiConfig,
          pool: "forks",
          maxWorkers: 1,
          fileParallelism: false,
          // Only what hangs takes so long, on a busy machine too.
          testTimeout: 900_000,
          hookTimeout: 900_000,
          // What fails now and then has a cause, so by hand nothing is tried again. CI tries once more, since the lab's
          // engine crashes in some of its builds, and the summary names each test that needed it.
          retry: process.env["CI"] === undefined ? 0 : 1,
          include: ["test/engine/**/*.test.ts"],
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

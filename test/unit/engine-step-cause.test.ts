import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { causeIn } from "../../src/engine/step-cause.ts";

/** What the tools really printed where no terminal was, cut to the lines that a trace keeps. */
const LOGS = "test/unit/fixtures/build-logs";
const logOf = (name: string): readonly string[] => readFileSync(`${LOGS}/${name}.txt`, "utf8").split("\n");

const exactly = (text: string): RegExp => new RegExp(`^${text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`);

const CAUSES: Readonly<Record<string, string | RegExp>> = {
  "pdm-compile": "error: [Errno 2] No such file or directory: 'gcc'",
  "pdm-drift": "WARNING: Lockfile hash doesn't match pyproject.toml, packages may be outdated",
  "pdm-hash":
    "pdm.exceptions.CandidateNotFound: No candidate is found for `h11` that matches the environment or hashes",
  "pdm-net": "httpx.ConnectError: [Errno 111] Connection refused",
  "pipenv-compile": "netifaces: error: [Errno 2] No such file or directory: 'gcc'",
  "pipenv-drift": /^Your Pipfile\.lock \(c25253\w+\) is out of date\. Expected: \(fa0c8c\w+\)\.$/,
  "pipenv-hash": "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE: h11==0.16.0",
  "pipenv-net": "ERROR: Could not find a version that satisfies the requirement h11==0.16.0 (from versions: none)",
  "poetry-1-compile": "netifaces (0.11.0): error: [Errno 2] No such file or directory: 'gcc'",
  "poetry-1-drift": /^pyproject\.toml changed significantly since poetry\.lock was last generated\./,
  "poetry-1-hash": /^Retrieved digests for links h11-0\.16\.0\.tar\.gz.* not in poetry\.lock metadata/,
  "poetry-1-net": /^HTTPSConnectionPool\(.*Connection refused/,
  "poetry-1-wheel": "Unable to find installation candidates for netifaces (0.11.0)",
  "poetry-2-compile": "netifaces (0.11.0): error: [Errno 2] No such file or directory: 'gcc'",
  "poetry-2-drift": /^pyproject\.toml changed significantly since poetry\.lock was last generated\./,
  "poetry-2-group": "Group(s) not found: worker (via --only)",
  "poetry-2-hash": "Downloaded distributions for h11 (0.16.0) did not match any known checksums in your lock file.",
  "poetry-2-net": "All attempts to connect to index.example failed.",
  "poetry-2-python": "Current Python version (3.11.7) is not allowed by the project (>=3.12).",
  "poetry-2-wheel": "Unable to find installation candidates for netifaces (0.11.0)",
};

it("every log has a cause to compare with", () => {
  expect(readdirSync(LOGS).toSorted()).toEqual(
    Object.keys(CAUSES)
      .map((name) => `${name}.txt`)
      .toSorted(),
  );
});

it.each(Object.entries(CAUSES))("names the cause in %s", (name, cause) => {
  expect(causeIn(logOf(name))).toMatch(typeof cause === "string" ? exactly(cause) : cause);
});

it.each<[string, readonly string[], string]>([
  ["the first error", ["ok", "error: no lock", "hint: run it", "error: later"], "error: no lock"],
  ["the last words of a tool that calls nothing an error", ["reading", "no room left", ""], "no room left"],
  ["the hint where there is nothing else", ["hint: read the log"], "hint: read the log"],
  ["nothing of an empty log", [], ""],
  [
    "the package that uv compiled",
    ["  × Failed to build `netifaces==0.11.0`", "  ╰─▶ it failed", "      error: command 'gcc' failed"],
    "netifaces==0.11.0: error: command 'gcc' failed",
  ],
  [
    "the reason that is whole, where the log begins in the middle of one",
    [
      "    |     1. Regenerate lockfile: poetry lock",
      "    | ",
      "",
      "    | Unable to find x (1.0)",
      "    | ",
      "    | Solutions:",
    ],
    "Unable to find x (1.0)",
  ],
  [
    "what pip says below its word for a kind of error",
    [
      "error: uninstall-no-record-file",
      "",
      "× Cannot uninstall packaging 25.0",
      "╰─> No RECORD file was found.",
      "",
      "hint: x",
    ],
    "× Cannot uninstall packaging 25.0",
  ],
  [
    "an error of Python by its module",
    ["Traceback (most recent call last):", "django.core.exceptions.ImproperlyConfigured: The SECRET_KEY is empty"],
    "django.core.exceptions.ImproperlyConfigured: The SECRET_KEY is empty",
  ],
])("tells %s", (_, log, expected) => {
  expect(causeIn(log)).toBe(expected);
});

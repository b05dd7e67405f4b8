import {
  type Facts,
  baseToday,
  contextToday,
  downloadsToday,
  lastOf,
  layoutToday,
  lockToday,
  portToday,
  pythonToday,
  stagesToday,
  startToday,
  writesToday,
} from "./today.ts";

export type Category = "security" | "reproducibility" | "size" | "runtime" | "files";

/** What a production image of a Python service has to keep, and which rules say that it does not. */
export interface Demand {
  readonly demand: string;
  readonly category: Category;
  /** How it stands today, as the files say it. */
  readonly today: (facts: Facts) => string;
  readonly rules: readonly string[];
}

/** In the order in which a table shows them. Each rule belongs to one. */
export const demands: readonly Demand[] = [
  {
    demand: "The Dockerfile builds from a fresh clone",
    category: "files",
    today: contextToday,
    rules: [
      "copy-of-ignored-or-missing-file",
      "dockerfile-refused",
      "project-metadata-missing",
      "relative-mount-target",
      "sdist-needs-compiler",
      "build-program-absent",
      "conflicting-package",
      "duplicate-stage-name",
      "package-confirmation-missing",
      "file-cannot-be-read",
    ],
  },
  {
    demand: "Base images and tools are named exactly",
    category: "reproducibility",
    today: baseToday,
    rules: [
      "base-not-digest-pinned",
      "base-floating-tag",
      "helper-image-floating",
      "uv-or-pip-tool-unpinned",
      "constant-platform",
    ],
  },
  {
    demand: "The base has a Python that the project allows, and is maintained",
    category: "reproducibility",
    today: pythonToday,
    rules: [
      "python-outside-requires-python",
      "python-not-in-distribution",
      "python-not-mature",
      "python-downloads-allowed",
      "builder-runtime-python-mismatch",
      "builder-runtime-libc-mismatch",
      "base-end-of-life",
    ],
  },
  {
    demand: "The lock decides every version",
    category: "reproducibility",
    today: lockToday,
    rules: [
      "sync-without-frozen-or-locked",
      "lock-not-in-context",
      "lock-not-tracked",
      "lock-stale",
      "upgrade-or-update-alone",
    ],
  },
  {
    demand: "Build tools stay out of the shipped image",
    category: "size",
    today: stagesToday,
    rules: [
      "single-stage-with-build-tooling",
      "build-tools-in-final",
      "uv-in-final-stage",
      "vcs-or-debug-tool-in-final",
    ],
  },
  {
    demand: "The image holds what production needs, and each file once",
    category: "size",
    today: contextToday,
    rules: [
      "dev-dependencies-in-final",
      "tests-in-final",
      "context-too-broad",
      "uv-cache-in-image",
      "pip-cache-in-image",
      "package-lists-left",
      "recommends-installed",
      "recursive-chown-duplicates-layer",
      "deleted-in-later-layer",
    ],
  },
  {
    demand: "An edit of the source does not install the dependencies again",
    category: "size",
    today: stagesToday,
    rules: [
      "dependency-layer-invalidated-by-source",
      "project-installed-before-source",
      "cache-mount-not-writable-by-user",
      "link-mode-unset-with-cache-mount",
    ],
  },
  {
    demand: "What is installed is found where the command looks",
    category: "runtime",
    today: layoutToday,
    rules: [
      "command-target-missing",
      "command-without-program",
      "convention-file-not-in-image",
      "browser-not-in-image",
      "project-not-installed",
      "server-only-for-development",
      "editable-install-shipped",
      "host-venv-overwrites-image-venv",
      "venv-moved",
      "venv-not-on-path",
      "runtime-shared-library-missing",
      "program-not-installed",
      "outside-starter-tool-absent",
      "unquoted-factory-call",
      "entrypoint-needs-root",
      "relative-workdir",
    ],
  },
  {
    demand: "The service starts directly, with a server made for production",
    category: "runtime",
    today: startToday,
    rules: [
      "runtime-uv-run",
      "install-at-start",
      "dev-server-or-reload",
      "shell-form-cmd",
      "sh-c-without-exec",
      "overridden-command",
      "python-optimized",
      "bytecode-not-compiled",
      "workers-without-reaper",
    ],
  },
  {
    demand: "It runs on a read-only root file system",
    category: "runtime",
    today: writesToday,
    rules: [
      "writes-outside-tmp-on-read-only",
      "task-definition-no-temporary-folder",
      "logs-to-file",
      "python-output-buffered",
    ],
  },
  {
    demand: "It stops in time and answers what is in flight",
    category: "runtime",
    today: lastOf("STOPSIGNAL"),
    rules: ["bad-stopsignal", "no-graceful-shutdown-timeout", "server-ignores-sigterm", "grace-periods-mismatch"],
  },
  {
    demand: "The platform sees whether it is alive",
    category: "runtime",
    today: lastOf("HEALTHCHECK"),
    rules: [
      "healthcheck-missing",
      "healthcheck-tool-absent",
      "healthcheck-port-or-path-unknown",
      "healthcheck-timing",
      "healthcheck-shell-form",
      "outside-probe-tool-absent",
    ],
  },
  {
    demand: "It is reached at the port that is announced",
    category: "runtime",
    today: portToday,
    rules: ["binds-loopback", "port-mismatch", "port-hard-coded"],
  },
  {
    demand: "Configuration comes from outside, and what is missing is told",
    category: "runtime",
    today: ({ service }) =>
      `${service.env.length} variables, ${service.env.filter(({ required }) => required).length} required`,
    rules: ["required-env-defaulted", "task-definition-env-missing", "duplicate-env"],
  },
  {
    demand: "It runs without root",
    category: "security",
    today: lastOf("USER"),
    rules: [
      "runs-as-root",
      "user-not-created",
      "user-not-numeric",
      "login-shell-for-service-user",
      "app-files-writable-by-runtime-user",
      "world-writable",
      "sudo-in-image",
    ],
  },
  {
    demand: "No secret is in a layer, a variable or the history",
    category: "security",
    today: contextToday,
    rules: ["secret-in-arg-or-env", "secret-file-reaches-image", "credentials-in-url"],
  },
  {
    demand: "What is downloaded is verified",
    category: "security",
    today: downloadsToday,
    rules: ["remote-script-piped", "verification-off", "add-instead-of-copy"],
  },
  {
    demand: "The Dockerfile follows today's syntax",
    category: "files",
    today: stagesToday,
    rules: ["maintainer-deprecated", "legacy-key-value", "pipefail-missing", "unreachable-stage"],
  },
];

const byRule: ReadonlyMap<string, Demand> = new Map(
  demands.flatMap((demand) => demand.rules.map((rule) => [rule, demand] as const)),
);

export const demandOf = (rule: string): Demand | undefined => byRule.get(rule);

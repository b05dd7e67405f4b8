import type { Demand } from "./demand.ts";
import { baseToday, contextToday, lockToday, pythonToday, stagesToday } from "./today.ts";

/** What makes the image, and what is in it. */
export const demandsOfBuild: readonly Demand[] = [
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
      "copy-from-unknown-stage",
      "copy-destination-not-folder",
      "syntax-too-old",
      "failure-ignored",
      "undefined-argument-in-from",
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
];

import { shippedStage, stageState } from "../../dockerfile/stages.ts";
import type { Dockerfile, Service } from "../../model/types.ts";

export type Category = "security" | "reproducibility" | "size" | "runtime" | "files";

export interface Facts {
  readonly service: Service;
  readonly dockerfile: Dockerfile;
}

/** What a production image of a Python service has to keep, and which rules say that it does not. */
export interface Demand {
  readonly demand: string;
  readonly category: Category;
  /** How it stands today, as the files say it. */
  readonly today: (facts: Facts) => string;
  readonly rules: readonly string[];
}

const NONE = "none";

const baseToday = ({ dockerfile }: Facts): string =>
  [...new Set(dockerfile.stages.filter(({ parent }) => parent === undefined).map((stage) => stage.resolvedBase))].join(
    ", ",
  ) || NONE;

function pythonToday({ service }: Facts): string {
  const { requires, pinned } = service.python;
  const said = [
    ...(requires === undefined ? [] : [`requires-python ${requires.value}`]),
    ...(pinned === undefined ? [] : [`pinned ${pinned.value}`]),
  ];
  return said.join(", ") || "the project does not say";
}

const stagesToday = ({ dockerfile }: Facts): string =>
  dockerfile.stages.length === 1 ? "one stage" : `${dockerfile.stages.length} stages`;

function lockToday({ service: { lock, manager } }: Facts): string {
  if (lock === undefined) return `${manager.value}, no lock file`;
  const ignored = lock.dockerIgnored === undefined ? "" : ", ignored by .dockerignore";
  return `${lock.path}, ${lock.tracked ? "in git" : "not in git"}${ignored}`;
}

/** The last instruction of a kind on the way to the shipped image, as written. */
function lastOf(keyword: string): (facts: Facts) => string {
  return ({ dockerfile }) => {
    const stage = shippedStage(dockerfile);
    for (let at = stage; at !== undefined; at = at.parent === undefined ? undefined : dockerfile.stages[at.parent]) {
      const found = at.instructions.findLast((instruction) => instruction.keyword === keyword);
      if (found !== undefined) return `${keyword} ${found.args}`;
    }
    return `no ${keyword}`;
  };
}

function startToday(facts: Facts): string {
  const [entry, command] = [lastOf("ENTRYPOINT")(facts), lastOf("CMD")(facts)];
  return entry === "no ENTRYPOINT" ? command : `${entry}; ${command}`;
}

function portToday({ service, dockerfile }: Facts): string {
  const stage = shippedStage(dockerfile);
  const exposed = stage === undefined ? [] : stageState(dockerfile, stage).exposed.map(({ value }) => value);
  const port = service.port === undefined ? "port unknown" : `port ${service.port.value.number}`;
  return `${port}, ${exposed.length === 0 ? "no EXPOSE" : `EXPOSE ${exposed.join(" ")}`}`;
}

function writesToday({ service }: Facts): string {
  const paths = [...new Set(service.writes.map(({ path }) => path))];
  return paths.length === 0 ? "the code names no path it writes" : `writes ${paths.slice(0, 4).join(", ")}`;
}

function downloadsToday({ dockerfile }: Facts): string {
  const downloads = dockerfile.stages
    .flatMap(({ instructions }) => instructions)
    .filter(
      ({ keyword, args }) =>
        (keyword === "RUN" && /\b(?:curl|wget)\b[^\n]*:\/\//.test(args)) || (keyword === "ADD" && args.includes("://")),
    );
  return downloads.length === 0
    ? "no step downloads by an address"
    : `${downloads.length} steps download by an address`;
}

const contextToday = ({ service }: Facts): string => service.dockerignore ?? "no .dockerignore";
const layoutToday = ({ service: { packaging } }: Facts): string =>
  `${packaging.kind.value}, ${packaging.layout === "none" ? "no layout" : `${packaging.layout} layout`}`;

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
      "editable-install-shipped",
      "host-venv-overwrites-image-venv",
      "venv-moved",
      "venv-not-on-path",
      "runtime-shared-library-missing",
      "program-not-installed",
      "outside-starter-tool-absent",
      "unquoted-factory-call",
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
      "bytecode-not-compiled",
    ],
  },
  {
    demand: "It runs on a read-only root file system",
    category: "runtime",
    today: writesToday,
    rules: ["writes-outside-tmp-on-read-only", "logs-to-file", "python-output-buffered"],
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
    rules: ["required-env-defaulted", "duplicate-env"],
  },
  {
    demand: "It runs without root",
    category: "security",
    today: lastOf("USER"),
    rules: [
      "runs-as-root",
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

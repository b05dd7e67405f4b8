import { stageState } from "../dockerfile/stages.ts";
import type { Dockerfile, Evidence, Instruction, Service } from "../model/types.ts";
import { type LibraryCache, libraryCaches } from "../project/library-caches.ts";
import { ownTask } from "../project/own-task.ts";
import { baseOf } from "./queries/base.ts";
import { commandsOf } from "./queries/commands.ts";
import { changed, healthy, healthyDockerfile, healthyFile, healthyWith, project } from "./queries/example.ts";
import { isRoot, rootImage, situationAt } from "./queries/settings.ts";
import { at, shippedStage, shippedSteps } from "./queries/steps.ts";
import type { Project, Rule, RuleInput } from "./rule.ts";

const uses = (requirement: string, dockerfile: string, more: Project = {}): Project =>
  project({
    Dockerfile: dockerfile,
    "pyproject.toml": healthyFile("pyproject.toml", ['"fastapi==', `"${requirement}", "fastapi==`]),
    "uv.lock": locked(requirement.split("==")[0] ?? ""),
    ...more,
  });
const locked = (name: string): string =>
  `${healthyFile(
    "uv.lock",
    ['{ name = "fastapi" },', `{ name = "fastapi" },\n    { name = "${name}" },`],
    ["requires-dist = [", `requires-dist = [\n    { name = "${name}", specifier = "==1.0.0" },`],
  )}
[[package]]
name = "${name}"
version = "1.0.0"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://index.example/${name}-1.0.0-py3-none-any.whl" }]
`;
const setting = (line: string): string => healthyWith(["USER 1001:1001\n", `${line}\nUSER 1001:1001\n`]);
const readOnly = (more: object = {}): Project => ({
  "task-definition.json": JSON.stringify({
    containerDefinitions: [
      { name: "web", portMappings: [{ containerPort: 8000 }], readonlyRootFilesystem: true, ...more },
    ],
  }),
});
const withHome = healthyWith(["--no-create-home --home-dir /nonexistent", "--create-home"]);

export const libraryCacheUnwritable: Rule = {
  id: "library-cache-unwritable",
  title: "A library keeps files where the service may not write",
  why: "matplotlib, Hugging Face's libraries, numba and others write below HOME, or beside their own code, unless a variable says where. A user without a home folder, or a read-only root, lets them fail at the first use: after the build, the tests and the health check have passed.",
  source: "blueapi sets MPLCONFIGDIR, authentik TMPDIR",
  demand: "read-only-root",
  severity: "warning",
  confidence: "likely",
  advice:
    "Set the variable to a folder below /tmp or on a volume; what is fetched at each start belongs into the image.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["writable-paths-declared", "read-only-root"],
  examples: {
    bad: [
      uses("matplotlib==1.0.0", healthyDockerfile),
      uses("transformers==1.0.0", healthyDockerfile),
      uses(
        "librosa==1.0.0",
        healthyWith([
          "RUN groupadd --gid 1001 app && \\\n    useradd --uid 1001 --gid 1001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin app\n",
          "",
        ]),
      ),
      uses("transformers==1.0.0", withHome, readOnly()),
      uses("nltk==1.0.0", healthyDockerfile, { "app/words.py": 'import nltk\n\nnltk.download("punkt")\n' }),
    ],
    good: [
      healthy,
      uses("matplotlib==1.0.0", setting("ENV MPLCONFIGDIR=/tmp/matplotlib")),
      uses("transformers==1.0.0", setting("ENV XDG_CACHE_HOME=/tmp/cache")),
      uses("transformers==1.0.0", setting("ENV HOME=/tmp")),
      uses("transformers==1.0.0", withHome),
      uses("transformers==1.0.0", withHome, readOnly({ environment: [{ name: "HF_HOME", value: "/dev/shm" }] })),
      uses("nltk==1.0.0", healthyDockerfile),
      uses("transformers==1.0.0", healthyDockerfile, {
        "app/settings.py": 'import os\n\nos.environ.setdefault("HF_HOME", "/tmp/huggingface")\n',
      }),
      changed(["USER 1001:1001\n", "RUN useradd --create-home other\nUSER 1001:1001\n"]),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const stage = shippedStage(dockerfile);
    const read = input.read ?? (() => undefined);
    const caches = stage === undefined ? [] : libraryCaches(service, read);
    if (stage === undefined || caches.length === 0) return;
    const { env } = situationAt(dockerfile, stage);
    const reason = env.has("HOME")
      ? undefined
      : (homeless(dockerfile, service) ?? underReadOnlyRoot(dockerfile, service));
    if (reason === undefined) return;
    const said = new Set<string>();
    for (const cache of caches) {
      const { library, variable, effect, isHarmless } = cache;
      if (said.has(variable) || isMoved(cache, [...env.keys(), ...reason.given], input)) continue;
      said.add(variable);
      yield {
        ...(isHarmless ? { severity: "note" } : {}),
        message: `${library} writes below the home folder, and ${reason.why}: ${effect}. ${variable} moves it.`,
        where: reason.where,
        advice: `Set ${variable}, to ${cache.place} or to a volume; what is fetched at each start belongs into the image.`,
      };
    }
  },
};

/** By the environment, or by the code itself. */
function isMoved({ movedBy }: LibraryCache, given: readonly string[], { service, read }: RuleInput): boolean {
  if (movedBy.some((name) => given.includes(name))) return true;
  return service.files.some((file) => {
    const text = file.endsWith(".py") ? read?.(file) : undefined;
    return text !== undefined && movedBy.some((name) => text.includes(name));
  });
}

interface Reason {
  readonly why: string;
  readonly where: Evidence | ReturnType<typeof at>;
  /** Variables that whoever starts it sets. */
  readonly given: readonly string[];
}

/** The user has no home folder, as far as the steps tell. */
function homeless(dockerfile: Dockerfile, service: Service): Reason | undefined {
  const stage = shippedStage(dockerfile);
  const set = stage && stageState(dockerfile, stage).user;
  if (stage === undefined || set === undefined || isRoot(set.value) || set.value.includes("$")) return undefined;
  const base = baseOf(rootImage(dockerfile, stage));
  if (base.name !== "python" && base.distribution === undefined) return undefined;
  const name = set.value.trim().split(":")[0] ?? "";
  const steps = shippedSteps(dockerfile).map(({ instruction }) => instruction);
  const why = whyHomeless(name, steps);
  const given = ownTask(service, service.port?.value.number)?.environment ?? [];
  return why === undefined
    ? undefined
    : { why, where: at(dockerfile, set.instruction), given: given.map((one) => one.name) };
}

function whyHomeless(name: string, steps: readonly Instruction[]): string | undefined {
  const made = steps
    .filter(({ keyword }) => keyword === "RUN")
    .flatMap((step) => commandsOf(step))
    .filter(({ program }) => /^(?:useradd|adduser)$/.test(program));
  const own = made.find(({ argv }) => argv.includes(name) || argv.includes(`--uid=${name}`))?.argv;
  if (own !== undefined && hasNoHome(own) && !steps.some((step) => makesHome(step, own)))
    return `user ${name} has no home folder`;
  const isUnknown = made.length > 0 || steps.some(({ args }) => args.includes("/etc/passwd"));
  if (!/^\d+$/.test(name) || name === "65534" || isUnknown) return undefined;
  return `user ${name} has no entry in /etc/passwd, so its home is /`;
}

/** `--no-create-home`, or a home that is none; a home of another name may be made elsewhere. */
function hasNoHome(argv: readonly string[]): boolean {
  const home = homeOf(argv);
  if (home === "/nonexistent" || home === "/dev/null") return true;
  const without = argv.some((word) => /^(?:-M|--no-create-home)$/.test(word) || /^-[a-zA-Z]*H[a-zA-Z]*$/.test(word));
  return without && home === undefined;
}

function homeOf(argv: readonly string[]): string | undefined {
  for (const [index, word] of argv.entries()) {
    if (/^(?:-d|-h|--home|--home-dir)$/.test(word)) return argv[index + 1];
    const joined = /^--home(?:-dir)?=(.+)$/.exec(word)?.[1];
    if (joined !== undefined) return joined;
  }
  return undefined;
}

/** Something else names the home folder: it may make it. */
const makesHome = ({ keyword, args }: Instruction, argv: readonly string[]): boolean =>
  /^(?:RUN|COPY|ADD|VOLUME|WORKDIR)$/.test(keyword) &&
  args.replaceAll(/--home(?:-dir)?[ =]\S+/g, "").includes(`/home/${argv.at(-1)}`);

/** The task definition of the service mounts the root read-only, and nothing where a home could be. */
function underReadOnlyRoot(dockerfile: Dockerfile, service: Service): Reason | undefined {
  const task = ownTask(service, service.port?.value.number);
  if (task?.readOnlyRoot !== true || task.environment.some(({ name }) => name === "HOME")) return undefined;
  const places = [...task.mounts.map(({ path }) => path), ...(task.fargate ? [] : task.tmpfs)];
  if (places.some((path) => /^\/(?:root|home)(?:\/|$)/.test(path)) || task.environmentFiles) return undefined;
  return {
    why: `\`${task.container}\` mounts the root read-only`,
    where: task.evidence,
    given: [...task.environment.map(({ name }) => name), ...task.secrets],
  };
}

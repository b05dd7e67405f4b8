import { imageFiles } from "./queries/image-files.ts";
import { changed, healthy, healthyWith, project, startLine } from "./queries/example.ts";
import { envAtStart, option, programOf, type Start, startOf } from "./queries/start.ts";
import { absolute, situationAt } from "./queries/settings.ts";
import { at, shippedSteps } from "./queries/steps.ts";
import type { Rule, RuleFinding, RuleInput } from "./rule.ts";

const SCRIPT = "#!/bin/sh\nexec uvicorn app.main:app --host 0.0.0.0 --timeout-graceful-shutdown 20\n";

export const commandTargetMissing: Rule = {
  id: "command-target-missing",
  title: "The module that the command names is not in the image",
  why: "The build is green and the container ends at once with `Could not import module`. It happens when a folder is renamed, when .dockerignore grows, or when `COPY . .` is replaced by a list.",
  source: "Docker's reference, CMD; OCI runtime specification: process",
  demand: "found-when-started",
  severity: "error",
  confidence: "likely",
  advice: "Copy the package to the working directory, install the project into the environment, or correct the name.",
  aliases: [],
  numbers: ["RUN008"],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      changed(["COPY app/ /app/app/\n", ""]),
      changed(['"app.main:app"', '"app.server:app"']),
      project({ Dockerfile: healthyWith(["COPY app/ /app/app/\n", "COPY . /app/\n"]), ".dockerignore": "app\n" }),
      // A name without a folder is looked for on PATH, and WORKDIR is not in it.
      { ...changed([startLine, 'COPY run.sh ./\nCMD ["run.sh"]\n']), "run.sh": SCRIPT },
    ],
    good: [
      healthy,
      ...[
        'COPY run.sh ./\nCMD ["./run.sh"]\n',
        'COPY run.sh /usr/local/bin/\nENTRYPOINT ["run.sh"]\n',
        'COPY run.sh ./\nENV PATH="/app:$PATH"\nCMD ["run.sh"]\n',
        'COPY run.sh ./\nCMD ["sh", "run.sh"]\n',
      ].map((lines) => ({ ...changed([startLine, lines]), "run.sh": SCRIPT })),
      changed(
        ["COPY app/ /app/app/\n", "COPY app/ /srv/app/\n"],
        [startLine, 'CMD ["uvicorn", "--app-dir", "/srv", "app.main:app"]\n'],
      ),
      changed(["COPY app/ /app/app/\n", "COPY --from=builder /src/ /app/\n"]),
      changed(["COPY app/ /app/app/\n", "COPY app/ /srv/app/\nENV PYTHONPATH=/srv\n"]),
    ],
  },
  *check(input) {
    yield* besidePath(input);
    const { dockerfile, service } = input;
    const start = startOf(dockerfile);
    const module = start && moduleOf(start);
    if (!start || module === undefined || module.includes("$") || start.wrappers.length > 0) return;
    const top = module.split(".")[0] ?? "";
    // Only a module that the repository holds, or should: others come from the environment.
    const own =
      service.packaging.importPackages.some((name) => name.split("/").at(-1) === top) ||
      service.files.includes(`${top}.py`);
    if (!own || service.packaging.kind.value === "package") return;
    const present = imageFiles(input);
    if (present === undefined) return;
    const paths = searchPaths(input, start).flatMap((folder) => [
      `${folder}/${module.replaceAll(".", "/")}.py`,
      `${folder}/${module.replaceAll(".", "/")}/__init__.py`,
    ]);
    if (paths.some((path) => present.has(absolute("/", path)))) return;
    yield {
      message: `The command starts ${module}, but ${absolute("/", paths[0] ?? "")} is not in the image.`,
      where: at(dockerfile, start.instruction),
    };
  },
};

/** `CMD ["run.sh"]` of a script that lies in the working directory alone. */
function* besidePath(input: RuleInput): Generator<RuleFinding> {
  const { dockerfile } = input;
  const last = (keyword: string) =>
    shippedSteps(dockerfile).findLast(({ instruction }) => instruction.keyword === keyword);
  const first = last("ENTRYPOINT") ?? last("CMD");
  const [name = ""] = first?.instruction.words ?? [];
  if (first?.instruction.form !== "exec" || !/^[\w.-]+\.(?:sh|py)$/.test(name)) return;
  const present = imageFiles(input);
  const { workdir, env } = situationAt(dockerfile, first.stage);
  const path = env.get("PATH")?.value.split(":") ?? [];
  const places = [...path, ...USUAL_PATH].map((folder) => absolute(workdir, `${folder}/${name}`));
  if (present?.has(absolute(workdir, name)) !== true || places.some((place) => present.has(place))) return;
  yield {
    message: `${name} is looked for on PATH, and lies in ${workdir}, which is not in it.`,
    where: at(dockerfile, first.instruction),
    advice: `Write \`./${name}\`, or copy it to /usr/local/bin.`,
  };
}

const USUAL_PATH = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

function moduleOf(start: Start): string | undefined {
  const program = programOf(start.argv);
  if (!/^(uvicorn|gunicorn|hypercorn|granian)$/.test(program)) return undefined;
  const named = start.argv.find((word) => /^[A-Za-z_][\w.]*:[A-Za-z_]\w*(\(.*\))?$/.test(word));
  return named?.split(":")[0];
}

function searchPaths({ dockerfile }: RuleInput, start: Start): readonly string[] {
  const { workdir } = situationAt(dockerfile, start.stage);
  const python = envAtStart(dockerfile).get("PYTHONPATH")?.value.split(":") ?? [];
  const given = option(start.argv, "--app-dir", "--chdir", "--working-dir");
  return [given === undefined ? workdir : absolute(workdir, given), workdir, ...python];
}

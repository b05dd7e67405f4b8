import { imageFiles } from "./queries/image-files.ts";
import { changed, healthy, healthyWith, project, startLine } from "./queries/example.ts";
import { envAtStart, option, programOf, type Start, startOf } from "./queries/start.ts";
import { absolute, situationAt } from "./queries/settings.ts";
import { at } from "./queries/steps.ts";
import type { Rule, RuleInput } from "./rule.ts";

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
    ],
    good: [
      healthy,
      changed(
        ["COPY app/ /app/app/\n", "COPY app/ /srv/app/\n"],
        [startLine, 'CMD ["uvicorn", "--app-dir", "/srv", "app.main:app"]\n'],
      ),
      changed(["COPY app/ /app/app/\n", "COPY --from=builder /src/ /app/\n"]),
      changed(["COPY app/ /app/app/\n", "COPY app/ /srv/app/\nENV PYTHONPATH=/srv\n"]),
    ],
  },
  *check(input) {
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

import { inProject } from "../project/project-folder.ts";
import { copiedBy } from "./queries/context.ts";
import { depending, healthy, healthyWith, project, startLine } from "./queries/example.ts";
import { imageFiles } from "./queries/image-files.ts";
import { startOf } from "./queries/start.ts";
import { shippedSteps } from "./queries/steps.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const gunicorn = 'CMD ["gunicorn", "app.main:app", "-k", "uvicorn_worker.UvicornWorker", "--bind", "0.0.0.0:8000"]\n';
const settings = {
  ...depending("gunicorn 23.0.0", "uvicorn-worker 0.4.0"),
  "gunicorn.conf.py": "workers = 4\ntimeout = 90\n",
};

export const conventionFileNotInImage: Rule = {
  id: "convention-file-not-in-image",
  title: "A file that the server reads by its name is not in the image",
  why: "gunicorn takes gunicorn.conf.py and granian its own from the working directory and says nothing when there is none: the service runs with the defaults, with one worker and without its timeouts. Nothing in the code names the file, so a list in place of `COPY . .` forgets it.",
  source: "HHS: settings that fall back to the defaults without a word",
  demand: "found-when-started",
  severity: "warning",
  confidence: "likely",
  advice: "Copy the file to the working directory of the shipped stage.",
  aliases: [],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [project({ ...settings, Dockerfile: healthyWith([startLine, gunicorn]) })],
    good: [
      healthy,
      project({
        ...settings,
        Dockerfile: healthyWith([startLine, gunicorn], ["COPY app/", "COPY gunicorn.conf.py ./\nCOPY app/"]),
      }),
      project({ Dockerfile: healthyWith([startLine, gunicorn]) }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const start = startOf(dockerfile);
    const present = imageFiles(input);
    if (!start || present === undefined) return;
    const name = CONVENTIONS[start.server];
    const wanted = name === undefined ? undefined : inProject(service.projectFolder, name);
    if (wanted === undefined || !service.files.includes(wanted)) return;
    // Told another one, it does not look for this one.
    if (start.argv.some((word) => /^(?:-c$|--config)/.test(word))) return;
    const copied = shippedSteps(dockerfile).flatMap((step) => copiedBy(input, step).files);
    if (copied.some(({ source }) => source === wanted)) return;
    yield {
      message: `${start.server} reads ${wanted} from the working directory, and nothing copies it there.`,
      where: at(dockerfile, start.instruction),
    };
  },
};

const CONVENTIONS: Readonly<Record<string, string>> = { gunicorn: "gunicorn.conf.py", granian: "granian.toml" };

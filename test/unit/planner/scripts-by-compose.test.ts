/** A layout that a thousand projects have: folders by place and by image, and Compose files that name the scripts. */
import { describe, expect, it } from "vitest";
import { parseDockerfile } from "../../../src/dockerfile/parse.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { renderDockerfile } from "../../../src/planner/render-dockerfile.ts";
import { dockerfilesOf } from "../../../src/project/dockerfiles.ts";
import { readService } from "../../../src/project/read-service.ts";
import { readStartScript } from "../../../src/project/start-script.ts";
import { memoryTree } from "../../../src/project/tree.ts";
import { facts } from "./sample.ts";

const FOLDER = "compose/production/django";
const SERVE = "/usr/local/bin/gunicorn config.wsgi --bind 0.0.0.0:5000 --chdir=/app";
const DOCKERFILE = `FROM python:3.13-slim AS wheels
COPY ./requirements .
RUN pip wheel --wheel-dir /usr/src/wheels -r production.txt
FROM python:3.13-slim
WORKDIR /app
COPY --from=wheels /usr/src/wheels /wheels/
RUN pip install --no-cache-dir --no-index --find-links=/wheels/ /wheels/* && rm -rf /wheels/
COPY ./${FOLDER}/entrypoint /entrypoint
RUN chmod +x /entrypoint
COPY ./${FOLDER}/start /start
RUN chmod 755 /start
COPY ./${FOLDER}/celery/start /start-celery
COPY . /app
RUN DATABASE_URL="" python manage.py compilemessages
ENTRYPOINT ["/entrypoint"]
`;
const COMPOSE = (folder: string) => `services:
  django: &django
    build: { context: ., dockerfile: ./${folder}/Dockerfile }
    command: /start
  worker:
    <<: *django
    command: /start-celery
  backups:
    build: { context: ., dockerfile: ./compose/production/aws/Dockerfile }
`;

const project = (more: Readonly<Record<string, string>> = {}) => ({
  [`${FOLDER}/Dockerfile`]: DOCKERFILE,
  [`${FOLDER}/entrypoint`]: '#!/bin/bash\nset -o errexit\nexport X=1\nexec "$@"\n',
  [`${FOLDER}/start`]: `#!/bin/bash\nset -o errexit\npython /app/manage.py collectstatic --noinput\n${SERVE}\n`,
  [`${FOLDER}/celery/start`]: "#!/bin/bash\nexec celery -A config worker\n",
  "compose/production/aws/Dockerfile": "FROM acme/aws-cli:1\nCOPY backup /usr/local/bin/\n",
  "compose/local/django/Dockerfile": "FROM python:3.13-slim\nCOPY ./compose/local/django/start /start\n",
  "compose/local/django/start": "#!/bin/bash\nexec python manage.py runserver 0.0.0.0:8000\n",
  "local.yml": COMPOSE("compose/local/django"),
  "production.yml": COMPOSE(FOLDER),
  "requirements/production.txt": "-r base.txt\ngunicorn==23.0.0\n",
  "requirements/base.txt": "django==5.2.1\ncelery==5.5.0\n",
  "config/settings.py":
    "from pathlib import Path\nB = Path(__file__).resolve().parent.parent\nSTATIC_ROOT = B / 'static'\n",
  "config/wsgi.py": "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
  "locale/de/LC_MESSAGES/django.po": "",
  "manage.py": "import os\n",
  ...more,
});

async function planned(files = project()) {
  const tree = memoryTree(files);
  const service = await readService(tree);
  const [path = ""] = service.dockerfiles;
  const dockerfile = parseDockerfile(path, files[path as keyof typeof files] ?? "");
  const startScript = readStartScript(tree, dockerfile, service.starts);
  const plan = makePlan({
    ...facts({}, {}),
    dockerfile,
    service,
    isExecutable: () => false,
    ...(startScript === undefined ? {} : { startScript }),
  });
  return { service, plan, rendered: renderDockerfile(plan, [], service) };
}

describe("a folder for each image below compose/", () => {
  it("is judged by the image of the service, not by the first that is there", () => {
    expect(dockerfilesOf(memoryTree(project()))[0]).toBe(`${FOLDER}/Dockerfile`);
    const other = { "compose/production/aws/Dockerfile": "FROM python:3.13-slim\nCMD python backup.py\n" };
    expect(dockerfilesOf(memoryTree(project(other)))[0]).toBe("compose/production/aws/Dockerfile");
  });

  it("is read with the Compose file that builds it, and the scripts that the image has there", async () => {
    const { service } = await planned();
    const shown = service.starts.map(({ written, argv, role, evidence }) => [evidence.file, written, argv[0], role]);
    expect(shown).toEqual([
      ["production.yml", "/start", "/usr/local/bin/gunicorn", "web"],
      ["production.yml", "/start-celery", "celery", "worker"],
    ]);
    expect(service.port?.value).toEqual({ number: 5000 });
    expect(service.pip?.calls).toEqual([{ files: ["requirements/production.txt"], packages: [], options: [] }]);
    expect(service.pip?.unread).toEqual([]);
  });

  it("does what both scripts do, with the server as process 1", async () => {
    const { plan } = await planned();
    expect(plan.refusals.filter(({ blocking }) => blocking).map(({ id }) => id)).toEqual([]);
    expect(plan.image.entrypoint).toEqual(["bash", "/entrypoint"]);
    const [shell, , text = ""] = plan.image.command;
    expect(shell).toBe("bash");
    expect(text).toMatch(
      /^set -o errexit\npython \/app\/manage\.py collectstatic --noinput\nexec gunicorn config\.wsgi /,
    );
    expect(plan.image.writable).toEqual(["/app/static"]);
  });

  it("keeps a script that lets the server take its place", async () => {
    const ending = { [`${FOLDER}/start`]: `#!/bin/bash\nexec ${SERVE}\n` };
    const { plan } = await planned(project(ending));
    expect(plan.image.entrypoint).toEqual(["bash", "/entrypoint"]);
    expect(plan.image.command).toEqual(["bash", "/start"]);
    const given = DOCKERFILE.replace(/(?<=ENTRYPOINT.*\n)$/, 'CMD ["/start"]\n');
    expect((await planned(project({ ...ending, [`${FOLDER}/Dockerfile`]: given }))).plan.image.command).toEqual([
      "bash",
      "/start",
    ]);
  });

  it("is refused where the second script cannot come along", async () => {
    const { plan } = await planned(project({ [`${FOLDER}/start`]: `#!/bin/bash\nnginx\nexec ${SERVE}\n` }));
    expect(plan.refusals.find(({ blocking }) => blocking)?.what).toContain(`${FOLDER}/start:2 calls \`nginx\``);
  });

  it("has programs where its files call them, scripts that can be started, and its catalogues", async () => {
    const { plan, rendered } = await planned();
    expect(plan.image.links).toEqual([{ path: "/usr/local/bin/gunicorn", to: "/app/.venv/bin/gunicorn" }]);
    expect(rendered).toContain("ln -s /app/.venv/bin/gunicorn /usr/local/bin/gunicorn");
    expect(rendered).toContain("chmod a+x /start /entrypoint");
    expect(rendered).toContain("DATABASE_URL='' python manage.py compilemessages");
    expect(plan.image.packages.builder).toContain("gettext");
  });
});

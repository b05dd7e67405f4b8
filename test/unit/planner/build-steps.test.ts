import { describe, expect, it } from "vitest";
import { parseDockerfile } from "../../../src/dockerfile/parse.ts";
import type { Service } from "../../../src/model/types.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { renderDockerfile } from "../../../src/planner/render-dockerfile.ts";
import { readService } from "../../../src/project/read-service.ts";
import { memoryTree } from "../../../src/project/tree.ts";
import { fact, facts, sample } from "./sample.ts";

const dockerfile = (...lines: readonly string[]) =>
  `FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\n${lines.join("\n")}\nCMD ["uvicorn", "app.main:app"]\n`;
const planOf = (text: string, service: Partial<Service> = {}, overrides = {}) =>
  makePlan(facts(service, overrides, text));
const refused = (...lines: readonly string[]) =>
  planOf(dockerfile(...lines)).refusals.find(({ id }) => id === "build-step");

const django: Partial<Service> = {
  files: [...sample.files, "manage.py"],
  staticRoot: fact("collected", "app/settings.py", 9),
};

describe("a step that makes files", () => {
  it.each([
    ["RUN flask translate compile", "flask translate compile"],
    ["RUN npm ci && npm run build", "npm ci"],
    ["RUN python -c \"import nltk; nltk.download('punkt')\"", "python -c"],
    ["RUN curl -fsSL -o /models/m.bin https://models.example/m.bin", "curl -fsSL"],
    ["RUN playwright install chromium", "playwright install chromium"],
    ["RUN uv run python scripts/download.py", "python scripts/download.py"],
    ["RUN make assets", "make assets"],
    ["ADD https://models.example/m.bin /models/", "ADD https://models.example/m.bin"],
    ["COPY --from=ghcr.io/acme/tool:1 /tool /usr/local/bin/", "COPY --from=ghcr.io/acme/tool:1"],
    ["RUN sed -i 's/DEBUG = True/DEBUG = False/' app/settings.py", "sed -i"],
    ['RUN sed --in-place -E "s/dev/1.0/" /app/app/__init__.py', "sed --in-place"],
  ])("of which nobody knows what it makes stops the rework: %s", (line, shown) => {
    const refusal = refused(line);
    expect(refusal).toMatchObject({ blocking: true });
    expect(refusal?.what).toContain(shown);
    expect(refusal?.what).toContain("(Dockerfile:4)");
    expect(refusal?.instead).toContain("`steps`");
  });

  it("is found in a stage that the shipped one copies from, and not in one that nothing uses", () => {
    const assets = "FROM node:24 AS assets\nRUN npm run build\n";
    const used = `${assets}FROM python:3.13-slim\nCOPY --from=assets /dist /app/static\nCMD ["uvicorn", "app.main:app"]\n`;
    const unused = `${assets}FROM python:3.13-slim\nCMD ["uvicorn", "app.main:app"]\n`;
    const ids = (text: string) => planOf(text).refusals.map(({ id }) => id);
    expect(ids(used)).toContain("build-step");
    expect(ids(unused)).not.toContain("build-step");
  });

  it.each([
    "RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*",
    "RUN pip install --no-cache-dir uv && uv sync --frozen --no-dev",
    "RUN curl -LsSf https://astral.sh/uv/install.sh | sh",
    "RUN curl -sSL https://install.python-poetry.org | python3 - --version 2.1.0",
    "RUN curl -fsSL https://packages.example/key.asc | gpg --dearmor -o /usr/share/keyrings/x.gpg",
    "RUN addgroup --system app && adduser --system --group app && chown -R app:app /app",
    "RUN sed -i 's/\\r$//g' /app/boot.sh && chmod +x /app/boot.sh",
    "RUN sed -i 's/deb.debian.org/mirror.example/' /etc/apt/sources.list.d/debian.sources",
    "RUN sed -n '/version/p' pyproject.toml",
    "RUN python -m venv /opt/venv && /opt/venv/bin/pip install -r requirements.txt",
    "RUN python -m compileall -q /app && python --version",
    "RUN python -mvenv venv && bash --version && chromium --version",
    "RUN python3 setup.py develop",
    'RUN if [ "$ENVIRONMENT" = prod ]; then uv sync --no-dev; else uv sync; fi',
    "RUN flake8 . && black --check . && python -m pytest",
    'RUN ["mkdir", "-p", "/data"]',
    "RUN sh -c 'mkdir -p /data && chmod 770 /data'",
    "COPY --from=ghcr.io/astral-sh/uv:0.9.8 /uv /uvx /bin/",
    "ADD https://astral.sh/uv/install.sh /uv-installer.sh",
  ])("is none: %s", (line) => expect(refused(line)).toBeUndefined());

  it("is settled by the team: left out, or run in the builder with what it makes", () => {
    const text = dockerfile("ENV FLASK_APP=app/main.py", "RUN flask translate compile");
    expect(planOf(text, {}, { steps: [] }).refusals).toEqual([]);
    const plan = planOf(text, {}, { steps: { run: ["flask translate compile"], makes: ["catalogue"] } });
    expect(plan.refusals).toEqual([]);
    const rendered = renderDockerfile(plan, [], sample);
    expect(rendered).toContain("&& flask translate compile");
    expect(rendered).toMatch(/RUN export PATH="\/app\/\.venv\/bin:\$PATH".* FLASK_APP="app\/main\.py" \\/);
    expect(rendered).toContain("COPY --from=builder --chown=0:0 /app/catalogue /app/catalogue");
    expect(parseDockerfile("Dockerfile.prod", rendered).problems).toEqual([]);
  });

  it("may not leave the working directory, nor be several lines", () => {
    const given = (steps: unknown) => () => planOf(dockerfile(), {}, { steps });
    expect(given({ run: ["x"], makes: ["../etc"] })).toThrow(/steps\.makes/);
    expect(given(["x\nRUN curl evil"])).toThrow(/several lines/);
  });
});

describe("Django's static files", () => {
  const text = dockerfile("RUN SECRET_KEY=none python3 manage.py collectstatic --noinput");

  it("are collected in the builder, with the script that does it, and come along", () => {
    const plan = planOf(text, django);
    expect(plan.refusals).toEqual([]);
    expect(plan.image.steps).toEqual({
      run: ["SECRET_KEY=none python3 manage.py collectstatic --noinput"],
      makes: ["collected"],
    });
    expect(plan.image.copies.map(({ from }) => from)).toContain("manage.py");
    const rendered = renderDockerfile(plan, [], { ...sample, ...django });
    expect(rendered.indexOf("COPY alembic.ini manage.py /app/")).toBeGreaterThan(0);
    expect(rendered.indexOf("collectstatic --noinput")).toBeGreaterThan(rendered.indexOf("COPY app /app/app"));
    expect(rendered).toContain("COPY --from=builder --chown=0:0 /app/collected /app/collected");
  });

  it("are collected also for a package that today's image never installs: its code lies in the working directory", () => {
    const packaging = { ...sample.packaging, kind: fact<"package">("package") };
    const given = facts({ ...django, packaging }, {}, text);
    const ids = (plan: ReturnType<typeof makePlan>) => plan.refusals.map(({ id }) => id);
    const never = makePlan({ ...given, installsProject: false });
    expect(ids(never)).not.toContain("build-step");
    expect(never.image.steps?.makes).toEqual(["collected"]);
    expect(ids(makePlan({ ...given, installsProject: true }))).toContain("build-step");
  });

  it("are the team's to settle where no setting says where they go", () => {
    const { staticRoot: _, ...without } = django;
    expect(planOf(text, without).refusals).toContainEqual(expect.objectContaining({ id: "build-step" }));
  });

  it.each([
    ['STATIC_ROOT = BASE_DIR / "collected"', "collected"],
    ['STATIC_ROOT = os.path.join(BASE_DIR, "out", "static")', "out/static"],
    ['STATIC_ROOT = "/srv/static"', undefined],
  ])("go where the settings say: %s", async (line, expected) => {
    const settings = `import os\nfrom pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\n${line}\n`;
    const service = await readService(memoryTree({ "site/settings.py": settings, "manage.py": "" }));
    expect(service.staticRoot?.value).toBe(expected);
  });
});

import { describe, expect, it } from "vitest";
import { readIgnore } from "../../src/dockerfile/ignore.ts";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import { applyPolicy } from "../../src/policy/apply.ts";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { rules } from "../../src/rules/index.gen.ts";

type Files = Readonly<Record<string, string>>;

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);
const each = (count: number, write: (at: number) => string, joint = "\n"): string =>
  numbers(count).map(write).join(joint);
const image = (body: string): Files => ({
  Dockerfile: `FROM python:3.13-slim\nWORKDIR /app\n${body}\nCMD ["python"]\n`,
});
const service = (more: Files): Files => ({
  Dockerfile:
    'FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["uvicorn", "app:app"]\n',
  "requirements.txt": "fastapi==0.115.0\nuvicorn==0.30.0\n",
  "app.py": "import os\nfrom fastapi import FastAPI\napp = FastAPI()\n",
  ...more,
});
const python = (more: string): Files => service({ "app.py": `import os, subprocess\n${more}\n` });
const locked = (pyproject: string): Files => ({
  ...image("COPY . .\nRUN uv sync --locked"),
  "pyproject.toml": `[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.12"\n${pyproject}`,
  "uv.lock":
    'version = 1\nrequires-python = ">=3.12"\n\n[[package]]\nname = "app"\nversion = "1"\nsource = { virtual = "." }\n',
});
const container = (at: number): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: p${at}}\nspec:\n  containers:\n  - name: c\n    image: i${at}:1\n    ports: [{containerPort: 80}]\n    livenessProbe: {httpGet: {path: /h${at}, port: 8000}}\n`;

/** Services that once took the square of their size, or more; some of them minutes. */
const SHAPES: Readonly<Record<string, readonly [count: number, of: (count: number) => Files]>> = {
  "commands of one RUN": [375, (n) => image(`RUN ${each(n, (at) => `echo ${at}`, " && \\\n")}`)],
  "installations of one RUN": [166, (n) => image(`RUN ${each(n, (at) => `pip install p${at}`, " && \\\n")}`)],
  "files removed in one RUN": [166, (n) => image(`RUN ${each(n, (at) => `rm -rf /x/${at} /y/${at}`, "; \\\n")}`)],
  "RUN instructions that install": [100, (n) => image(each(n, (at) => `RUN pip install p${at}==1`))],
  "dots in a label": [2000, (n) => image(`LABEL a="${"x.".repeat(n)}"`)],
  "empty lines in a RUN": [250, (n) => image(`RUN a \\\n${"\n".repeat(n)} b`)],
  "stages on each other": [
    100,
    (n) => ({
      Dockerfile: `FROM python:3.13-slim AS s0\n${each(n, (at) => `FROM s${at} AS s${at + 1}\nRUN echo ${at}`)}\n`,
    }),
  ],
  "stages that are copied from": [
    200,
    (n) => ({
      Dockerfile: `${each(n, (at) => `FROM python:3.13-slim AS s${at}\nRUN echo ${at}`)}\nFROM python:3.13-slim\n${each(n, (at) => `COPY --from=s${at} /a /b`)}\n`,
    }),
  ],
  "variables on one line": [2000, (n) => image(`RUN app${each(n, () => " $X", "")}`)],
  pragmas: [133, (n) => image(each(n, (at) => `# hadolint ignore=DL3008\nRUN apt-get install -y x${at}`))],
  "lines of .dockerignore": [
    600,
    (n) => ({
      ...service({ ".dockerignore": `${each(n, (at) => `**/a${at}/**/b\nx${at}\n**/*${at}.log`)}\n` }),
      ...Object.fromEntries(numbers(n).map((at) => [`d${at % 9}/f${at}.txt`, ""])),
    }),
  ],
  "folders of Python files": [
    400,
    (n) => ({ ...service({}), ...Object.fromEntries(numbers(n).map((at) => [`a${at}/f.py`, "x = 1\n"])) }),
  ],
  "variables read": [
    800,
    (n) => python(each(n, (at) => `v${at} = os.environ.get("V${at}", "")\nw${at} = os.environ["W${at}"]`)),
  ],
  "functions that read variables": [
    300,
    (n) => python(each(n, (at) => `def e${at}(k): return os.environ.get(k)\nv${at} = e${at}("V${at}")`)),
  ],
  "files written": [200, (n) => python(each(n, (at) => `open("/data/f${at}", "w").write("")`))],
  "programs called": [266, (n) => python(each(n, (at) => `subprocess.run(["prog${at}"])`))],
  "groups that include the next": [
    150,
    (n) =>
      locked(`[dependency-groups]\n${each(n * 2, (at) => `g${at} = ["p${at}", {include-group = "g${at + 1}"}]`)}\n`),
  ],
  "extras that ask for the next": [
    150,
    (n) =>
      locked(`[project.optional-dependencies]\n${each(n * 2, (at) => `e${at} = ["p${at}", "app[e${at + 1}]"]`)}\n`),
  ],
  "Poetry's dependencies": [
    500,
    (n) => ({
      ...image("COPY . .\nRUN poetry install"),
      "pyproject.toml": `[tool.poetry]\nname = "app"\n[tool.poetry.dependencies]\n${each(n, (at) => `p${at} = "*"`)}\n`,
      "poetry.lock": "",
    }),
  ],
  "Compose mounts": [
    400,
    (n) =>
      service({
        "compose.yaml": `services:\n  s:\n    build: .\n    volumes:\n${each(n, (at) => `      - ./a${at}:/a/${at}`)}\n`,
      }),
  ],
  "documents of Kubernetes": [26, (n) => service({ "all.yaml": each(n, container, "---\n") })],
};

/** What an analysis takes of the processor, without the disk. */
async function cost(files: Files): Promise<number> {
  const tree = memoryTree(files);
  const begun = process.cpuUsage();
  const dockerfile = parseDockerfile("Dockerfile", files["Dockerfile"] ?? "");
  const input = {
    dockerfile,
    service: await readService(tree),
    ignore: readIgnore(files[".dockerignore"] ?? ""),
    read: (path: string) => tree.read(path),
  };
  const findings = rules.flatMap((rule) =>
    [...rule.check(input)].map((finding) => ({
      rule: rule.id,
      severity: rule.severity,
      confidence: rule.confidence,
      advice: rule.advice,
      provenBy: [],
      ...finding,
    })),
  );
  const policy = { severity: {}, ignore: [], rulesSince: undefined };
  applyPolicy({ findings, dockerfile, files: [], policy, rules, today: "2026-11-28" });
  return process.cpuUsage(begun).user;
}

/** The least of some: others are disturbed by whatever else runs. */
async function least(files: Files, rounds: number): Promise<number> {
  const costs: number[] = [];
  for (let round = 0; round < rounds; round += 1) costs.push(await cost(files));
  return Math.min(...costs);
}

describe("what an analysis takes grows with the service, not with its square", () => {
  it.each(Object.entries(SHAPES))("%s", { timeout: 120_000 }, async (_, [count, of]) => {
    const small = Math.max(await least(of(count), 4), TOO_LITTLE);
    // Eight times as many: linear is 8, the square 64.
    let large = await least(of(count * 8), 1);
    for (let more = 0; more < 3 && large > 24 * small; more += 1)
      large = Math.min(large, await least(of(count * 8), 1));
    expect(large / small).toBeLessThan(24);
  });
});

/** Microseconds: what is less is taken for as much. */
const TOO_LITTLE = 5000;

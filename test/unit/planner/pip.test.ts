import { describe, expect, it } from "vitest";
import { readIgnore } from "../../../src/dockerfile/ignore.ts";
import { parseDockerfile } from "../../../src/dockerfile/parse.ts";
import type { PipInstall, Service } from "../../../src/model/types.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { renderFiles } from "../../../src/planner/render.ts";
import { installedFiles } from "../../../src/project/installed-files.ts";
import { rules } from "../../../src/rules/index.gen.ts";
import { fact, facts, pins, sample } from "./sample.ts";

const pip: PipInstall = {
  calls: [{ files: ["requirements.txt"], packages: [], options: [] }],
  reads: ["requirements.txt"],
  hashed: false,
  loose: [],
  unread: [],
};
const poor = `FROM python:3.13-slim
WORKDIR /app
RUN apt-get update && apt-get install -y build-essential libpq-dev libpq5
COPY . .
RUN pip install -r requirements.txt
CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000"]
`;

function planned(asked: Partial<PipInstall> = {}, service: Partial<Service> = {}, dockerfile = poor) {
  const given = facts(
    {
      manager: fact("pip", "requirements.txt"),
      lock: undefined,
      python: { requires: undefined, pinned: undefined },
      files: [...sample.files.filter((file) => !/uv\.lock|pyproject/.test(file)), "requirements.txt"],
      pip: { ...pip, ...asked },
      ...service,
    },
    {},
    dockerfile,
  );
  const plan = makePlan(given);
  const file = renderFiles({ plan, pins, service: given.service, existing: {} }).find(
    ({ path }) => path === "Dockerfile.prod",
  );
  return { plan, text: file?.content ?? "", service: given.service };
}
const installs = (asked: Partial<PipInstall>, service: Partial<Service> = {}) =>
  planned(asked, service)
    .text.split("\n")
    .filter((line) => /uv (?:venv|pip|sync)/.test(line))
    .map((line) => line.trim());
const refused = (asked: Partial<PipInstall>) =>
  planned(asked).plan.refusals.filter(({ id }) => /pip|lock|man/.test(id));

describe("a service that pip installs", () => {
  it("is reworked into this", () => {
    expect(planned().text).toMatchSnapshot();
  });

  it("is installed from its lists, which an edit installs again", () => {
    const { text, service, plan } = planned();
    const parsed = parseDockerfile("Dockerfile.prod", text);
    expect(parsed.problems).toEqual([]);
    expect(installedFiles(parsed, service.files)).toEqual(["requirements.txt"]);
    expect(plan.image.dockerignore).toContain("!requirements.txt");
    expect(text).not.toMatch(/uv\.lock|pyproject\.toml/);
  });

  it("has nothing that a rule would report", () => {
    const { text, service, plan } = planned();
    const input = {
      dockerfile: parseDockerfile("Dockerfile.prod", text),
      service,
      ignore: readIgnore(plan.image.dockerignore.join("\n")),
    };
    const found = new Set(rules.flatMap((rule) => [...rule.check(input)].map(() => rule.id)));
    expect([...found]).toEqual([]);
  });

  it("keeps each call, with its index and its packages", () => {
    expect(
      installs({
        calls: [
          { files: [], packages: ["torch==2.8.0"], options: ["--index-url", "https://download.example/cpu"] },
          { files: ["requirements.txt"], packages: ["uvicorn[standard]>=0.35"], options: ["--no-deps"] },
        ],
      }),
    ).toEqual([
      "&& uv venv --no-project /app/.venv \\",
      "&& uv pip install --python /app/.venv/bin/python --index-strategy unsafe-best-match --index-url https://download.example/cpu torch==2.8.0 \\",
      "&& uv pip install --python /app/.venv/bin/python --no-deps -r requirements.txt 'uvicorn[standard]>=0.35'",
    ]);
  });

  it("demands the hashes that its lists have", () => {
    expect(installs({ hashed: true }).at(-1)).toContain("--require-hashes -r requirements.txt");
    expect(refused({ hashed: true })).toEqual([]);
  });

  it("has no list of packages in the image, whatever its name is", () => {
    const list = "requirements/prd.txt";
    const { plan, text } = planned(
      { calls: [{ files: [list], packages: [], options: [] }], reads: [list] },
      { files: [...sample.files, list] },
      `FROM python:3.13-slim\nWORKDIR /app\nCOPY ${list} requirements.txt\nRUN pip install -r requirements.txt\nCOPY . .\nCMD ["uvicorn", "app.main:app"]\n`,
    );
    expect(plan.image.copies.map(({ from }) => from)).not.toContain(list);
    expect(text).toContain(`--mount=type=bind,source=${list}`);
  });

  it("names what builds the project once, where a folder holds it", () => {
    const packaging = {
      ...sample.packaging,
      kind: fact("package" as const),
      metadataFiles: ["pyproject.toml", "app/version.py"],
      importPackages: ["app"],
    };
    const files = [...sample.files, "app/version.py", "requirements.txt"];
    expect(planned({}, { packaging, files }).plan.image.sync.sources).toEqual(["pyproject.toml", "app"]);
  });

  it("gets a setuptools with pkg_resources where a package imports it that today's base brings", () => {
    const old = poor.replace("3.13", "3.11");
    const asking = (requirement: string, more: readonly string[] = []): Partial<Service> => {
      const place = { file: "requirements.txt", line: 1 };
      const runtime = [requirement, ...more].map((text) => ({
        name: /^[\w-]+/.exec(text)?.[0] ?? "",
        requirement: text,
        place,
      }));
      return { dependencies: { ...sample.dependencies, runtime } };
    };
    const added = (service: Partial<Service>, dockerfile = old) =>
      planned({}, service, dockerfile).text.includes("-r requirements.txt 'setuptools<82'");
    expect(added(asking("gunicorn==20.1.0"))).toBe(true);
    expect(
      planned({}, asking("gunicorn==20.1.0"), old).plan.decisions.find(({ id }) => id === "sync")?.because,
    ).toContain("gunicorn 20.1.0 imports pkg_resources");
    expect(added(asking("gunicorn==23.0.0"))).toBe(false);
    expect(added(asking("gunicorn==20.1.0", ["setuptools==80.9.0"]))).toBe(false);
    // That base brings none, so today's image has the newest, too.
    expect(added(asking("gunicorn==20.1.0"), poor)).toBe(false);
    const hashed = planned({ hashed: true }, asking("gunicorn==20.1.0"), old);
    expect(hashed.text).not.toContain("setuptools");
    expect(hashed.plan.refusals).toContainEqual(expect.objectContaining({ id: "setuptools", blocking: true }));
  });

  it("is told how to lock, which stops nothing", () => {
    const loose = [{ name: "flask", requirement: "flask", place: { file: "requirements.txt", line: 3 } }];
    const [told] = refused({ loose });
    expect(told).toMatchObject({ id: "not-locked", what: "flask (requirements.txt:3) may be any version" });
    expect(told?.instead).toContain("uv pip compile --generate-hashes --universal -o requirements.txt requirements.in");
    expect(told?.blocking).toBeUndefined();
  });

  it("is told of the packages that the Dockerfile names, where no file does", () => {
    const [told] = refused({ calls: [{ files: [], packages: ["flask==3.1.1"], options: [] }] });
    expect(told?.what).toBe("flask==3.1.1 may leave out what these packages need themselves");
  });

  it("is left as it is where a call is not understood", () => {
    expect(refused({ hashed: true, unread: ["flask==$FLASK"] })).toMatchObject([
      { id: "pip-call", blocking: true, what: "Today's image installs with `flask==$FLASK`" },
    ]);
  });

  it("is compiled with what today's build compiles with, and runs without it", () => {
    const { packages } = planned().plan.image;
    expect(packages).toEqual({ builder: ["build-essential", "libpq-dev"], runtime: ["libpq5"] });
  });

  it("compiles what publishes no wheel", () => {
    const dependencies = { ...sample.dependencies, runtimeClosure: ["mysqlclient", "uvicorn"] };
    expect(planned({}, { dependencies }).plan.image.packages.builder).toEqual([
      "build-essential",
      "default-libmysqlclient-dev",
      "gcc",
      "libc6-dev",
      "libpq-dev",
      "pkg-config",
    ]);
  });
});

describe("an older Python that no file speaks of", () => {
  const on = (tag: string, service: Partial<Service> = {}) =>
    planned({}, service, poor.replace("python:3.13-slim", tag)).plan;

  it("stays, and the finding about its end stays with it", () => {
    expect(on("python:3.10-slim").image.base.python).toBe("3.10");
    const decision = on("python:3.10-slim").decisions.find(({ id }) => id === "base");
    expect(decision?.because).toContain('`base: "3.13"` under `decisions` tries one');
    expect(decision?.resolves).not.toContain("base-end-of-life");
  });

  it("goes where the project says which ones it runs on", () => {
    const python = { requires: fact(">=3.9"), pinned: undefined };
    expect(on("python:3.10-slim", { python }).image.base.python).toBe("3.13");
  });
});

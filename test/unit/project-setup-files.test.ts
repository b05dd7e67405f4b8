import { describe, expect, it } from "vitest";
import { makePlan } from "../../src/planner/make-plan.ts";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { facts } from "./planner/sample.ts";

type Files = Readonly<Record<string, string>>;
const read = async (files: Files) => readService(memoryTree(files));

const image = (install: string) =>
  `FROM python:3.11-slim\nADD . /srv\nWORKDIR /srv\nRUN ${install}\nENTRYPOINT legacy-api\n`;
const setup = (more: string) =>
  `from setuptools import find_packages, setup\nsetup(name="legacy-api", version="2.1.0", packages=find_packages(), ${more})\n`;
const SCRIPT = 'entry_points={"console_scripts": ["legacy-api = legacy.server:main"]}';
const CONSOLE =
  "\n[legacy.plugins]\nother = legacy.other:main\n[console_scripts]\n# starts it\nlegacy-api = legacy.server:main\n[gui_scripts]\nwindow = legacy.window:main\n";
const CODE = {
  "legacy/__init__.py": "",
  "legacy/server.py":
    "from bottle import Bottle\nfrom waitress import serve\napp = Bottle()\n@app.get('/status')\ndef status():\n    return {}\ndef main():\n    serve(app, host='0.0.0.0', port=8080)\n",
};
const LEGACY = {
  ...CODE,
  Dockerfile: image("pip install -r requirements.txt && pip install ."),
  "requirements.txt": "bottle==0.12.25\nwaitress==3.0.0\n",
  "setup.py": setup(`install_requires=open("requirements.txt").read().splitlines(), ${SCRIPT}`),
};

describe("a setup.py", () => {
  it.each([
    ["a list", SCRIPT, undefined],
    ["one text", `entry_points="""${CONSOLE}"""`, undefined],
    ["one text that is indented", `entry_points="""${CONSOLE.replaceAll("\n", "\n    ")}"""`, undefined],
    ["a name of one text", "entry_points=ENTRIES", undefined],
    ["a table of texts", 'entry_points={"console_scripts": "legacy-api = legacy.server:main"}', undefined],
    [
      "setup.cfg",
      "",
      "[options.entry_points]\nconsole_scripts =\n    legacy-api = legacy.server:main\n\n[flake8]\nx = 1\n",
    ],
  ])("brings its programs by %s", async (_, written, configuration) => {
    const { packaging } = await read({
      ...LEGACY,
      "setup.py": `ENTRIES = """${CONSOLE}"""\n${setup(written)}`,
      ...(configuration === undefined ? {} : { "setup.cfg": configuration }),
    });
    expect(packaging.consoleScripts).toEqual({ "legacy-api": "legacy.server:main" });
  });

  it.each(["entry_points=entries()", 'entry_points="""[gui_scripts]\nlegacy-api = legacy.server:main"""'])(
    "brings no program by %s",
    async (written) => {
      const { packaging } = await read({ ...LEGACY, "setup.py": setup(written) });
      expect(packaging.consoleScripts).toEqual({});
    },
  );

  it("says which Python, name and version it has, and what its list asks for", async () => {
    const said = async (more: string) => {
      const { "requirements.txt": _, ...files } = LEGACY;
      return read({
        ...files,
        Dockerfile: image("pip install .[pg]"),
        "requirements.in": "bottle\nwaitress>=3\n",
        "setup.py": setup(`install_requires=open("requirements.in").read().splitlines(), ${more}`),
        "legacy/version.py": 'from importlib.metadata import version\nVERSION = version("legacy-api")\n',
      });
    };
    const service = await said('python_requires=">=3.10", use_scm_version=True, extras_require={"pg": ["psycopg"]}');
    expect(service.python.requires?.value).toBe(">=3.10");
    expect(service.packaging.versionFromGit).toMatchObject({ value: true, evidence: [{ file: "setup.py" }] });
    expect(service.packaging.readsOwnVersion.value).toBe(true);
    expect(service.dependencies.runtime.map(({ name, place }) => `${name} ${place.file}:${place.line}`)).toEqual([
      "bottle requirements.in:1",
      "waitress requirements.in:2",
    ]);
    expect(Object.keys(service.dependencies.extras)).toEqual(["pg"]);
    const plain = await said("use_scm_version=False");
    expect(plain.packaging.versionFromGit.value).toBe(false);
    expect(plain.python.requires).toBeUndefined();
  });

  it("is reworked with what it needs, and what it is built from", async () => {
    const service = await read(LEGACY);
    expect(service.pip).toMatchObject({
      calls: [{ files: ["requirements.txt"], packages: [], options: [] }],
      unread: [],
    });
    expect(service.packaging.metadataFiles).toEqual(["setup.py", "requirements.txt"]);
    expect(service.starts).toMatchObject([{ argv: ["legacy-api"] }]);
  });

  it.each([
    [
      "a list of its own",
      'install_requires=["bottle >= 0.12, < 1", "waitress==3.0.0"]',
      ["bottle>=0.12,<1", "waitress==3.0.0"],
    ],
    ["a name", "install_requires=NEEDS", ["bottle"]],
    ["nothing", "", []],
  ])("names what it needs: %s", async (_, written, packages) => {
    const files = {
      ...CODE,
      Dockerfile: image("pip install flask==3.1.0 ."),
      "setup.py": `NEEDS = ["bottle"]\n${setup(written)}`,
    };
    const { pip } = await read(files);
    expect(pip).toMatchObject({ calls: [{ packages: ["flask==3.1.0", ...packages] }], unread: [] });
  });

  it.each(["install_requires=needs()", "use_scm_version=True"])("with %s is not understood", async (more) => {
    const files = { ...CODE, Dockerfile: image("pip install flask ."), "setup.py": setup(more) };
    expect((await read(files)).pip?.unread).toEqual(["pip install ."]);
  });

  it.each([
    ["a package", "bottle >= 0.12", ["bottle>=0.12"], []],
    ["a file", "file: requirements.in", [], ["file: requirements.in"]],
  ])("with a setup.cfg names what it needs, or that it is not understood: %s", async (_, line, packages, unread) => {
    const files = {
      ...CODE,
      Dockerfile: image("pip install flask ."),
      "setup.py": setup(""),
      "setup.cfg": `[options]\ninstall_requires =\n    ${line}\n`,
    };
    expect((await read(files)).pip).toMatchObject({ calls: [{ packages: ["flask", ...packages] }], unread });
  });
});

describe("setuptools that nothing brings", () => {
  const IMPORT = { "legacy/__init__.py": "import os\nimport pkg_resources\n" };
  const refused = async (files: Files) => {
    const service = await read(files);
    return makePlan({ ...facts(), service }).refusals.filter(({ id }) => id === "setuptools");
  };

  it("is refused with the line to write", async () => {
    expect(await refused({ ...LEGACY, ...IMPORT })).toMatchObject([
      {
        blocking: true,
        what: "legacy/__init__.py:2 imports pkg_resources, and requirements.txt has no setuptools",
        instead: "Write `setuptools<82` into requirements.txt, commit it and run again.",
      },
    ]);
  });

  it.each([
    ["setuptools<82", true],
    ["setuptools==69.5.1", true],
    ["setuptools<=81", true],
    ["setuptools~=80.0", true],
    ["setuptools==82.0.0", false],
    ["setuptools<90", false],
    ["setuptools>=60", false],
    ["setuptools", false],
  ])("is there with %s: %s", async (line, isThere) => {
    const requirements = `${LEGACY["requirements.txt"]}${line}\n`;
    expect(await refused({ ...LEGACY, ...IMPORT, "requirements.txt": requirements })).toHaveLength(isThere ? 0 : 1);
  });

  it.each([
    ["a try", "try:\n    import pkg_resources\nexcept ImportError:\n    pkg_resources = None\n", 0],
    ["a try of something else", "try:\n    import pkg_resources\nexcept KeyError:\n    pass\n", 1],
    ["no import", "x = 'pkg_resources'\n", 0],
    ["setuptools itself", "from setuptools import Extension\n", 1],
  ])("is needed by %s", async (_, text, count) => {
    expect(await refused({ ...LEGACY, "legacy/__init__.py": text })).toHaveLength(count);
  });

  it.each([
    ["80.9.0", []],
    ["82.0.1", ["Run `uv add 'setuptools<82'`, or take the import out, commit it and run again."]],
  ])("is asked of a lock: %s", async (version, said) => {
    const files = {
      ...CODE,
      ...IMPORT,
      "pyproject.toml": '[project]\nname = "legacy"\nversion = "1"\ndependencies = ["setuptools"]\n',
      "uv.lock": `version = 1\n\n[[package]]\nname = "legacy"\nversion = "1"\nsource = { virtual = "." }\ndependencies = [{ name = "setuptools" }]\n\n[[package]]\nname = "setuptools"\nversion = "${version}"\nsource = { registry = "x" }\n`,
    };
    expect((await refused(files)).map(({ instead }) => instead)).toEqual(said);
  });
});

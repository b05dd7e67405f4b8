import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskTree } from "../../src/project/disk-tree.ts";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

type Files = Readonly<Record<string, string>>;
const pipOf = async (files: Files) => (await readService(memoryTree(files))).pip;
const image = (...lines: readonly string[]) => `FROM python:3.12-slim\nWORKDIR /app\n${lines.join("\n")}\n`;

describe("what pip installs", () => {
  it("is the list that the image installs, with those that it names", async () => {
    const pip = await pipOf({
      Dockerfile: image("COPY . .", "RUN pip install --upgrade pip && pip install --no-cache-dir -r requirements.txt"),
      "requirements.txt": "-r requirements/base.txt\n-c limits.txt\nflask\n",
      "requirements/base.txt": "gunicorn==23.0.0\n",
      "limits.txt": "werkzeug==3.1.3\n",
    });
    expect(pip?.calls).toEqual([{ files: ["requirements.txt"], packages: [], options: [] }]);
    expect(pip?.reads).toEqual(["requirements.txt", "requirements/base.txt", "limits.txt"]);
    expect(pip?.loose.map(({ name }) => name)).toEqual(["flask"]);
    expect(pip).toMatchObject({ hashed: false, unread: [] });
  });

  it("is made of each call, with the index of that call alone", async () => {
    const pip = await pipOf({
      Dockerfile: image(
        "COPY requirements.txt .",
        "RUN pip install torch==2.8.0 --index-url https://download.example/cpu",
        "RUN pip install -r requirements.txt 'uvicorn[standard]==0.35.0'",
      ),
      "requirements.txt": "fastapi==0.116.1\n",
    });
    expect(pip?.calls).toEqual([
      { files: [], packages: ["torch==2.8.0"], options: ["--index-url", "https://download.example/cpu"] },
      { files: ["requirements.txt"], packages: ["uvicorn[standard]==0.35.0"], options: [] },
    ]);
  });

  it("is what the wheels of an earlier stage are made of, without the tools of that stage", async () => {
    const pip = await pipOf({
      Dockerfile: [
        "FROM python:3.12-slim AS builder",
        "RUN pip install flake8==7.0.0 awscli==1.42.0",
        "COPY requirements.txt .",
        "RUN pip wheel --no-deps --wheel-dir /wheels -r requirements.txt",
        "FROM python:3.12-slim",
        "COPY --from=builder /wheels /wheels",
        "RUN pip install --no-cache /wheels/*",
        "",
      ].join("\n"),
      "requirements.txt": "flask==3.1.1\n",
    });
    expect(pip?.calls).toEqual([{ files: ["requirements.txt"], packages: [], options: [] }]);
    expect(pip?.unread).toEqual([]);
  });

  it("is what another stage hands on into the place where packages always are", async () => {
    const stages = (to: string) =>
      [
        "FROM python:3.13-slim AS builder",
        "COPY requirements.txt .",
        "RUN pip install --prefix=/install -r requirements.txt",
        "FROM python:3.13-slim",
        `COPY --from=builder /install ${to}`,
      ].join("\n");
    const read = async (to: string) =>
      (await pipOf({ Dockerfile: stages(to), "requirements.txt": "flask==3.1.1\n" }))?.unread;
    expect(await read("/usr/local")).toEqual([]);
    expect(await read("/opt/packages")).toEqual(["--prefix /install"]);
  });

  it("is the project's own list where its folder is installed", async () => {
    const pip = await pipOf({
      Dockerfile: image("COPY . .", "RUN pip install ."),
      "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = ["flask>=3"]\n',
    });
    expect(pip?.calls).toEqual([{ files: ["pyproject.toml"], packages: [], options: [] }]);
  });

  it.each(["python setup.py install", "python3 /code/setup.py -q develop"])("is what `%s` needs", async (line) => {
    const pip = await pipOf({
      Dockerfile: image("COPY . .", `RUN ${line}`),
      "setup.py": "from setuptools import setup\nsetup(name='shop', install_requires=['flask>=3'])\n",
    });
    expect(pip?.calls).toEqual([{ files: [], packages: ["flask>=3"], options: [] }]);
  });

  it.each([
    ["a version that only the build knows", 'RUN pip install "flask==$FLASK"', "flask==$FLASK"],
    ["the project, without a list to read beforehand", "RUN pip install .", "pip install ."],
    ["another place", "RUN pip install -r requirements.txt --target /opt/lib", "--target /opt/lib"],
  ])("is not understood: %s", async (_, line, unread) => {
    const pip = await pipOf({
      Dockerfile: image("COPY . .", line, "RUN pip install -r requirements.txt"),
      "setup.py": "from setuptools import setup\nsetup(name='shop', install_requires=needs())\n",
      "requirements.txt": "flask==3.1.1\n",
    });
    expect(pip?.unread).toEqual([unread]);
  });

  it("is not understood: the project as a line of its own list", async () => {
    expect((await pipOf({ "requirements.txt": "flask==3.1.1\n-e .\n" }))?.unread).toEqual(["-e . of requirements.txt"]);
  });

  it("has hashes where a list has them", async () => {
    const pip = await pipOf({ "requirements.txt": `flask==3.1.1 \\\n    --hash=sha256:${"a".repeat(64)}\n` });
    expect(pip).toMatchObject({ hashed: true, loose: [] });
  });

  it("is not said of a project that another manager locks", async () => {
    expect(await pipOf({ "uv.lock": "version = 1\n", "requirements.txt": "flask\n" })).toBeUndefined();
  });

  it("is read in UTF-16, as PowerShell writes it and pip takes it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pip-"));
    try {
      await writeFile(join(folder, "requirements.txt"), Buffer.from("\uFEFFflask==3.1.1\r\n", "utf16le"));
      await writeFile(join(folder, "notes.txt"), Buffer.from("\uFEFFnotes\r\n", "utf16le"));
      const tree = await diskTree(folder);
      expect((await readService(tree)).dependencies.runtime).toMatchObject([{ name: "flask" }]);
      expect(tree.problems).toEqual([]);
      expect(tree.read("notes.txt")).toBeUndefined();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("a Dockerfile in small letters", () => {
  it("is the one that is built, where there is no other", async () => {
    const of = async (files: Files) => (await readService(memoryTree(files))).dockerfiles;
    expect(await of({ dockerfile: image() })).toEqual(["dockerfile"]);
    expect(await of({ dockerfile: image(), Dockerfile: image() })).toEqual(["Dockerfile", "dockerfile"]);
  });
});

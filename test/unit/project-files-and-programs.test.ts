import { describe, expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const read = async (files: Readonly<Record<string, string>>) => readService(memoryTree(files));
const python = async (text: string, more: Readonly<Record<string, string>> = {}) =>
  read({ "app/main.py": text, ...more });

describe("files and programs", () => {
  it("lists what is written, what is read, and when", async () => {
    const service = await python(
      'import logging, tempfile\nfrom pathlib import Path\nDATA = Path("data")\nDATA.mkdir(exist_ok=True)\nh = logging.FileHandler("logs/app.log")\ndef save(x):\n    (DATA / "x.json").write_text(x)\n    with open("in.csv") as f: pass\n    tempfile.mkdtemp()\n    open(x, "w")\n',
    );
    expect(service.writes.map(({ path, when }) => `${path} ${when}`)).toEqual([
      "data import",
      "logs/app.log import",
      "data/x.json unknown",
      "/tmp unknown",
    ]);
    expect(service.reads.map(({ path }) => path)).toEqual(["in.csv"]);
  });

  it("sees what a name holds where it is used, and no member of any other object", async () => {
    const service = await python(
      'import os\nfrom app.settings import Settings\nsettings = Settings()\n\ndef unpack(name, info):\n    target = name\n    open(target, "w")\n    open(info.filename, "w")\n\ndef other():\n    name = "b"\n    target = "c"\n    open(target, "w")\n\ndef kept():\n    os.makedirs(settings.folder)\n',
      {
        "app/settings.py":
          'class Settings:\n    folder: str = "kept"\n\nclass Page:\n    filename = "self"\n    title: str\n',
      },
    );
    expect(service.writes.map(({ path }) => path)).toEqual(["c", "kept"]);
  });

  it.each([
    ["a script that nobody names", {}, []],
    ["a script that a start names", { Procfile: "web: python app/dump.py\n" }, ["dump.csv"]],
    ["a script that is imported", { "app/main.py": "from app import dump\n" }, ["dump.csv"]],
    ["a script that is called", { "app/main.py": "import os\nos.system('python app/dump.py')\n" }, ["dump.csv"]],
    ["a module", { "app/dump.py": "def main():\n    open('dump.csv', 'w')\n" }, ["dump.csv"]],
    ["a script with any name", { "app/c++ (1.py": "if __name__ == '__main__':\n    open('c.csv', 'w')\n" }, []],
    [
      "Flask-SQLAlchemy",
      {
        "shop/__init__.py":
          "from flask_sqlalchemy import SQLAlchemy\nNAME = 'shop.db'\ndef create_app(app):\n    app.config['SQLALCHEMY_DATABASE_URI'] = f'sqlite:///{NAME}'\n",
      },
      ["instance/shop.db"],
    ],
  ])("tells what %s writes", async (_, more, expected) => {
    const service = await read({
      Procfile: "web: uvicorn app.main:app\n",
      "app/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
      "app/dump.py": "def main():\n    open('dump.csv', 'w')\n\nif __name__ == '__main__':\n    main()\n",
      ...more,
    });
    expect(service.writes.map(({ path }) => path)).toEqual(expected);
  });

  it("lists programs, of the code and of libraries", async () => {
    const service = await python(
      'import shutil, subprocess\nsubprocess.run(["/usr/bin/git", "status"])\nsubprocess.run("pdftotext a.pdf", shell=True)\nshutil.which("node")\nsubprocess.run([sys.executable, "-m", "x"])\n',
      {
        "pyproject.toml": '[project]\nname="x"\ndependencies=["pytesseract"]\n',
      },
    );
    expect(service.programs.map(({ program, through }) => [program, through])).toEqual([
      ["git", undefined],
      ["pdftotext", undefined],
      ["node", undefined],
      ["tesseract", "pytesseract"],
    ]);
  });

  it.each([
    ["try:\n        subprocess.run(['dot'])\n    except FileNotFoundError:\n        pass", "needs-proof"],
    [
      "try:\n        if x:\n            subprocess.run(['dot'])\n    except (ValueError, OSError):\n        pass",
      "needs-proof",
    ],
    ["if shutil.which('dot'):\n        subprocess.run(['dot'])", "needs-proof"],
    ["if shutil.which('neato'):\n        subprocess.run(['dot'])", "certain"],
    ["try:\n        subprocess.run(['dot'])\n    except Exception:\n        log()", "certain"],
    ["try:\n        x()\n    except FileNotFoundError:\n        subprocess.run(['dot'])", "certain"],
    ["try:\n        subprocess.run(['dot'])\n    except Exception:  # or FileNotFoundError\n        log()", "certain"],
    ['x = """\n    try:"""\n    subprocess.run(["dot"])\n    x = """\n    except OSError:"""', "certain"],
    ["try: subprocess.run(['dot'])\n    except OSError: pass", "needs-proof"],
    [
      "try:\n        try:\n            x()\n        finally:\n            y()\n        subprocess.run(['dot'])\n    except OSError:\n        pass",
      "needs-proof",
    ],
    ["try:\n        x()\n    except OSError:\n        pass\n    else:\n        subprocess.run(['dot'])", "certain"],
    ["try:\n        def inner():\n            subprocess.run(['dot'])\n    except OSError:\n        pass", "certain"],
  ])("knows a call that expects the program to be absent: %s", async (body, confidence) => {
    const { programs } = await python(`import shutil, subprocess\ndef draw():\n    ${body}\n`);
    expect(programs.find(({ program }) => program === "dot")).toMatchObject({ confidence });
  });

  it("leaves out what a command of Flask calls, which somebody runs by hand", async () => {
    const { programs } = await python(
      "import subprocess\nfrom flask import Flask\napp = Flask(__name__)\n@app.cli.command('make-db')\ndef make():\n    subprocess.run(['psql', '-c', 'x'])\n@app.get('/')\ndef page():\n    subprocess.run(['dot', '-Tsvg'])\n",
    );
    expect(programs.map(({ program }) => program)).toEqual(["dot"]);
  });

  it("sees lookups that leave the package, and those that stay inside", async () => {
    expect(
      (await python('from pathlib import Path\nR = Path(__file__).resolve().parents[1] / "x"\n')).packaging
        .looksUpFromFile,
    ).toMatchObject({ value: true, evidence: [{ line: 2 }] });
    expect(
      (await python('import os\nR = os.path.join(os.path.dirname(__file__), "..", "x")\n')).packaging.looksUpFromFile
        .value,
    ).toBe(true);
    expect(
      (await python('from pathlib import Path\nR = Path(__file__).parent / "templates"\n')).packaging.looksUpFromFile
        .value,
    ).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const written = async (files: Readonly<Record<string, string>>): Promise<readonly string[]> => [
  ...new Set((await readService(memoryTree(files))).writes.map(({ path }) => path)),
];

const FLASK = "import os\nfrom flask import Flask, current_app, request\nfrom werkzeug.utils import secure_filename\n";
const SAVE = (path: string) =>
  `${FLASK}app = Flask(__name__)\n@app.post('/up')\ndef up():\n    file = request.files['file']\n    name = secure_filename(file.filename)\n    file.save(${path})\n`;

describe("where uploads are stored", () => {
  it.each([
    ["a folder and a name", SAVE("os.path.join('uploads', name)"), "uploads"],
    ["a folder of the file's own", SAVE("os.path.join(os.path.dirname(__file__), 'files', name)"), "shop/files"],
    ["an f-string", SAVE("f'uploads/{name}'"), "uploads"],
    ["a text and a name", SAVE("'uploads/' + name"), "uploads"],
    ["a folder of the user's", SAVE("os.path.join('uploads', request.form['user'], 'x', name)"), "uploads"],
    ["an absolute folder", SAVE("os.path.join('/srv/data', name)"), "/srv/data"],
    ["the default of a variable", SAVE("os.path.join(os.environ.get('UP', 'up'), name)"), "up"],
    ["a folder with a dot", SAVE("os.path.join('up.d', name)"), "up.d/"],
  ])("knows werkzeug's save into %s", async (_, text, path) => {
    expect(await written({ "shop/app.py": text })).toEqual([path]);
  });

  it.each([
    ["nothing", SAVE("")],
    ["a name alone", SAVE("name")],
    ["the root", SAVE("os.path.join('/', name)")],
    ["a folder that only a variable names", SAVE("os.path.join(os.environ['UP'], name)")],
    ["a folder below one that only a variable names", SAVE("os.path.join(f\"{os.getenv('UP')}/media\", name)")],
    ["another object's save", "from models import Note\ndef keep(note):\n    note.save('a/b.txt')\n"],
    ["a parameter", SAVE("target").replace("def up():", "def up(target):")],
    ["a folder above one that nobody knows", SAVE("(__import__('x').y.parent / 'a' / name)")],
  ])("says nothing of %s", async (_, text) => {
    expect(await written({ "shop/app.py": text })).toEqual([]);
  });

  const configured = SAVE("os.path.join(current_app.config['UPLOAD_FOLDER'], name)");
  it.each([
    ["app.config[…]", { "shop/app.py": `${configured}app.config['UPLOAD_FOLDER'] = 'up'\n` }, ["up"]],
    [
      "a name of the module",
      {
        "shop/app.py": `${configured}UPLOAD_FOLDER = os.path.join('a', 'b')\napp.config['UPLOAD_FOLDER'] = UPLOAD_FOLDER\n`,
      },
      ["a/b"],
    ],
    [
      "a class of settings",
      { "shop/app.py": configured, "shop/config.py": "class Config:\n    UPLOAD_FOLDER = 'instance/up'\n" },
      ["instance/up"],
    ],
    ["from_mapping", { "shop/app.py": `${configured}app.config.from_mapping(UPLOAD_FOLDER='up')\n` }, ["up"]],
    ["update", { "shop/app.py": `${configured}app.config.update({'UPLOAD_FOLDER': 'up'})\n` }, ["up"]],
    [
      "config.get with a default",
      { "shop/app.py": SAVE("os.path.join(app.config.get('UPLOADS', 'up'), name)") },
      ["up"],
    ],
    ["itself", { "shop/app.py": `${configured}UPLOAD_FOLDER = app.config['UPLOAD_FOLDER']\n` }, []],
    [
      "two that do not agree",
      {
        "shop/app.py": SAVE("os.path.join(app.config['KEEP'], name)"),
        "shop/config.py": "class One:\n    KEEP = 'one'\nclass Two(One):\n    KEEP = 'two'\n",
      },
      [],
    ],
  ])("follows Flask's configuration: %s", async (_, files, paths) => {
    expect(await written(files)).toEqual(paths);
  });

  it.each([
    [
      "aiofiles",
      "import aiofiles\nasync def up(file):\n    async with aiofiles.open(f'up/{file.filename}', 'wb') as f:\n        await f.write(b'')\n",
      ["up"],
    ],
    [
      "copyfileobj",
      "import shutil\nfrom pathlib import Path\ndef up(upload):\n    target = Path('imports') / upload.filename\n    target.parent.mkdir(parents=True)\n    with target.open('wb') as f:\n        shutil.copyfileobj(upload.file, f)\n",
      ["imports"],
    ],
    [
      "an imported folder",
      "from shop.places import UPLOADS\ndef up(file):\n    open(UPLOADS / file.filename, 'wb')\n",
      ["shop/kept"],
    ],
    [
      "joinpath",
      "from pathlib import Path\nROOT = Path('kept')\ndef up(file):\n    ROOT.joinpath(file.filename).write_bytes(b'')\n",
      ["kept"],
    ],
    [
      "FileSystemStorage",
      "from django.core.files.storage import FileSystemStorage\nfs = FileSystemStorage(location='private')\n",
      ["private"],
    ],
    ["MEDIA_ROOT", "import environ\nenv = environ.Env()\nMEDIA_ROOT = env('MEDIA_ROOT', default='media')\n", ["media"]],
    ["a read", "def get(name):\n    return open(f'pages/{name}').read()\n", []],
  ])("knows %s", async (_, text, paths) => {
    const places = "from pathlib import Path\nUPLOADS = Path(__file__).parent / 'kept'\n";
    expect(await written({ "shop/up.py": text, "shop/places.py": places })).toEqual(paths);
  });

  it.each([
    [
      "Django's own way",
      "{'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'db.sqlite3'}}",
      ["db.sqlite3"],
    ],
    [
      "dj-database-url",
      "{'default': dj_database_url.config(default=f\"sqlite:///{BASE_DIR / 'db.sqlite3'}\")}",
      ["db.sqlite3"],
    ],
    ["django-environ", "{'default': env.db('DATABASE_URL', default='sqlite:////data/x.db')}", ["/data/x.db"]],
    ["another database", "{'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'sqlite'}}", []],
    ["one in memory", "{'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}}", []],
  ])("knows a database of SQLite in settings: %s", async (_, databases, paths) => {
    const text = `import dj_database_url\nfrom pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\nDATABASES = ${databases}\n`;
    expect(await written({ "site/settings.py": text })).toEqual(paths);
    const { writes } = await readService(memoryTree({ "site/settings.py": text }));
    expect(writes.map(({ when }) => when)).toEqual(paths.map(() => "unknown"));
  });
});

import { describe, expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const readOf = async (code: string) => readService(memoryTree({ "app.py": code }));

describe("files that are written as logs", () => {
  it("knows which of them are logs, by call and by configuration", async () => {
    const { writes } = await readOf(
      [
        "import logging, logging.config",
        "from loguru import logger",
        "LOGS = '/var/log/app'",
        "LOGGING = {'version': 1, 'handlers': {",
        "    'file': {'class': 'logging.handlers.RotatingFileHandler', 'filename': LOGS + '/rotated.log'},",
        "    'joined': {'class': 'logging.FileHandler', 'filename': f'{LOGS}/joined.log'},",
        "    'console': {'class': 'logging.StreamHandler'},",
        "}, 'other': {'filename': 'none.txt'}}",
        "logging.config.dictConfig({'handlers': {'x': {'class': 'logging.FileHandler', 'filename': 'given.log'}}})",
        "logger.add('loguru.log', rotation='1 day')",
        "logger.add(print)",
        "logging.basicConfig(filename='basic.log')",
        "open('data.csv', 'w')",
        "",
      ].join("\n"),
    );
    const logs = writes.filter(({ log }) => log === true);
    expect(logs.map(({ path }) => path).toSorted()).toEqual([
      "/var/log/app/joined.log",
      "/var/log/app/rotated.log",
      "basic.log",
      "given.log",
      "loguru.log",
    ]);
    expect(writes.map(({ path }) => path)).toContain("data.csv");
  });

  it("reads the handlers of an ini file that the code or the server is given", async () => {
    const ini =
      "[handler_file]\nclass=handlers.TimedRotatingFileHandler\nargs=('logs/app.log', 'midnight')\n[handler_c]\nclass=StreamHandler\nargs=(sys.stderr,)\n";
    const code = 'import logging.config\nlogging.config.fileConfig("conf/logging.ini")\n';
    const { writes } = await readService(memoryTree({ "app.py": code, "conf/logging.ini": ini, "other.ini": ini }));
    expect(writes).toEqual([
      {
        path: "logs/app.log",
        when: "import",
        log: true,
        evidence: { file: "conf/logging.ini", line: 3, text: "args=('logs/app.log', 'midnight')" },
      },
    ]);
  });

  const DICT = [
    "handlers:",
    "  file:",
    "    class: logging.handlers.RotatingFileHandler",
    "    filename: logs/app.log",
  ];

  it.each<[string, string, string, string]>([
    ["uvicorn is given", "log.yaml", DICT.join("\n"), 'CMD ["uvicorn", "a:app", "--log-config", "/app/log.yaml"]'],
    ["gunicorn is given", "conf/log.yml", DICT.join("\n"), 'CMD ["gunicorn", "--log-config=conf/log.yml", "a:app"]'],
    [
      "a server is given as JSON",
      "log.json",
      JSON.stringify({ handlers: { file: { class: "logging.FileHandler", filename: "logs/app.log" } } }),
      'CMD ["uvicorn", "a:app", "--log-config", "log.json"]',
    ],
    [
      "the code loads",
      "settings.yaml",
      `logging:\n${DICT.map((line) => `  ${line}`).join("\n")}`,
      'CMD ["python", "a.py"]',
    ],
  ])("reads the handlers of a file for dictConfig that %s", async (_, file, text, command) => {
    const code = 'import logging.config\nimport yaml\nwith open("settings.yaml") as f:\n    c = yaml.safe_load(f)\n';
    const files = { "a.py": code, [file]: text, "unused.yaml": text, Dockerfile: `FROM python:3.13\n${command}\n` };
    const logs = (await readService(memoryTree(files))).writes.filter(({ log }) => log === true);
    expect(logs.map(({ path, evidence }) => [path, evidence.file])).toEqual([["logs/app.log", file]]);
    expect(logs[0]?.evidence.text).toContain("filename");
  });
});

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
});

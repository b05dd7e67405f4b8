import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { CheckResult } from "../../src/model/types.ts";
import { seaworthy } from "./support/cli.ts";
import { tinyConfiguration, tinyService } from "./support/tiny-service.ts";

/** Healthy but for one thing: it logs into a file. */
const LOGS_TO_FILE = `import os, signal, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GREETING = os.environ["TINY_GREETING"]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        with open("/tmp/tiny.log", "a") as log:
            log.write("GET " + self.path + "\\n")
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()


server = ThreadingHTTPServer(("0.0.0.0", 8000), Handler)
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
print("listening on 8000", flush=True)
server.serve_forever()
`;

it("fails by an error, and not by what the team made a note, which is shown as failed", async () => {
  const configuration = tinyConfiguration("checkSeverity: { logs-on-streams: note, dependency-layer-cached: note }\n");
  await using strict = await tinyService({ "tiny/server.py": LOGS_TO_FILE });
  const { code, stdout } = await seaworthy(["verify", "--quick", "--json", strict.folder]);
  expect(logsOf(stdout)).toMatchObject({ status: "fail", severity: "error" });
  expect(code).toBe(1);

  await using settled = await tinyService({ "tiny/server.py": LOGS_TO_FILE, "seaworthy.yaml": configuration });
  const lenient = await seaworthy(["verify", "--quick", settled.folder]);
  expect(lenient.stdout).toMatch(
    /^FAIL {6}Logs go to stdout and stderr only \(note, fails no run\) \[logs-on-streams\]$/m,
  );
  expect(lenient.code).toBe(0);
  const kept = join(settled.folder, ".seaworthy/runs/newest");
  expect(await readFile(join(kept, "checks.junit.xml"), "utf8")).toContain('failures="0" errors="0"');
  expect(logsOf(await readFile(join(kept, "checks.json"), "utf8"))).toMatchObject({ status: "fail", decides: false });
});

const logsOf = (text: string): CheckResult | undefined => {
  const read = JSON.parse(text) as readonly CheckResult[] | { readonly checks: readonly CheckResult[] };
  return ("checks" in read ? read.checks : read).find(({ id }) => id === "logs-on-streams");
};

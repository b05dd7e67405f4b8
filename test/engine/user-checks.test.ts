import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { judgeExpectation } from "../../src/checks/user/expected.ts";
import { exampleContract } from "../../src/checks/support/examples.ts";
import type { ConnectedEngine } from "../../src/engine/engine.ts";
import type { Expectation, Image, Service, Verdict } from "../../src/model/types.ts";
import { expectationOf, identities } from "../../src/pipeline/config-expectations.ts";
import { parseConfig } from "../../src/pipeline/config-schema.ts";
import { readStructureTests } from "../../src/pipeline/structure-tests.ts";
import { userChecks } from "../../src/probes/user/user-checks.ts";
import { structureTests, userCheckPairs } from "../faults/user-checks.ts";
import { BASE, buildFolder, connect } from "./engine-fixture.ts";

const APP = `
import json, signal, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(json.dumps([{"id": 1, "name": "first"}]) if self.path == "/items" else "ok")
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.answer(f"{self.headers['x-who']}: {body}")
    def answer(self, text):
        self.send_response(200)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())
    def log_message(self, *args): pass

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("a warning", file=sys.stderr, flush=True)
print("listening on 8000", flush=True)
HTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
`;
const DOCKERFILE = `FROM ${BASE}
WORKDIR /app
COPY app.py settings.toml copyright agpl ./
RUN chmod 0755 /app && chmod 0640 settings.toml && chown 1001:0 settings.toml && ln -s settings.toml link
ENV MODE=fast
LABEL team=pictures
EXPOSE 8000
VOLUME /data
USER 1001:1001
CMD ["python", "/app/app.py"]
`;

let engine: ConnectedEngine;
let image: Image;
beforeAll(async () => {
  engine = await connect();
  await using folder = await buildFolder({
    Dockerfile: DOCKERFILE,
    "app.py": APP,
    "settings.toml": "level = 3\n",
    copyright: "Expat\n",
    agpl: "AGPL-3\n",
  });
  image = (await engine.build(folder.request())).image;
});
afterAll(async () => {
  await engine.removeImage(image.tag);
  await engine[Symbol.asyncDispose]();
});

async function judge(expectations: readonly Expectation[]): Promise<readonly Verdict[]> {
  const contract = { ...exampleContract, health: { path: "/" }, expectations };
  const value = await userChecks.collect({
    engine,
    image,
    contract,
    service: {} as Service,
    build: undefined,
    evidenceDirectory: "",
    shared: {},
    signal: new AbortController().signal,
  });
  // As evidence is read back from a file, so it is judged here.
  const seen = { status: "seen", value: JSON.parse(JSON.stringify(value)) as never, milliseconds: 1 } as const;
  return expectations.map((expectation) => judgeExpectation(expectation, seen));
}

/** Through the parser, as the file would be read. */
function written(checks: readonly object[]): readonly Expectation[] {
  const result = parseConfig(stringify({ checks: checks.map((one, index) => ({ name: `check ${index}`, ...one })) }));
  if ("problem" in result) throw new Error(`${result.problem} (line ${result.line})`);
  return (result.config.checks ?? []).map((one, index) =>
    expectationOf(one, { id: `user/${index}`, title: "", where: "seaworthy.yaml:1" }),
  );
}

describe("checks of seaworthy.yaml on a real image", () => {
  it("pass where they hold", async () => {
    const verdicts = await judge(written(userCheckPairs.map(({ holds }) => holds)));
    const accused = userCheckPairs.flatMap(({ name }, index) =>
      verdicts[index]?.status === "pass" ? [] : [`${name}: ${verdicts[index]?.message}`],
    );
    expect(accused).toEqual([]);
  });

  it("fail where a fault is planted", async () => {
    const verdicts = await judge(written(userCheckPairs.map(({ broken }) => broken)));
    const missed = userCheckPairs.flatMap(({ name }, index) =>
      verdicts[index]?.status === "fail" ? [] : [`${name}: ${verdicts[index]?.message}`],
    );
    expect(missed).toEqual([]);
  });
});

describe("container-structure-test files on a real image", () => {
  it.each([
    ["holds", "pass"],
    ["broken", "fail"],
  ] as const)("%s: every test is a %s", async (which, status) => {
    const tests = readStructureTests(structureTests[which], "structure.yaml", identities());
    const verdicts = await judge(tests);
    const others = tests.flatMap(({ title }, index) =>
      verdicts[index]?.status === status ? [] : [`${title}: ${verdicts[index]?.message}`],
    );
    expect(others).toEqual([]);
  });
});

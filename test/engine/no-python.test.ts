import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { noNetworkNeeded } from "../../src/checks/no-network-needed.ts";
import { exampleContract } from "../../src/checks/support/examples.ts";
import type { Contract, Service } from "../../src/model/types.ts";
import { noNetwork } from "../../src/probes/no-network.ts";
import { BASE, soon } from "./engine-fixture.ts";
import { builtImages } from "./support/built-images.ts";

/** An image in which no program can ask the service: its interpreter has another name. */

const app = (more: string) => `
import signal, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
${more}
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
HTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
`;
const DOCKERFILE = `FROM ${BASE}
COPY app.py /app.py
RUN real=$(readlink -f "$(command -v python3)") && mv "$real" "$(dirname "$real")/serve" \\
    && rm -f $(command -v python3) $(command -v python) /usr/bin/python3* /usr/local/bin/python3*
USER 1001:1001
CMD ["serve", "/app.py"]
`;
const WAY_OUT = `
if not any(line.split()[1] == "00000000" for line in open("/proc/net/route")):
    sys.exit("no way out")
`;

const images = builtImages();

async function judged(more: string) {
  const contract: Contract = {
    ...exampleContract,
    health: undefined,
    limits: { ...exampleContract.limits, startSeconds: 2 },
  };
  const service = { files: [], routes: [] } as unknown as Service;
  const image = await images.build({ Dockerfile: DOCKERFILE, "app.py": app(more) });
  const engine = images.engine();
  const context = { engine, image, service, contract, build: undefined, evidenceDirectory: tmpdir(), shared: {} };
  const seen = await noNetwork.collect({ ...context, signal: soon() });
  return noNetworkNeeded.judge(seen, { contract, service, side: "after", before: undefined });
}

it("is asked from outside, in a network without a way out", async () => {
  expect(await judged("")).toMatchObject({ status: "pass" });
});

it("fails where it needs a way out at its start", async () => {
  expect(await judged(WAY_OUT)).toMatchObject({
    status: "fail",
    message: expect.stringContaining("no way out") as string,
  });
});

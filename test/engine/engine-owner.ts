/** A process of its own that starts a container, makes a network and builds an image, says their names, and waits to be killed. */
import { BASE, buildFolder, connect } from "./engine-fixture.ts";

const engine = await connect({ runId: process.argv[2] ?? "owner" });
const network = await engine.createNetwork({ internal: true });
const container = await engine.start(BASE, { entrypoint: ["sleep", "600"], network });
const folder = await buildFolder({ Dockerfile: `FROM ${BASE}\nENV OWNER=${process.argv[2]}\n` });
const request = folder.request();
await engine.build(request);
await folder[Symbol.asyncDispose]();
process.stdout.write(
  `${JSON.stringify({ pid: process.pid, container: container.id, network: network.id, tag: request.tag })}\n`,
);
setInterval(() => {}, 60_000);

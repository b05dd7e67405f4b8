import { createConnection, createServer, type Socket } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A door to the real engine that can be shut. */
export async function engineDoor(): Promise<AsyncDisposable & { readonly path: string; cut(): void }> {
  const folder = await mkdtemp(join(tmpdir(), "sw-"));
  const path = join(folder, "engine.sock");
  const engine = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace("unix://", "");
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = createConnection(engine);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on("error", () => {});
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const cut = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return {
    path,
    cut,
    [Symbol.asyncDispose]: async () => {
      cut();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

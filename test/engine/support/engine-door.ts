import { createConnection, createServer, type Socket } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A door to the real engine. */
export interface EngineDoor extends AsyncDisposable {
  readonly path: string;
  /** Shut for good. */
  cut(): void;
  /** Shut and opened again: as an engine that crashed, and was started again at once. */
  flap(): void;
}

export async function engineDoor(): Promise<EngineDoor> {
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
  const flap = () => {
    for (const socket of open) socket.destroy();
    open.clear();
  };
  const cut = () => {
    server.close();
    flap();
  };
  return {
    path,
    cut,
    flap,
    [Symbol.asyncDispose]: async () => {
      cut();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run } from "../../../src/kit/exec.ts";

/** A real ssh server on loopback that lets one throw-away key in. */
export interface SshServer extends AsyncDisposable {
  /** Environment in which `ssh lab-engine` gets there. */
  readonly env: Readonly<Record<string, string>>;
  /** What it has said so far. */
  readonly log: readonly string[];
}

/** Why there can be none here; undefined when there can. */
export const noSshServer: string | undefined =
  process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get") || !existsSync("/usr/bin/ssh-keygen")
    ? "scripts/lab-sshd needs root, Debian's apt-get and ssh"
    : undefined;

export async function sshServer(): Promise<SshServer> {
  const folder = await mkdtemp(join(tmpdir(), "sw-ssh-"));
  const port = await freePort();
  const over = new AbortController();
  const log: string[] = [];
  let served: Promise<unknown> = Promise.resolve();
  await new Promise<void>((listening, reject) => {
    served = run(resolve("scripts/lab-sshd"), [folder, String(port)], {
      signal: over.signal,
      onLine: (_, line) => {
        log.push(line);
        if (line.startsWith("Server listening")) listening();
      },
    }).then(() => reject(new Error(`The ssh server ended:\n${log.join("\n")}`)), reject);
  });
  return {
    env: { PATH: `${join(folder, "bin")}:${process.env["PATH"]}` },
    log,
    async [Symbol.asyncDispose]() {
      over.abort(new Error("over"));
      await served;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

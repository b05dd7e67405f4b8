import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../../src/kit/exec.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/** Nothing of the engine that the tests themselves use. */
export const afresh = (env: Env): Env => ({ ...process.env, DOCKER_HOST: undefined, ...env });

/** The end of a context that has the keys of that folder. */
export const tlsEndpoint = (port: number, keys: string): string =>
  `host=tcp://127.0.0.1:${port},ca=${keys}/ca.pem,cert=${keys}/cert.pem,key=${keys}/key.pem`;

/** Docker's settings, in a folder below that one, with a context of that name in use. */
export async function withContext(folder: string, name: string, endpoint: string): Promise<Env> {
  const settings = join(folder, name);
  await mkdir(join(settings, "cli-plugins"), { recursive: true });
  const plugins = join(process.env["DOCKER_CONFIG"] ?? "/usr/libexec/docker", "cli-plugins");
  await symlink(join(plugins, "docker-buildx"), join(settings, "cli-plugins/docker-buildx"));
  const env = { DOCKER_CONFIG: settings, DOCKER_HOST: undefined };
  await addContext(settings, name, endpoint);
  const used = await run("docker", ["context", "use", name], { env });
  if (used.code !== 0) throw new Error(used.stderr);
  return afresh({ DOCKER_CONFIG: settings });
}

/** One more context in those settings, which is not in use. */
export async function addContext(settings: string, name: string, endpoint: string): Promise<void> {
  const env = { DOCKER_CONFIG: settings, DOCKER_HOST: undefined };
  const { code, stderr } = await run("docker", ["context", "create", name, "--docker", endpoint], { env });
  if (code !== 0) throw new Error(stderr);
}

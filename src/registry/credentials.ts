import { homedir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { UserError } from "../kit/errors.ts";
import { run as runProgram } from "../kit/exec.ts";
import { readText } from "../kit/files.ts";

/** What a registry accepts: a name with a password, or a token to trade for access tokens. */
export type Login =
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  | { readonly kind: "identity-token"; readonly token: string };

/** The login for one registry host. `problem` says why a login that is configured could not be read. */
export type Credentials = (host: string) => Promise<{ readonly login?: Login; readonly problem?: string }>;

/** No logins at all. */
export const anonymous: Credentials = () => Promise.resolve({});

const configSchema = z.object({
  auths: z
    .record(z.string(), z.object({ auth: z.string().optional(), identitytoken: z.string().optional() }))
    .optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
});
const helperAnswer = z.object({ Username: z.string(), Secret: z.string() });
type Config = z.infer<typeof configSchema>;

/**
 * The logins that `docker login` keeps: credential helpers first, then the entries of config.json. The file is read
 * once, at the first question. It is `$DOCKER_CONFIG/config.json`, or `~/.docker/config.json`.
 */
export function dockerCredentials(
  env: Readonly<Record<string, string | undefined>>,
  run: typeof runProgram = runProgram,
): Credentials {
  const file = join(env["DOCKER_CONFIG"] ?? join(env["HOME"] ?? homedir(), ".docker"), "config.json");
  let config: Promise<Config> | undefined;
  return async (host) => {
    config ??= readConfig(file);
    const { auths = {}, credHelpers = {}, credsStore } = await config;
    const names = namesOf(host);
    const helper = names.map((name) => credHelpers[name]).find((found) => found !== undefined) ?? credsStore;
    const fromHelper = helper === undefined ? {} : await askHelper(helper, names[0] ?? host, { env, run });
    if (fromHelper.login !== undefined) return fromHelper;
    const entry = Object.entries(auths).find(([key]) => names.includes(key) || names.includes(hostOf(key)))?.[1];
    const login = entry === undefined ? undefined : loginOf(entry);
    return login === undefined ? fromHelper : { login };
  };
}

/** Docker keeps the login of Docker Hub under the address of its first version. */
function namesOf(host: string): readonly string[] {
  return host === "registry-1.docker.io"
    ? ["https://index.docker.io/v1/", "index.docker.io", "docker.io", host]
    : [host, `https://${host}`];
}

const hostOf = (key: string): string => key.replace(/^https?:\/\//, "").split("/")[0] ?? key;

function loginOf(entry: { auth?: string | undefined; identitytoken?: string | undefined }): Login | undefined {
  if (entry.identitytoken !== undefined && entry.identitytoken !== "")
    return { kind: "identity-token", token: entry.identitytoken };
  const [, username, password] = /^([^:]+):([\s\S]+)$/.exec(Buffer.from(entry.auth ?? "", "base64").toString()) ?? [];
  if (username === undefined || password === undefined) return undefined;
  return { kind: "password", username, password: password.replace(/\0+$/, "") };
}

async function readConfig(file: string): Promise<Config> {
  const text = await readText(file);
  if (text === undefined) return {};
  const bad = (why: string, cause?: unknown) =>
    new UserError("registry/bad-docker-config", `${file} cannot be used: ${why}`, {
      hint: "Mend the file, or log in again with `docker login`.",
      where: { file },
      cause,
    });
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw bad("it is not JSON", cause); // The parser's own message would show a part of the file, and so of a password.
  }
  const parsed = configSchema.safeParse(data);
  if (!parsed.success)
    throw bad(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
  return parsed.data;
}

async function askHelper(
  helper: string,
  host: string,
  { env, run }: { env: Readonly<Record<string, string | undefined>>; run: typeof runProgram },
): Promise<{ login?: Login; problem?: string }> {
  const program = `docker-credential-${helper}`;
  if (!/^[\w.-]+$/.test(helper)) return { problem: `\`${helper}\` is no name of a credential helper` };
  try {
    const { code, stdout } = await run(program, ["get"], { input: host, env, timeoutMs: 15_000 });
    if (code !== 0)
      return /not found/i.test(stdout) ? {} : { problem: `\`${program} get\` ended with exit code ${code}` };
    const { Username: username, Secret: secret } = helperAnswer.parse(JSON.parse(stdout));
    return username === "<token>"
      ? { login: { kind: "identity-token", token: secret } }
      : { login: { kind: "password", username, password: secret } };
  } catch (error) {
    // What it printed may be a password: only its name is repeated.
    return { problem: error instanceof UserError ? error.message : `\`${program} get\` gave no readable answer` };
  }
}

import { connectEngine } from "../engine/connect.ts";
import { certificatesIn } from "../kit/certificates.ts";
import { UserError } from "../kit/errors.ts";
import { run } from "../kit/exec.ts";
import { CA_HINT, caFileOf } from "./ca-file.ts";
import type { World } from "./session.ts";

export interface Examination {
  readonly ok: boolean;
  readonly what: string;
  readonly hint: string;
}

/** Tries what the tool needs of the environment, one thing at a time. */
export async function examine(
  { env, signal }: World,
  options: { readonly engine?: string; readonly ca?: string },
): Promise<readonly Examination[]> {
  const { builder, ...engine } = await engineAnswers(options.engine, env, signal);
  return [
    { ok: true, what: `Node.js ${process.version}`, hint: "" },
    await tried("git", ["--version"], "Install git: builds are made from tracked files."),
    engine,
    await (builder === "podman"
      ? tried("podman", ["--version"], "Install podman: its command builds and pulls.")
      : tried(
          "docker",
          ["buildx", "version"],
          "Install the buildx plugin: builds and their cache facts come from it.",
        )),
    await caServes(caFileOf(options.ca, env)),
  ];
}

async function caServes(ca: string | undefined): Promise<Examination> {
  if (ca === undefined) return { ok: true, what: "no company CA bundle is set", hint: "" };
  const read = await certificatesIn(ca);
  return "problem" in read
    ? { ok: false, what: `company CA bundle: ${read.problem}`, hint: CA_HINT }
    : { ok: true, what: `company CA bundle ${ca}`, hint: "" };
}

async function tried(program: string, args: readonly string[], hint: string): Promise<Examination> {
  const what = `${program} ${args.join(" ")}`;
  try {
    const { code, stdout } = await run(program, args, { timeoutMs: 20_000 });
    // buildx tells its address and its commit, too.
    const [version = what] = stdout.replace(/^github\.com\/(docker)\/(buildx \S+).*/, "$1 $2").split("\n");
    return { ok: code === 0, what: code === 0 ? version : `\`${what}\` failed`, hint };
  } catch (error) {
    return { ok: false, what: error instanceof Error ? error.message : what, hint };
  }
}

/** The engine that answers, and whose command builds for it. */
async function engineAnswers(
  host: string | undefined,
  env: World["env"],
  signal: AbortSignal,
): Promise<Examination & { readonly builder?: string }> {
  try {
    const where = host === undefined ? {} : { host };
    await using engine = await connectEngine({ ...where, runId: "doctor", signal, env });
    const what = `container engine ${engine.name} ${engine.version} (${engine.store})`;
    return { ok: true, what, hint: "", builder: engine.name };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const places = error.details.length === 0 ? "" : ` Tried: ${error.details.join("; ")}.`;
    return { ok: false, what: error.message, hint: `${error.hint}${places}` };
  }
}

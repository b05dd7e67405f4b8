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
  return [
    { ok: true, what: `Node.js ${process.version}`, hint: "" },
    await tried("git", ["--version"], "Install git: builds are made from tracked files."),
    await tried(
      "docker",
      ["buildx", "version"],
      "Install the buildx plugin: builds and their cache facts come from it.",
    ),
    await engineAnswers(options.engine, env, signal),
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
    return { ok: code === 0, what: code === 0 ? (stdout.split("\n")[0] ?? what) : `\`${what}\` failed`, hint };
  } catch (error) {
    return { ok: false, what: error instanceof Error ? error.message : what, hint };
  }
}

async function engineAnswers(host: string | undefined, env: World["env"], signal: AbortSignal): Promise<Examination> {
  try {
    const where = host === undefined ? {} : { host };
    await using engine = await connectEngine({ ...where, runId: "doctor", signal, env });
    return { ok: true, what: `container engine ${engine.name} ${engine.version} (${engine.store})`, hint: "" };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const places = error.details.length === 0 ? "" : ` Tried: ${error.details.join("; ")}.`;
    return { ok: false, what: error.message, hint: `${error.hint}${places}` };
  }
}

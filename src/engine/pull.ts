import { UserError } from "../kit/errors.ts";
import { run, tail } from "../kit/exec.ts";
import { visible } from "../kit/text.ts";
import { failureOf, lostIn } from "./build-failure.ts";
import type { EngineCli } from "./engine.ts";

/** Pulls through the command line: logins and credential helpers are its business. */
export async function pullImage(cli: EngineCli, reference: string, signal: AbortSignal): Promise<void> {
  const { code, stderr } = await run(cli.program, ["pull", "--quiet", reference], { env: cli.env, signal });
  if (code === 0) return;
  const known = lostIn(stderr) ?? failureOf(stderr, reference);
  if (known !== undefined) throw known;
  throw new UserError("engine/pull-failed", `${reference} cannot be pulled`, {
    hint: "Check the name, the network and the login of the registry.",
    details: tail(visible(stderr), 10),
  });
}

/** Pushes through the command line, for the same reason. */
export async function pushImage(cli: EngineCli, reference: string, signal: AbortSignal): Promise<void> {
  const { code, stderr } = await run(cli.program, ["push", "--quiet", reference], { env: cli.env, signal });
  if (code === 0) return;
  throw (
    lostIn(stderr) ??
    new UserError("engine/push-failed", `${reference} cannot be pushed`, {
      hint: "Check that the repository exists, and that `docker login` was done for its registry.",
      details: tail(visible(stderr), 10),
    })
  );
}

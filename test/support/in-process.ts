import { start } from "../../src/cli/full.ts";

/** Runs the command line in this process, which keeps no exit code of it. */
export async function seaworthy(...args: readonly string[]) {
  let [stdout, stderr] = ["", ""];
  const own = {
    stdout: { write: (text: string) => void (stdout += text) },
    stderr: { write: (text: string) => void (stderr += text) },
    exitCode: undefined as number | string | undefined,
  };
  process.exitCode = undefined;
  await start(args, own);
  // A command that fails says so to the real process.
  const code = process.exitCode ?? own.exitCode ?? 0;
  process.exitCode = undefined;
  return { code, stdout, stderr };
}

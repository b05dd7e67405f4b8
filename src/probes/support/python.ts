import type { Container } from "../../engine/engine.ts";

/** Runs a line of Python inside the container with an interpreter of its own.
 * @returns undefined when it has none that can be found. */
export async function runPython(
  container: Container,
  script: string,
  options: { readonly user?: string; readonly signal: AbortSignal },
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string } | undefined> {
  const own = (await container.processes().catch(() => [])).map(({ argv }) => argv.split(" ")[0] ?? "");
  const candidates = ["python3", "python", ...own.filter((program) => /\/python3?(\.\d+)?$/.test(program))];
  for (const program of new Set(candidates)) {
    try {
      const result = await container.exec([program, "-I", "-c", script], options);
      if (result.code !== 126 && result.code !== 127) return result;
    } catch {
      options.signal.throwIfAborted(); // The engine refuses a program that is not there; the next one may be.
    }
  }
  return undefined;
}

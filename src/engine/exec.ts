import { environmentList } from "./create.ts";
import { FrameSplitter } from "./frames.ts";
import type { ExecOptions } from "./engine.ts";
import type { EngineHttp } from "./http.ts";
import { watched } from "./watch.ts";

/** Of each stream; the rest of an exec's output is dropped from the front. */
const KEEP_BYTES = 4_000_000;

/** Runs a program in a running container to its end. Its exit code is a result, not an error. */
export async function execIn(
  http: EngineHttp,
  container: string,
  argv: readonly string[],
  options: ExecOptions,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const { Id: id } = await http.json<{ Id: string }>("POST", `/containers/${container}/exec`, {
    body: {
      Cmd: argv,
      AttachStdout: true,
      AttachStderr: true,
      ...(options.user && { User: options.user }),
      ...(options.env && { Env: environmentList(options.env) }),
    },
  });
  const kept = { stdout: new Tail(), stderr: new Tail() };
  await watched(http, options.signal ?? new AbortController().signal, async (signal) => {
    const body = { Detach: false, Tty: false };
    const response = await http.stream("POST", `/exec/${id}/start`, { body, signal, timeoutMs: 0 });
    const stop = () => response.destroy(new Error("aborted"));
    signal.addEventListener("abort", stop, { once: true });
    const splitter = new FrameSplitter();
    try {
      for await (const chunk of response)
        for (const frame of splitter.push(chunk as Buffer)) kept[frame.stream].push(frame.payload);
    } catch (error) {
      signal.throwIfAborted();
      throw http.lost(error);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  });
  const { ExitCode: code } = await http.json<{ ExitCode: number | null }>("GET", `/exec/${id}/json`);
  return { code: code ?? -1, stdout: kept.stdout.text(), stderr: kept.stderr.text() };
}

class Tail {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(Buffer.from(chunk));
    this.#bytes += chunk.length;
    while (this.#bytes - (this.#chunks[0]?.length ?? 0) > KEEP_BYTES) this.#bytes -= this.#chunks.shift()?.length ?? 0;
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}

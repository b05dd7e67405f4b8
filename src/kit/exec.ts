import type { ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { UserError } from "./errors.ts";
import { timeLimit } from "./time-limit.ts";

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array;
  /** SIGTERM to the whole process group when it fires, SIGKILL two seconds later. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly onLine?: (stream: "stdout" | "stderr", line: string) => void;
  /** Only the last part of each stream is kept; 4 MB unless told. */
  readonly keepBytes?: number;
}

export interface Finished {
  /** 128 + n when a signal ended it, as a shell says. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

/**
 * Runs one program to its end. This file is the only place that starts processes.
 * A non-zero exit code is a result, not an error.
 * @throws UserError `exec/not-found` when there is no such program, `exec/timeout` when it took too long;
 *         the signal's reason when the signal fired.
 */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  options.signal?.throwIfAborted();
  // Loaded when a process is to be started: most analyses start none.
  const [{ spawn }, { createInterface }] = await Promise.all([import("node:child_process"), import("node:readline")]);
  const started = performance.now();
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const stop = stopper(child);
  const timeout = options.timeoutMs === undefined ? undefined : timeLimit(options.timeoutMs);
  const signals = [options.signal, timeout].filter((signal) => signal !== undefined);
  for (const signal of signals) signal.addEventListener("abort", stop, { once: true });
  const { onLine } = options;
  if (onLine !== undefined)
    for (const name of ["stdout", "stderr"] as const)
      createInterface({ input: child[name] }).on("line", (line) => onLine(name, line));
  child.stdin.on("error", () => {}); // The program may close its input early; its exit code tells the rest.
  child.stdin.end(options.input ?? "");
  try {
    const [stdout, stderr, code] = await Promise.all([
      collect(child, "stdout", options),
      collect(child, "stderr", options),
      exitOf(child, program),
    ]);
    options.signal?.throwIfAborted();
    if (timeout?.aborted)
      throw new UserError("exec/timeout", `\`${program} ${args[0] ?? ""}\` took longer than ${options.timeoutMs} ms`, {
        hint: "Run it by hand to see what it waits for.",
        details: tail(stderr, 20),
      });
    return { code, stdout, stderr, milliseconds: performance.now() - started };
  } finally {
    for (const signal of signals) signal.removeEventListener("abort", stop);
  }
}

/** A program that goes on, and is spoken to over its streams. */
export interface Conversation {
  readonly input: Writable;
  readonly output: Readable;
  end(): void;
}

/** Starts one. When it cannot be started its output ends at once, as when it ends at once. */
export async function converse(program: string, args: readonly string[]): Promise<Conversation> {
  const { spawn } = await import("node:child_process");
  const child = spawn(program, args, { detached: true, stdio: ["pipe", "pipe", "ignore"] });
  for (const emitter of [child, child.stdin, child.stdout]) emitter.on("error", () => child.stdout.destroy());
  return { input: child.stdin, output: child.stdout, end: stopper(child) };
}

/** The last lines of a text that are not empty. */
export function tail(text: string, lines: number): readonly string[] {
  return text.trimEnd().split("\n").slice(-lines);
}

/** Ends the whole process group: a shell's children too. */
function stopper(child: ChildProcess): () => void {
  return () => {
    const kill = (signal: NodeJS.Signals) => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal);
      } catch {
        // It is gone already.
      }
    };
    kill("SIGTERM");
    const later = setTimeout(() => kill("SIGKILL"), 2000);
    child.once("close", () => clearTimeout(later));
  };
}

async function collect(child: ChildProcess, name: "stdout" | "stderr", options: RunOptions): Promise<string> {
  const stream = child[name];
  if (stream === null) return "";
  const limit = options.keepBytes ?? 4_000_000;
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    while (size - (chunks[0]?.length ?? 0) > limit) size -= chunks.shift()?.length ?? 0;
  });
  await new Promise((resolve) => stream.once("close", resolve));
  return Buffer.concat(chunks).toString("utf8");
}

function exitOf(child: ChildProcess, program: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (cause: NodeJS.ErrnoException) => {
      reject(
        cause.code === "ENOENT"
          ? new UserError("exec/not-found", `There is no program \`${program}\``, {
              hint: `Install \`${program}\`, or put it on the PATH.`,
              cause,
            })
          : cause,
      );
    });
    child.once("close", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : numberOf(signal))));
  });
}

/** The table of them is loaded with the first program that a signal ended: an analysis meets none. */
const numberOf = (signal: NodeJS.Signals): number => process.getBuiltinModule("node:os").constants.signals[signal];

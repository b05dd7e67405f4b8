import { fstatSync, statSync, writeSync } from "node:fs";
import type { CommandContext, StricliProcess } from "@stricli/core";

type Name = "stdout" | "stderr";
type Stream = CommandContext["process"][Name];

const DESCRIPTOR: Readonly<Record<Name, number>> = { stdout: 1, stderr: 2 };

/** A reader that has seen enough (`| head`) is no error: the command goes on, cleans up and ends with its own exit code. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

let asked = false;

/** Whether all that was said is written: only node's own streams may still be at it. */
export const allWritten = (): boolean => !asked;

/** node's own stream. */
export function streamOf(name: Name): NodeJS.WriteStream {
  asked = true;
  const stream = process[name];
  return stream.listeners("error").includes(endQuietly) ? stream : stream.on("error", endQuietly);
}

/**
 * This process, writing into files and pipes itself: node's own streams for them take longer to load than the result
 * takes to write. A terminal has its stream: that knows colours and the width.
 */
export const writingItself = (): StricliProcess => ({
  env: process.env,
  stdout: mayBeTerminal("stdout") ? streamOf("stdout") : outlet("stdout"),
  stderr: mayBeTerminal("stderr") ? streamOf("stderr") : outlet("stderr"),
  get exitCode() {
    return process.exitCode;
  },
  set exitCode(code) {
    process.exitCode = code;
  },
});

/** Not `isatty`: its module loads those of the network too. */
function mayBeTerminal(name: Name): boolean {
  try {
    const stats = fstatSync(DESCRIPTOR[name]);
    return stats.isCharacterDevice() && stats.rdev !== statSync("/dev/null").rdev;
  } catch {
    return true;
  }
}

/** Writes at once, as node's own streams do for files and pipes. */
function outlet(name: Name): Stream {
  let own: Stream | undefined;
  return {
    write(text) {
      if (own !== undefined) return own.write(text);
      let rest: Buffer = Buffer.from(text);
      try {
        while (rest.length > 0) rest = rest.subarray(writeSync(DESCRIPTOR[name], rest));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return endQuietly(error as NodeJS.ErrnoException);
        // A pipe that whoever holds its other end told not to wait: node's own stream tells it to wait again.
        const stream = streamOf(name);
        stream.write(rest);
        own = stream;
      }
    },
  };
}

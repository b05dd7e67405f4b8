import { fstatSync, statSync, writeSync } from "node:fs";
import type { CommandContext, StricliProcess } from "@stricli/core";
import { unwritable } from "../kit/files.ts";
import { errorText } from "./error-text.ts";

type Name = "stdout" | "stderr";
type Stream = CommandContext["process"][Name];

const DESCRIPTOR: Readonly<Record<Name, number>> = { stdout: 1, stderr: 2 };

/**
 * What cannot be written stops no command: it goes on and cleans up. A reader that has seen enough (`| head`) is no error,
 * and leaves the command its own exit code; a full disk is one, and whoever reads the file would take it for the whole result.
 */
const onError: Readonly<Record<Name, (error: NodeJS.ErrnoException) => void>> = {
  stdout: (error) => unlessClosed(error, "stdout"),
  stderr: (error) => unlessClosed(error, "stderr"),
};

let hasFailed = false;

function unlessClosed(error: NodeJS.ErrnoException, name: Name): void {
  if (error.code === "EPIPE" || hasFailed) return;
  hasFailed = true;
  // Whatever the command finds meanwhile, nobody has read it.
  process.on("exit", () => {
    process.exitCode = 2;
  });
  if (name === "stderr") return;
  try {
    writeSync(DESCRIPTOR.stderr, `${errorText(unwritable("The result", error))}\n`);
  } catch {
    // Nobody can be told.
  }
}

let asked = false;

/** Whether all that was said is written: only node's own streams may still be at it. */
export const allWritten = (): boolean => !asked;

/** node's own stream. */
export function streamOf(name: Name): NodeJS.WriteStream {
  asked = true;
  const stream = process[name];
  return stream.listeners("error").includes(onError[name]) ? stream : stream.on("error", onError[name]);
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
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return onError[name](error as NodeJS.ErrnoException);
        // A pipe that whoever holds its other end told not to wait: node's own stream tells it to wait again.
        const stream = streamOf(name);
        stream.write(rest);
        own = stream;
      }
    },
  };
}

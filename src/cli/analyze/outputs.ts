import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import type { CommandContext } from "@stricli/core";
import { formats } from "../../formats/index.gen.ts";
import type { FormatContext, FormatWriter, Judged } from "../../formats/format.ts";
import { text } from "../../formats/text.ts";
import { UserError } from "../../kit/errors.ts";
import { unwritable } from "../../kit/files.ts";
import { didYouMean } from "../../kit/nearest.ts";

/** Where one format goes, part by part. */
export interface Output {
  readonly add: (judged: Judged) => void;
  readonly end: () => void;
  /** Something went wrong: leave no half file. */
  readonly abandon: () => void;
}

/**
 * The outputs that `--format NAME[=FILE]` asks for. Without one that goes to stdout, people get their text there.
 * @throws UserError `analyze/unknown-format`, `analyze/two-on-stdout`, `files/unwritable`.
 */
export function outputsOf(
  command: CommandContext,
  wanted: readonly string[],
  context: FormatContext,
): readonly Output[] {
  const asked = wanted.map(parse);
  const onStdout = asked.filter(({ file }) => file === undefined);
  if (onStdout.length > 1)
    throw new UserError("analyze/two-on-stdout", `Two formats cannot both go to stdout: ${wanted.join(", ")}`, {
      hint: "Give all but one a file: --format sarif=findings.sarif.",
    });
  const forPeople = onStdout.length === 0 ? [toStdout(command, text.begin(context))] : [];
  return [
    ...forPeople,
    ...asked.map(({ format, file }) =>
      file === undefined
        ? toStdout(command, format.begin({ ...context, colour: format.id === "text" && context.colour }))
        : toFile(file, format.begin({ ...context, colour: false, width: undefined })),
    ),
  ];
}

function parse(wanted: string) {
  const [name = "", ...rest] = wanted.split("=");
  const format = formats.find(({ id }) => id === name);
  const file = rest.join("=");
  if (format !== undefined && (rest.length === 0 || file !== "")) return { format, file: file || undefined };
  const names = formats.map(({ id }) => id);
  throw new UserError("analyze/unknown-format", `There is no format \`${wanted}\`${didYouMean(name, names)}`, {
    hint: `Formats: ${names.join(", ")}. NAME writes to stdout, NAME=FILE into a file.`,
  });
}

function toStdout(command: CommandContext, writer: FormatWriter): Output {
  const write = (part: string) => void (part !== "" && command.process.stdout.write(part));
  return { add: (judged) => write(writer.add(judged)), end: () => write(writer.end()), abandon: () => {} };
}

/**
 * Written beside its place and renamed at the end: a reader sees the old file or the whole new one. What is no file, such
 * as `/dev/stderr`, is written into and never replaced.
 */
function toFile(file: string, writer: FormatWriter): Output {
  const special = statSync(file, { throwIfNoEntry: false })?.isFile() === false;
  const part = special ? file : `${file}.${process.pid}.part`;
  const remove = () => void (special || rmSync(part, { force: true }));
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      remove();
      throw unwritable(file, error);
    }
  };
  const descriptor = guarded(() => openSync(part, "w"));
  const write = (written: string) => guarded(() => void (written !== "" && writeSync(descriptor, written)));
  return {
    add: (judged) => write(writer.add(judged)),
    end() {
      write(writer.end());
      guarded(() => {
        closeSync(descriptor);
        if (!special) renameSync(part, file);
      });
    },
    abandon: remove,
  };
}

/**
 * Loaded into a real process before anything else: counts what the process changes on the disk, and at the change whose
 * number or text HALT_AT names says so on stderr and stands still, so that a test can end it or send it a signal exactly
 * there. Of a file that is about to be written half the content is written first.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { setTimeout } from "node:timers";

const haltAt = process.env["HALT_AT"] ?? "0";
const { writeFile, rename, rm, rmdir, mkdir, copyFile } = fs.promises;
let count = 0;

const pathOf = (file: fs.PathLike): string => (typeof file === "string" ? file : file.toString());

const isHere = (number: number, what: string): boolean =>
  /^\d+$/.test(haltAt) ? number === Number(haltAt) : new RegExp(haltAt).test(what);

async function halt(what: string, file: fs.PathLike): Promise<void> {
  count += 1;
  fs.writeSync(2, `change ${count}: ${what} ${pathOf(file)}\n`);
  if (!isHere(count, `${what} ${pathOf(file)}`)) return;
  // Only a signal that the process survives lets it go on. The timer keeps it from ending for lack of work.
  const stay = setTimeout(() => {}, 600_000);
  const signalled = new Promise<void>((resolve) => process.once("SIGINT", () => resolve()));
  fs.writeSync(2, "halted\n");
  await signalled;
  clearTimeout(stay);
}

const isThere = (file: fs.PathLike): boolean => fs.existsSync(file);

Object.assign(fs.promises, {
  async writeFile(...args: Parameters<typeof writeFile>) {
    const [file, content, options] = args as [fs.PathLike, string | Uint8Array, Parameters<typeof writeFile>[2]];
    const text = Buffer.from(content);
    if (isHere(count + 1, `write ${pathOf(file)}`)) await writeFile(file, text.subarray(0, text.length / 2), options);
    await halt("write", file);
    return writeFile(...args);
  },
  async rename(...args: Parameters<typeof rename>) {
    await halt("rename", args[1]);
    return rename(...args);
  },
  async rm(...args: Parameters<typeof rm>) {
    if (isThere(args[0])) await halt("remove", args[0]);
    return rm(...args);
  },
  async rmdir(...args: Parameters<typeof rmdir>) {
    if (isThere(args[0])) await halt("remove folder", args[0]);
    return rmdir(...args);
  },
  async mkdir(...args: Parameters<typeof mkdir>) {
    if (!isThere(args[0])) await halt("make folder", args[0]);
    return mkdir(...args);
  },
  async copyFile(...args: Parameters<typeof copyFile>) {
    await halt("copy", args[1]);
    return copyFile(...args);
  },
});
syncBuiltinESMExports();

import { expect, it } from "vitest";
import { errorText } from "../../src/cli/error-text.ts";

const failure = (code: string, path?: string): Error =>
  Object.assign(new Error(`${code}: write`), { code, ...(path === undefined ? {} : { path }) });

it.each(["ENOSPC", "EDQUOT", "EROFS"])("%s is the disk's fault, wherever it comes from", (code) => {
  expect(errorText(failure(code, "/runs/1/context/app.py"))).toMatch(
    new RegExp(`^/runs/1/context/app.py cannot be written: ${code}\\n.*free space.*\\[files/unwritable\\]$`),
  );
  expect(errorText(failure(code))).toContain(`cannot be written: ${code}`);
});

it("another failure of the file system is still ours to mend", () => {
  expect(errorText(failure("EBADF"))).toContain("bug in seaworthy");
});

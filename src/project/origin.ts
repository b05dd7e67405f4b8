import { textAt } from "./toml.ts";

/** Where a table says that a package comes from, as PEP 508 writes it: `{ git = …, rev = … }`, `{ path = … }`, `{ url = … }`. */
export function originOf(value: unknown): string | undefined {
  const repository = ["git", "hg", "svn", "bzr"].find((kind) => textAt(value, kind) !== undefined);
  if (repository !== undefined) {
    const at = ["rev", "tag", "branch", "ref"].map((key) => textAt(value, key)).find((one) => one !== undefined);
    return ` @ ${repository}+${textAt(value, repository)}${at === undefined ? "" : `@${at}`}`;
  }
  const other = textAt(value, "path") ?? textAt(value, "url") ?? textAt(value, "file");
  return other === undefined ? undefined : ` @ ${other}`;
}

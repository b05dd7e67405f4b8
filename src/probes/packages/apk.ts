import { databaseOf, type FoundPackage, type PackageSource } from "./package.ts";

const DATABASE = /^(usr\/)?lib\/apk\/db\/installed$/;

/** Alpine's and Wolfi's packages. */
export const apkPackages = (): PackageSource =>
  databaseOf(DATABASE, (bytes) => bytes.toString("utf8").split(/\n\n+/).flatMap(packageIn));

/** One paragraph: a letter, a colon and a value per line; `F:` names a folder and `R:` a file in it. */
function packageIn(text: string): readonly FoundPackage[] {
  const fields = new Map<string, string>();
  const files: string[] = [];
  let folder = "";
  for (const line of text.split("\n")) {
    const letter = line.slice(0, 2);
    const value = line.slice(2);
    if (letter === "F:") folder = value;
    else if (letter === "R:") files.push(folder === "" ? `/${value}` : `/${folder}/${value}`);
    else if (!fields.has(letter)) fields.set(letter, value);
  }
  const name = fields.get("P:");
  const version = fields.get("V:");
  if (name === undefined || version === undefined) return [];
  const architecture = fields.get("A:");
  const licence = fields.get("L:");
  return [
    {
      kind: "apk",
      name,
      version,
      ...(architecture === undefined ? {} : { architecture }),
      licences: licence === undefined || licence === "" ? [] : [licence],
      files,
    },
  ];
}

import { promises } from "node:fs";

/** The certificates of a PEM file, one after the other, or what is wrong with the file. */
export async function certificatesIn(
  file: string,
): Promise<{ readonly certificates: string } | { readonly problem: string }> {
  let text: string;
  try {
    text = await promises.readFile(file, "utf8");
  } catch (error) {
    return { problem: whyUnreadable(file, error as NodeJS.ErrnoException) };
  }
  const found = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  return found === null
    ? { problem: `${file} holds no certificate in PEM format` }
    : { certificates: `${found.join("\n")}\n` };
}

function whyUnreadable(file: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === "ENOENT" || code === "ENOTDIR") return `There is no file ${file}`;
  return code === "EISDIR" ? `${file} is a folder` : `${file} cannot be read: ${code ?? message}`;
}

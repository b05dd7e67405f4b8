/** A reference of an image, taken apart. */
export interface ImageName {
  /** Without registry, `library/`, tag and digest: `python`, `astral-sh/uv`. */
  readonly name: string;
  /** The last part of the name: `python`, `uv`, `amazonlinux`. */
  readonly short: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

export function imageName(reference: string): ImageName {
  const [named = "", digest] = reference.split("@");
  const colon = named.lastIndexOf(":");
  const tagged = colon > named.lastIndexOf("/");
  const name = withoutRegistry(tagged ? named.slice(0, colon) : named);
  return { name, short: name.split("/").at(-1) ?? name, tag: tagged ? named.slice(colon + 1) : undefined, digest };
}

function withoutRegistry(path: string): string {
  const parts = path.split("/");
  const first = parts[0] ?? "";
  if (parts.length > 1 && (/[.:]/.test(first) || first === "localhost")) parts.shift();
  return parts.join("/").replace(/^(?:docker\/)?library\//, "");
}

/** The official python image, uv's own images and tiangolo's carry the Python that their tag names. */
export function pythonOfImage({ name, short, tag = "" }: ImageName): string | undefined {
  if (name === "python" || name.endsWith("/python")) return /^v?([23]\.\d+(?:\.\d+)?)(?![\d.])/.exec(tag)?.[1];
  if (short === "uv" || name.startsWith("tiangolo/")) return /python(\d+\.\d+(?:\.\d+)?)/.exec(tag)?.[1];
  return undefined;
}

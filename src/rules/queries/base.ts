import { imageName, pythonOfImage } from "../../dockerfile/image-name.ts";
import { onceForText } from "../../kit/once.ts";

/** What an image reference tells without pulling it. Only what its publisher promises; everything else is undefined. */
export interface Base {
  readonly reference: string;
  /** Without registry, `library/`, tag and digest: `python`, `astral-sh/uv`. */
  readonly name: string;
  /** The last part of the name: `python`, `uv`, `amazonlinux`. */
  readonly short: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  /** `3.12` or `3.12.8`, when the image is one that brings this Python. */
  readonly python: string | undefined;
  readonly distribution: Distribution | undefined;
  /** What `/bin/sh` is. */
  readonly shell: "dash" | "bash" | "busybox" | undefined;
  /** The image is one of those that bring little beyond the interpreter: slim, alpine, distroless. */
  readonly minimal: boolean;
  /** The reference still holds a variable without a default. */
  readonly unresolved: boolean;
}

interface Distribution {
  readonly name: "debian" | "ubuntu" | "alpine" | "amazonlinux" | "ubi" | "fedora";
  /** `bookworm`, `24.04`, `3.20`, `2023`; undefined when the tag leaves it to the publisher. */
  readonly release: string | undefined;
}

const debianReleases = new Set(["jessie", "stretch", "buster", "bullseye", "bookworm", "trixie", "sid"]);
const ubuntuNames: Readonly<Record<string, string>> = {
  trusty: "14.04",
  xenial: "16.04",
  focal: "20.04",
  jammy: "22.04",
  noble: "24.04",
  bionic: "18.04",
};
const debianNumbers: Readonly<Record<string, string>> = {
  "8": "jessie",
  "9": "stretch",
  "10": "buster",
  "11": "bullseye",
  "12": "bookworm",
  "13": "trixie",
};

/** An image for AWS Lambda: the platform asks no HEALTHCHECK, and runs it as a user of its own whatever USER says. */
export const isForLambda = ({ name }: Base): boolean => /(?:^|\/)lambda\//.test(name);

/** Every second rule asks it. */
export const baseOf: (reference: string) => Base = onceForText((reference) => {
  const image = imageName(reference);
  const { name, short, tag, digest } = image;
  const distribution = distributionOf(short, tag ?? "");
  return {
    reference,
    name,
    short,
    tag,
    digest,
    python: pythonOfImage(image),
    distribution,
    shell: distribution === undefined ? shellOf(name) : shells[distribution.name],
    minimal: /slim|alpine|distroless|minimal/.test(`${name}:${tag ?? ""}`),
    unresolved: reference.includes("$"),
  };
});

/** Images for computing and serving whose publishers leave root. */
const LEAVES_ROOT =
  /^(?:nvidia\/(?:cuda|pytorch)|pytorch\/pytorch|tensorflow\/tensorflow|tiangolo\/(?:uvicorn-gunicorn|meinheld-gunicorn|uwsgi-nginx)[\w-]*|continuumio\/(?:mini|ana)conda3?|condaforge\/(?:miniforge3|mambaforge))$/;

/** It is known that the publisher leaves root: other images may set a user of their own. */
export const leavesRoot = ({ reference, name, short, distribution }: Base): boolean =>
  name === "python" ||
  short === "uv" ||
  distribution?.name !== undefined ||
  LEAVES_ROOT.test(name) ||
  reference.startsWith("gcr.io/distroless/");

/** Python without more, and the distributions themselves: what is not installed is not there. */
export const isBare = ({ name, short, minimal }: Base): boolean =>
  ((name === "python" || short === "uv") && minimal) || ["debian", "ubuntu", "alpine", "amazonlinux"].includes(short);

/** Images that are Debian's or Ubuntu's and do not say so in their tag. */
const shellOf = (name: string): Base["shell"] =>
  /^(?:(?:continuumio|condaforge|mambaorg|tiangolo)\/|pytorch\/pytorch$|tensorflow\/tensorflow$)/.test(name)
    ? "dash"
    : undefined;

const shells = {
  debian: "dash",
  ubuntu: "dash",
  alpine: "busybox",
  amazonlinux: "bash",
  ubi: "bash",
  fedora: "bash",
} as const;

function distributionOf(short: string, tag: string): Distribution | undefined {
  const words = tag.split("-");
  const number = (pattern: RegExp): string | undefined => pattern.exec(tag)?.[0];
  const alpine = words.find((word) => word.startsWith("alpine"));
  if (short === "alpine") return { name: "alpine", release: number(/^\d+\.\d+/) };
  if (alpine !== undefined) return { name: "alpine", release: alpine.slice("alpine".length) || undefined };
  if (short === "ubuntu") return { name: "ubuntu", release: ubuntuNames[words[0] ?? ""] ?? number(/^\d+\.\d+/) };
  if (short === "amazonlinux") return { name: "amazonlinux", release: number(/^(?:2023|2)\b/) };
  if (/^ubi\d/.test(short)) return { name: "ubi", release: /\d+/.exec(short)?.[0] };
  if (short === "fedora") return { name: "fedora", release: number(/^\d+/) };
  return debianOf(short, words, number(/^\d+/));
}

function debianOf(short: string, words: readonly string[], number: string | undefined): Distribution | undefined {
  const release = words.find((word) => debianReleases.has(word));
  if (short === "debian") return { name: "debian", release: release ?? debianNumbers[number ?? ""] };
  return short === "python" || release !== undefined ? { name: "debian", release } : undefined;
}

/** What is in an image, as the walk over its layers read it. No part of it comes from running the image. */

export interface Contents {
  readonly system: OperatingSystem | undefined;
  readonly packages: readonly InstalledPackage[];
  /** Bytes of the final tree by what put them there, largest first. */
  readonly owners: readonly OwnedBytes[];
  /** Per layer, what it hides of the layers below: bytes that are pulled and that nobody can read. */
  readonly waste: readonly LayerWaste[];
}

/** From the image's os-release file. */
export interface OperatingSystem {
  readonly id: string;
  readonly version: string;
  readonly name: string;
}

/** A package of the operating system, or a Python distribution. */
export interface InstalledPackage {
  readonly kind: "deb" | "apk" | "rpm" | "pypi";
  readonly name: string;
  readonly version: string;
  readonly architecture?: string;
  /** As the package declares them, unchanged. */
  readonly licences: readonly string[];
  /** Of its files in the final tree. */
  readonly bytes: number;
  /** The file that tells what was installed, and its SHA-256. */
  readonly record?: { readonly path: string; readonly sha256: string };
  /** A distribution that is installed in the interpreter's own folder, beside a virtual environment that the service uses. */
  readonly outsideEnvironment?: true;
  /** A package of the operating system brings it, for the system's own tools or in place of one from an index. */
  readonly ofSystem?: true;
  /** Not from an index: `dir`, `vcs`, `archive`; from direct_url.json. */
  readonly direct?: string;
}

export interface OwnedBytes {
  readonly kind: "operating system" | "Python" | "distribution" | "application" | "cache" | "other";
  readonly name: string;
  readonly bytes: number;
  readonly files: number;
}

export interface LayerWaste {
  readonly layer: number;
  /** Files that it takes away. */
  readonly deleted: number;
  /** Files that it brings again, with other content. */
  readonly replaced: number;
  /** Files that it brings again unchanged, with another mode or owner: what `chown -R` and `chmod -R` do. */
  readonly doubled: number;
  /** The largest of the files. */
  readonly example: string;
}

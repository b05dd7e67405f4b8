import type { InstalledPackage } from "../../model/types.ts";

/** A package before its files are looked up in the final tree. */
export interface FoundPackage extends Omit<InstalledPackage, "bytes"> {
  /** Of a distribution of Python: the folder or file of its metadata, absolute. */
  readonly metadata?: string;
  /** Absolute, as its database names them. */
  readonly files: readonly string[];
}

/** One kind of package database. It is shown every file of every layer and answers at the end. */
export interface PackageSource {
  wants(path: string): boolean;
  content(path: string, bytes: Buffer): void;
  /** @param isThere False for a file that a later layer took away. */
  packages(isThere: (path: string) => boolean): readonly FoundPackage[];
}

/** Where one file holds a whole database, wherever a distribution keeps it. */
export function databaseOf(place: RegExp, read: (bytes: Buffer) => readonly FoundPackage[]): PackageSource {
  const databases = new Map<string, readonly FoundPackage[]>();
  return {
    wants: (path) => place.test(path),
    content: (path, bytes) => void databases.set(path, read(bytes)),
    packages: (isThere) => [...databases].filter(([path]) => isThere(path)).flatMap(([, found]) => found),
  };
}

import { createHash } from "node:crypto";

/** Two hashes of a file: of its bytes, and of its bytes without what says only when, or in which order, it was made. */
export interface Hashes {
  readonly raw: string;
  readonly normal: string;
}

/** Flags, then a time and a size, or the hash of the source. */
const PYC_HEADER = { magic: 4, flags: 8, bytes: 16 };

export function hashesOf(path: string, bytes: Buffer): Hashes {
  const raw = digest(bytes);
  if (path.endsWith(".pyc") && bytes.length >= PYC_HEADER.bytes)
    return {
      raw,
      normal: digest(bytes.subarray(PYC_HEADER.magic, PYC_HEADER.flags), bytes.subarray(PYC_HEADER.bytes)),
    };
  if (isInstallerRecord(path)) return { raw, normal: "" };
  if (isRecord(path)) return { raw, normal: digest(Buffer.from(recordInOrder(bytes.toString("utf8")))) };
  return { raw, normal: raw };
}

const digest = (...parts: readonly Buffer[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("base64url");
};

/** The list of files of a Python distribution. */
export const isRecord = (path: string): boolean => path.endsWith(".dist-info/RECORD");

/** What an installer notes about itself: its name, whether it was asked for, where from, and when. */
export const isInstallerRecord = (path: string): boolean =>
  /\.dist-info\/(?:INSTALLER|REQUESTED|direct_url\.json|uv_cache\.json|uv_build\.json)$/.test(path);

/** Sorted, and without the files that installers note about themselves. */
function recordInOrder(text: string): string {
  const lines = text.split(/\r?\n/).filter((line) => {
    const [path = ""] = line.split(",");
    return path !== "" && !isInstallerRecord(path) && !path.endsWith(".pyc");
  });
  return lines.toSorted().join("\n");
}

/** Logs, caches and databases of package managers and of the system, none of which a service reads. */
export const isLogOrCache = (path: string): boolean =>
  /^var\/(?:log|cache|lib\/(?:apt|dpkg|rpm|dnf|yum))(?:\/|$)|^usr\/lib\/sysimage\/(?:rpm|libdnf5)\/|^lib\/apk\/db\/|^etc\/(?:ld\.so\.cache|(?:passwd|shadow|group|gshadow)-)$/.test(
    path,
  );

import { posix } from "node:path";
import type { ComposeMount, ComposeService, Evidence } from "../model/types.ts";
import { listAt, textAt, valueAt } from "./toml.ts";
import type { YamlDocument } from "./yaml-file.ts";

/** The bind mounts of one service of a Compose file, in the short form and in the long one. */
export function composeMounts(
  document: YamlDocument,
  service: Pick<ComposeService, "name" | "builds">,
  seen: (path: string) => string = (path) => path,
): readonly ComposeMount[] {
  const path = ["services", service.name];
  const folder = posix.dirname(document.source.file);
  const volumes = listAt(document.value, ...path, "volumes").map(composeVolume);
  const command = [valueAt(document.value, ...path, "entrypoint"), valueAt(document.value, ...path, "command")];
  const installs = /\buv\b|\b(?:pip|poetry|pdm|pipenv)\b.*\b(?:install|sync|run)\b/.test(JSON.stringify(command));
  const targets = volumes.flatMap((volume) => volume?.to ?? []);
  return volumes.flatMap((mount, index): readonly ComposeMount[] => {
    // What lies below a home, or where a variable says, is no part of the repository.
    if (mount?.type !== "bind" || !/^[./]/.test(mount.from)) return [];
    const from = mount.from.startsWith("/") ? mount.from : seen(posix.join(folder, mount.from));
    const evidence = document.evidence([...path, "volumes", index]);
    return [{ ...service, from, to: mount.to, volumes: targets, installs, evidence }];
  });
}

/** Named volumes of a service, but for those that only spare a developer an installation. */
export function namedVolumes(
  document: YamlDocument,
  name: string,
): ReadonlyArray<{ readonly path: string; readonly evidence: Evidence }> {
  const path = ["services", name, "volumes"];
  return listAt(document.value, ...path).flatMap((volume, index) => {
    const { type, from, to } = composeVolume(volume) ?? { type: "bind", from: "", to: "" };
    const isOurs = type === "volume" && /^\w/.test(from) && /^\/[\w./-]+$/.test(to);
    if (!isOurs || /venv|node_modules|cache|site-packages/.test(to) || isReadOnly(volume)) return [];
    return [{ path: to.replace(/\/$/, ""), evidence: document.evidence([...path, index]) }];
  });
}

const isReadOnly = (volume: unknown): boolean =>
  typeof volume === "string" ? /:[\w,]*\bro\b[\w,]*$/.test(volume) : valueAt(volume, "read_only") === true;

interface Mount {
  readonly type: "bind" | "volume" | "tmpfs";
  /** Empty for an anonymous volume, a bare name for a named one. */
  readonly from: string;
  readonly to: string;
}

/** One entry of `volumes`, in the short form or the long one; undefined when it names no place in the container. */
export function composeVolume(volume: unknown): Mount | undefined {
  if (typeof volume === "string") {
    const [first = "", second] = volume.split(":");
    if (second === undefined) return { type: "volume", from: "", to: first };
    return { type: /^[./~]/.test(first) ? "bind" : "volume", from: first, to: second };
  }
  const to = textAt(volume, "target");
  if (to === undefined) return undefined;
  const type = textAt(volume, "type");
  return {
    type: type === "bind" || type === "tmpfs" ? type : "volume",
    from: textAt(volume, "source") ?? "",
    to,
  };
}

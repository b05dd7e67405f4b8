import { posix } from "node:path";
import type { ComposeMount, ComposeService } from "../model/types.ts";
import { listAt, textAt, valueAt } from "./toml.ts";
import type { YamlDocument } from "./yaml-file.ts";

/** The bind mounts of one service of a Compose file, in the short form and in the long one. */
export function composeMounts(
  document: YamlDocument,
  service: Pick<ComposeService, "name" | "builds">,
): readonly ComposeMount[] {
  const path = ["services", service.name];
  const folder = posix.dirname(document.source.file);
  const volumes = listAt(document.value, ...path, "volumes").map(mountOf);
  const command = [valueAt(document.value, ...path, "entrypoint"), valueAt(document.value, ...path, "command")];
  const installs = /\buv\b|\b(?:pip|poetry|pdm|pipenv)\b.*\b(?:install|sync|run)\b/.test(JSON.stringify(command));
  return volumes.flatMap((mount, index): readonly ComposeMount[] => {
    if (mount === undefined || !/^[./]/.test(mount.from)) return [];
    const others = volumes.flatMap((other) => (other === undefined || other === mount ? [] : [other.to]));
    const from = mount.from.startsWith("/") ? mount.from : posix.join(folder, mount.from);
    const evidence = document.evidence([...path, "volumes", index]);
    return [{ ...service, from, to: mount.to, volumes: others, installs, evidence }];
  });
}

interface Mount {
  /** Empty for an anonymous volume, a bare name for a named one. */
  readonly from: string;
  readonly to: string;
}

function mountOf(volume: unknown): Mount | undefined {
  if (typeof volume === "string") {
    const [first = "", second] = volume.split(":");
    return second === undefined ? { from: "", to: first } : { from: first, to: second };
  }
  const to = textAt(volume, "target");
  if (to === undefined) return undefined;
  return { from: textAt(volume, "type") === "bind" ? (textAt(volume, "source") ?? "") : "", to };
}

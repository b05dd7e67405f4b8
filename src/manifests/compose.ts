import type { Manifest } from "./manifest.ts";
import { healthcheckOf, IMAGE, needsOf } from "./support/needs.ts";
import { Proven } from "./support/proven.ts";
import { commented } from "./support/yaml.ts";

/** A Compose file for a host of its own. The image's own HEALTHCHECK and user hold there. */
export const compose: Manifest = {
  id: "compose",
  title: "Compose: the service on one host, read-only and without capabilities where that is proven",
  file: "compose.production.yaml",
  render(report, options) {
    const { contract } = report;
    const { name, image, folders, variables, memoryMiB, fillIn } = needsOf(report, options);
    const required = [...variables.plain, ...variables.secret];
    const proven = new Proven(report);
    const service = {
      image: image === IMAGE ? `\${${IMAGE}:?}` : image,
      restart: "unless-stopped",
      ...(contract.kind === undefined ? { ports: [{ target: contract.port, published: String(contract.port) }] } : {}),
      ...(required.length === 0
        ? {}
        : { environment: Object.fromEntries(required.map((variable) => [variable, `\${${variable}:?}`])) }),
      read_only: contract.readOnlyRoot && proven.by("read-only-root"),
      ...(folders.length === 0
        ? {}
        : { tmpfs: folders.map(({ path }) => `${path}:uid=${contract.uid},gid=${contract.gid},mode=0700`) }),
      ...(proven.by("no-capabilities") ? { cap_drop: ["ALL"] } : {}),
      security_opt: ["no-new-privileges:true"],
      stop_signal: contract.signals.stop,
      stop_grace_period: `${contract.signals.graceSeconds}s`,
      ...(memoryMiB === undefined ? {} : { mem_limit: `${memoryMiB}m` }),
    };
    proven.told("non-root", "stops-when-idle", "stop-answers-in-flight");
    if (healthcheckOf(report) !== undefined) proven.told("healthcheck-healthy");
    const environment = `the environment, or a file for --env-file: ${required.join(", ")}`;
    return commented(report, [{ services: { [name]: service } }], {
      fillIn: [...fillIn, ...(required.length === 0 ? [] : [environment])],
      open: proven.open(),
    });
  },
};

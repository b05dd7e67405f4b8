import type { Manifest } from "./manifest.ts";
import { nameOf, requiredVariables, writableFolders } from "./support/needs.ts";
import { Promises } from "./support/promises.ts";
import { commented } from "./support/yaml.ts";

/** A Compose file for a host of its own. The image's own HEALTHCHECK and user hold there. */
export const compose: Manifest = {
  id: "compose",
  title: "Compose: the service on one host, read-only and without capabilities where that is proven",
  file: "compose.production.yaml",
  render(report, { image }) {
    const { contract, advice } = report;
    const { secret, plain } = requiredVariables(contract);
    const variables = [...plain, ...secret];
    const promises = new Promises(report);
    const folders = writableFolders(report);
    const { memoryBytes } = advice?.resources ?? {};
    const service = {
      image: image ?? "${IMAGE:?}",
      restart: "unless-stopped",
      ports: [{ target: contract.port, published: String(contract.port) }],
      ...(variables.length === 0
        ? {}
        : { environment: Object.fromEntries(variables.map((name) => [name, `\${${name}:?}`])) }),
      read_only: contract.readOnlyRoot && promises.kept("read-only-root"),
      ...(folders.length === 0
        ? {}
        : { tmpfs: folders.map((path) => `${path}:uid=${contract.uid},gid=${contract.gid},mode=0700`) }),
      ...(promises.kept("no-capabilities") ? { cap_drop: ["ALL"] } : {}),
      security_opt: ["no-new-privileges:true"],
      stop_signal: contract.signals.stop,
      stop_grace_period: `${contract.signals.graceSeconds}s`,
      ...(memoryBytes === undefined ? {} : { mem_limit: `${Math.ceil(memoryBytes / 2 ** 20)}m` }),
    };
    promises.kept("non-root", "stops-when-idle", "stop-answers-in-flight", "healthcheck-healthy");
    const todo = [
      ...(image === undefined ? ["IMAGE in the environment: the image by digest, as it was pushed"] : []),
      ...(variables.length === 0 ? [] : [`the environment, or a file for --env-file: ${variables.join(", ")}`]),
    ];
    const open = promises.open();
    return { text: commented(report, [{ services: { [nameOf(report)]: service } }], { todo, open }), todo, open };
  },
};

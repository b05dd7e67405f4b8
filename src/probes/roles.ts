import type { Probe } from "./probe.ts";
import type { SidecarSeen } from "./support/sidecar.ts";
import { type RoleSeen, seeRole } from "./support/role.ts";

/** What ran beside the image, and how each of its roles did. */
export interface Roles {
  readonly sidecars: readonly SidecarSeen[];
  /** What the service or a role talks to and nobody started. */
  readonly notStarted: readonly string[];
  /** What the Compose file asks for and the proof did not give. */
  readonly leftOut: readonly string[];
  readonly roles: readonly RoleSeen[];
}

export const roles: Probe<Roles> = {
  id: "roles",
  title: "Run each role of the image by the contract of its kind",
  runs: "beside-others",
  waits: true,
  version: 5,
  async collect({ engine, image, contract, signal, beside }) {
    if (beside === undefined) return { sidecars: [], notStarted: [], leftOut: [], roles: [] };
    const { sidecars, notStarted, leftOut, tasks, reworked } = beside;
    const seen: RoleSeen[] = [];
    const lost = sidecars.find(({ problem }) => problem !== "");
    for (const role of beside.roles) {
      const before = tasks.find(({ name }) => name === role.name);
      const notRun = lost === undefined ? role.notRun : `its sidecar ${lost.name} was not ready`;
      const asked = notRun === undefined ? role : { ...role, notRun };
      seen.push(before ?? (await seeRole(asked, { engine, image, contract, reworked, signal })));
    }
    return { sidecars, notStarted, leftOut, roles: seen };
  },
};

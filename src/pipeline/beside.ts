import { join } from "node:path";
import { UserError } from "../kit/errors.ts";
import { readText } from "../kit/files.ts";
import type { Plan, Service } from "../model/types.ts";
import type { Beside } from "../project/stack/read-stack.ts";
import type { TreeProblem } from "../project/tree.ts";
import { CONFIG_FILE } from "./config.ts";
import type { Session } from "./session.ts";
import { ownSidecar } from "./sidecars.ts";

/** What runs beside the image while it is proven, and its roles, as the files and the team say. */
export interface BesideFacts extends Beside {
  /** The team says which sidecars it wants, be it none. */
  readonly isSettled: boolean;
}

/** @throws UserError `config/no-compose-file`, `config/no-sidecar`, `config/no-role`, `config/two-sidecars`. */
export async function findBeside(session: Session, plan: Plan, service: Service): Promise<BesideFacts> {
  const { config, tree, folder } = session;
  const { readBeside } = await import("../project/stack/read-stack.ts");
  const [today = "Dockerfile"] = service.dockerfiles;
  const read = (file: string) =>
    file.startsWith("..") ? readText(join(folder, file)) : Promise.resolve(tree.read(file));
  const wanted = config.composeSidecars;
  const own = config.sidecars.map(({ name }) => name);
  const twice = own.find((name, index) => own.indexOf(name) !== index);
  if (twice !== undefined)
    throw new UserError("config/two-sidecars", `Two sidecars have the name ${twice}`, {
      hint: "Each is reached by its name: give one of them another.",
      where: { file: CONFIG_FILE },
    });
  const problems: TreeProblem[] = [];
  const beside = await readBeside(
    {
      source: { tree, read, files: config.composeFiles },
      root: folder,
      wanted,
      own,
      roles: config.roles,
      starts: service.starts,
      kept: plan.contract.portVariable,
      dockerfiles: [today, plan.image.dockerfile],
      reworked: plan.image.compose?.commands ?? {},
    },
    problems,
  );
  const isAsked = wanted !== undefined && wanted.length > 0;
  if (beside.compose === undefined && (isAsked || config.composeFiles !== undefined))
    throw new UserError("config/no-compose-file", "There is no Compose file to take sidecars from", {
      hint: `Name it by \`composeFiles\` in ${CONFIG_FILE}, relative to the service's folder.`,
      where: { file: CONFIG_FILE },
      details: problems.map(({ file, line, message }) => `${file}:${line} ${message}`),
    });
  const [sidecar] = beside.unknown.sidecars;
  if (sidecar !== undefined)
    throw new UserError("config/no-sidecar", `No service \`${sidecar}\` is in ${beside.compose?.join(", ")}`, {
      hint: "`sidecars` names services of the Compose file, or describes what they are: name, image, port, health.",
      where: { file: CONFIG_FILE },
    });
  const [role] = beside.unknown.roles;
  if (role !== undefined)
    throw new UserError("config/no-role", `Nothing says how the role \`${role}\` is started`, {
      hint: `Give it a \`command\` under \`roles\` in ${CONFIG_FILE}. Known by name: ${beside.roles.map(({ name }) => name).join(", ") || "none"}.`,
      where: { file: CONFIG_FILE },
    });
  const steps = config.sidecars.map((one) => ({ kind: "sidecar", sidecar: ownSidecar(one, folder) }) as const);
  const stack = { ...beside.stack, steps: [...steps, ...beside.stack.steps] };
  return { ...beside, stack, isSettled: wanted !== undefined };
}

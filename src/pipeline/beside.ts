import { join } from "node:path";
import { parseDockerfile } from "../dockerfile/parse.ts";
import { makesShipped } from "../dockerfile/stages.ts";
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

/**
 * @param plan what the image was reworked by, if it was.
 * @throws UserError `config/no-compose-file`, `config/no-sidecar`, `config/no-role`, `config/two-sidecars`.
 */
export async function findBeside(session: Session, plan: Plan | undefined, service: Service): Promise<BesideFacts> {
  const { config, tree, folder } = session;
  const { readBeside } = await import("../project/stack/read-stack.ts");
  const [today = "Dockerfile"] = service.dockerfiles;
  const read = (file: string) =>
    file.startsWith("..") ? readText(join(folder, file)) : Promise.resolve(tree.read(file));
  const wanted = config.composeSidecars;
  const { portVariable } = plan?.contract ?? { portVariable: service.port?.value.variable };
  const own = config.sidecars.map(({ name }) => name);
  mustDiffer(own);
  const problems: TreeProblem[] = [];
  const beside = await readBeside(
    {
      source: { tree, read, files: config.composeFiles },
      root: folder,
      wanted,
      own,
      roles: config.roles,
      starts: service.starts,
      kept: portVariable,
      dockerfiles: [today, ...(plan === undefined ? [] : [plan.image.dockerfile])],
      makesImage(file, target) {
        const text = tree.read(file);
        // One that is not written yet ships its last stage, and no file names another.
        if (text === undefined) return true;
        const ships = file === today ? service.target?.value : undefined;
        return makesShipped(
          { ...parseDockerfile(file, text), ...(ships === undefined ? {} : { target: ships }) },
          target,
        );
      },
      reworked: plan?.image.compose?.commands ?? {},
    },
    problems,
  );
  mustBeThere(beside, { isAsked: wanted !== undefined && wanted.length > 0, files: config.composeFiles, problems });
  const steps = config.sidecars.map((one) => ({ kind: "sidecar", sidecar: ownSidecar(one, folder) }) as const);
  const stack = { ...beside.stack, steps: [...steps, ...beside.stack.steps] };
  return { ...beside, stack, isSettled: wanted !== undefined };
}

function mustDiffer(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new UserError("config/two-sidecars", `Two sidecars have the name ${twice}`, {
    hint: "Each is reached by its name: give one of them another.",
    where: { file: CONFIG_FILE },
  });
}

/** What the team names and nobody knows. */
function mustBeThere(
  beside: Beside,
  asked: {
    readonly isAsked: boolean;
    readonly files: readonly string[] | undefined;
    readonly problems: readonly TreeProblem[];
  },
): void {
  if (beside.compose === undefined && (asked.isAsked || asked.files !== undefined))
    throw new UserError("config/no-compose-file", "There is no Compose file to take sidecars from", {
      hint: `Name it by \`composeFiles\` in ${CONFIG_FILE}, relative to the service's folder.`,
      where: { file: CONFIG_FILE },
      details: asked.problems.map(({ file, line, message }) => `${file}:${line} ${message}`),
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
}

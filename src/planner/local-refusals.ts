import { hindranceOf, type Hindrance, localPackages } from "../decisions/shared/local-packages.ts";
import { list } from "../decisions/shared/say.ts";
import type { LocalPackage, Refusal, Service } from "../model/types.ts";
import { refusal } from "./refusal-kinds.ts";

/** Packages of other folders that no build of the service's own folder can install. */
export function* localRefusals(service: Service): Generator<Refusal> {
  const { members } = service.dependencies;
  if (members !== undefined) yield refusal("workspace-member", memberSaid(members));
  const packages = localPackages(service);
  for (const hindrance of ["outside", "untracked", "editable"] as const) {
    const kept = packages.filter((one) => hindranceOf(one, service) === hindrance);
    if (kept.length > 0) yield refusal("workspace", SAID[hindrance](kept, service));
  }
}

function memberSaid(members: readonly string[]): Said {
  const sources = members.map((name) => `\`${name} = { workspace = true }\``);
  const words = members.map((name) => `\`--package ${name}\``);
  return {
    what: `Today's image installs ${list(members)} of the workspace, and not its root`,
    instead: `Name ${list(members)} in \`dependencies\` of the root's pyproject.toml, with ${list(sources)} under \`[tool.uv.sources]\`, and take ${list(words)} out of the Dockerfile; run \`uv lock\`, commit all of it and run again.`,
  };
}

type Said = Pick<Refusal, "what"> & Partial<Pick<Refusal, "because" | "instead">>;

const SAID: Readonly<Record<Hindrance, (packages: readonly LocalPackage[], service: Service) => Said>> = {
  outside: (packages, service) => ({
    what: `${installs(packages, service)}, outside the service's folder`,
    instead: `Move ${list(packages.map(({ path }) => path))} into the service's folder, or publish ${named(packages)} to an index that the build can reach; ${again(service)}`,
  }),
  untracked: (packages, service) => ({
    what: `${installs(packages, service)}, of which no file is in git`,
    instead: `\`git add ${packages.map(({ path }) => path).join(" ")}\`, commit it and run again.`,
  }),
  editable: (packages, service) => ({
    what: `${installs(packages, service)} as editable`,
    because: "An editable package is a link to its folder, and the new image has the environment without that folder.",
    instead: `${AS_ANY_OTHER[service.manager.value] ?? "Take the `-e` away from that line"}; ${again(service)}`,
  }),
};

/** How each manager is told to copy a package in. */
const AS_ANY_OTHER: Readonly<Partial<Record<Service["manager"]["value"], string>>> = {
  poetry: "Write `develop = false` for it in pyproject.toml",
  pipenv: "Take `editable = true` away from it in the Pipfile",
};

const named = (packages: readonly LocalPackage[]): string => list(packages.map(({ name }) => name));

const installs = (packages: readonly LocalPackage[], { lock, pip }: Service): string =>
  `${(pip === undefined ? lock?.path : undefined) ?? "pip"} installs ${list(packages.map(({ name, path }) => `${name} from ${path}`))}`;

const again = ({ pip }: Service): string =>
  pip === undefined ? "lock again, commit and run again." : "commit it and run again.";

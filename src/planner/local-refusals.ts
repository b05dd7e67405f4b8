import { hindranceOf, type Hindrance, localPackages } from "../decisions/shared/local-packages.ts";
import { list } from "../decisions/shared/say.ts";
import type { LocalPackage, Refusal, Service, WorkspaceUse } from "../model/types.ts";
import { refusal } from "./refusal-kinds.ts";

/** Packages of other folders that no build of the service's own folder can install. */
export function* localRefusals(service: Service): Generator<Refusal> {
  const { members } = service.dependencies;
  if (members?.hindrance !== undefined) {
    const { kind, names } = members.hindrance;
    yield refusal("workspace-member", MEMBER_SAID[kind](list(names)));
  }
  const packages = localPackages(service);
  for (const hindrance of ["outside", "untracked", "editable"] as const) {
    const kept = packages.filter((one) => hindranceOf(one, service) === hindrance);
    if (kept.length > 0) yield refusal("workspace", SAID[hindrance](kept, service));
  }
}

/** Why members of a workspace cannot be installed in place of its root. */
const MEMBER_SAID: Readonly<Record<NonNullable<WorkspaceUse["hindrance"]>["kind"], (names: string) => Said>> = {
  unknown: (names) => ({
    what: `Today's image installs \`${names}\` of the workspace, which is the name of no member in git`,
    because: "Which member it is decides what the image has, and no file says it.",
    instead:
      "Write the member's name behind `--package`, or give the build argument a default (`ARG PACKAGE=api`); commit it and run again.",
  }),
  "own-lock": (names) => ({
    what: `${names} has a uv.lock of its own beside the workspace's, and today's image installs it in its own folder`,
    because: "Which of the two locks decides the versions depends on what lies above the folder in the image.",
    instead: `Delete the member's uv.lock, so that the workspace's decides, and install it from the root (\`uv sync --package ${names}\`); or run again with the member's folder as DIR, as a project of its own.`,
  }),
  dynamic: (names) => ({
    what: `${names} leaves to its build backend what it needs (\`dynamic\` in its pyproject.toml)`,
    because: "uv would have to build it to compare it with the lock, before its source is there.",
    instead:
      "Write `dependencies` and `optional-dependencies` into its pyproject.toml, lock again, commit and run again.",
  }),
  root: (names) => ({
    what: `The image needs ${names}, the root of the workspace, as a package beside its members`,
    because: "The root's folder holds all the others, so every edit of any of them would build it again.",
    instead: "Move the code of the root into a member, lock again, commit and run again.",
  }),
};

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

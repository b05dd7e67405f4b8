import { isIn } from "../kit/paths.ts";
import { CA_SECRET, type Profile } from "../profiles/profile.ts";
import type { ImageSpec, Pin, Plan, Service } from "../model/types.ts";
import { comment } from "./comment.ts";
import { imageName } from "./image-name.ts";
import { runLines } from "./instruction.ts";

/** What every block of the Dockerfile is rendered from. */
export interface Page {
  readonly plan: Plan;
  readonly image: ImageSpec;
  readonly profile: Profile;
  readonly pins: readonly Pin[];
  readonly service: Service;
}

export type Lines = readonly string[];

/** The words of the decisions that a block carries out, so that the file says why and says it truly. */
export function why(page: Page, ...ids: readonly string[]): Lines {
  return ids.flatMap((id) => {
    const decision = page.plan.decisions.find((one) => one.id === id);
    return decision === undefined ? [] : comment(`[${id}] ${decision.because}`);
  });
}

export function from(page: Page, image: string, stage: string): Lines {
  const { name, note } = imageName(image, page.pins);
  return [...(note === undefined ? [] : [`# ${note}`]), `FROM ${name} AS ${stage}`];
}

/** Where the project lies in the builder. */
export const projectRoot = ({ image }: Page): string => image.sync.workspace?.root ?? image.workdir;

/** uv, the cache of what it installs with and the company's CA are there while it works, and gone afterwards. */
export const uvMounts = (cache: string): Lines => [
  "--mount=type=bind,from=uv,source=/uv,target=/usr/local/bin/uv",
  `--mount=type=cache,target=${cache}`,
  CA_MOUNT,
];

/** Those, what is installed from folders of the repository, and what today's step mounts to get at what is private. */
export function syncMounts(page: Page, cache = page.image.sync.cache): Lines {
  const { image } = page;
  // Build backends write beside what they build; of a mount nothing is kept.
  const local = (image.sync.local ?? []).map(
    ({ path }) => `--mount=type=bind,source=${path},target=${projectRoot(page)}/${path},rw`,
  );
  return [...uvMounts(cache), ...local, ...(image.sync.secrets ?? []).map(({ written }) => `--mount=${written}`)];
}

/** uv reads the one variable, Poetry and Pipenv the other. */
export const withCa = ({ image }: Page): string =>
  `if [ -s ${CA_SECRET} ]; then export SSL_CERT_FILE=${CA_SECRET}${image.sync.tool === undefined ? "" : ` REQUESTS_CA_BUNDLE=${CA_SECRET}`}; fi`;

/** What a step that downloads packages does first: it trusts the company's CA, and reads what today's step reads. */
export const beforeSync = (page: Page): Lines => [
  withCa(page),
  ...(page.image.sync.secrets ?? []).flatMap(({ variable, path }) =>
    variable === undefined ? [] : [`if [ -s ${path} ]; then ${variable}="$(cat ${path})"; export ${variable}; fi`],
  ),
];

const CA_MOUNT = "--mount=type=secret,id=ca-bundle";

/**
 * Shell lines of a profile as one RUN; those that look for the company's CA get it mounted. Package versions are those
 * of the base's release on the day of the build: the distributions keep no others, so none are written down.
 */
export function profileRun(line: string, ...more: readonly string[]): Lines {
  const steps = [...(line === "" ? [] : line.split(" && ")), ...more];
  const unversioned = { "apt-get install": "DL3008", "dnf install": "DL3041" };
  const hints = Object.entries(unversioned).filter(([command]) => line.includes(command));
  return [
    ...hints.map(([, rule]) => `# hadolint ignore=${rule}`),
    ...runLines(line.includes(CA_SECRET) ? [CA_MOUNT] : [], steps),
  ];
}

export const osPackages = (profile: Profile, names: Lines): Lines =>
  names.length === 0 ? [] : profileRun(profile.installPackages(names));

/** COPY lines into the builder: one for all single files of a folder, one for each folder; none for what comes with one. */
export function copyLines(page: Page, all: readonly string[]): Lines {
  const { service, image } = page;
  const root = projectRoot(page);
  const to = (path: string) => image.copies.find((copy) => copy.from === path)?.to ?? `${root}/${path}`;
  const isFlat = (path: string) => service.files.includes(path) && to(path) === `${root}/${path.split("/").at(-1)}`;
  const comesWith = (path: string, folder: string) =>
    path !== folder && isIn(path, folder) && to(path) === `${to(folder)}${path.slice(folder.length)}`;
  const paths = all.filter((path) => !all.some((folder) => comesWith(path, folder)));
  const flat = paths.filter((path) => isFlat(path));
  const nested = paths.filter((path) => !flat.includes(path));
  return [
    ...(flat.length === 0 ? [] : [`COPY ${flat.join(" ")} ${root}/`]),
    ...nested.map((path) => `COPY ${path} ${to(path)}`),
  ];
}

/** What the project is built from: its manifests and its sources, none of them twice. */
export function projectFiles({ image }: Page): readonly string[] {
  const { manifests, sources = [] } = image.sync;
  return [...new Set([...manifests.filter((file) => !sources.some((one) => isIn(file, one))), ...sources])];
}

/** What the runtime needs of the operating system, with what making its user takes. */
export const runtimePackages = ({ image, profile }: Page): Lines => [
  ...image.packages.runtime,
  ...profile.createUser(image.user).needs,
];

/** Where Python itself is installed, the runtime's packages come in the same transaction, before every stage. */
export const installsPython = ({ image, profile }: Page): boolean =>
  profile.installPython(image.base.python, []) !== undefined;

import { posix } from "node:path";
import { isIn } from "../kit/paths.ts";
import type { Evidence, ImageSpec, PathUse, Service } from "../model/types.ts";
import { scriptsOf, type StartScript } from "../project/start-script.ts";
import { isHandCommand } from "../project/command-files.ts";
import { ownTask } from "../project/own-task.ts";
import type { Choice, Decider, Draft, Facts } from "./decider.ts";
import { configured, override } from "./shared/override.ts";
import { list, places } from "./shared/say.ts";
import { instructionsToday } from "./shared/today.ts";

/** Places that are writable without us (`/tmp` and the like are the runtime's business) or that are no folders of the image. */
const NOT_OURS = /^\/(tmp|dev|proc|sys|run)(\/|$)/;

/** What the base makes for everybody, and must stay so. */
const TEMPORARY = /^\/(tmp|var\/tmp|dev|proc|sys|run)(\/|$)/;

const absolute = (use: PathUse, workdir: string): string =>
  use.path.startsWith("/") ? use.path : `${workdir}/${use.path.replace(/^\.\//, "")}`;

/**
 * Whether modules of the service lie in a folder: its user must not change them, and what is mounted over it hides them.
 * Of a program that is installed, the copy in the environment is as little its user's.
 */
const holdsCode = (folder: string, { files }: Service, workdir: string): boolean => {
  const own = posix.relative(workdir, folder);
  return files.some((file) => file.endsWith(".py") && isIn(file, own));
};

/** The folder that must be writable for a path to be written; undefined where it is the code's. */
function folderOf(use: PathUse, service: Service, workdir: string): string | undefined {
  const path = absolute(use, workdir);
  if (path.includes("..") || !/^[\w./@-]+$/.test(path)) return undefined;
  const last = path.replace(/\/$/, "").split("/").at(-1) ?? "";
  const isFile = use.file === true || (last.includes(".") && !path.endsWith("/"));
  const folder = isFile ? path.slice(0, path.lastIndexOf("/")) : path.replace(/\/$/, "");
  return folder === workdir || folder === "" || holdsCode(folder, service, workdir) ? undefined : folder;
}

/** What the running service writes, but for the folders that are writable without us. */
const usesOf = (service: Service): readonly PathUse[] =>
  service.writes.filter((use) => !NOT_OURS.test(use.path) && !isHandCommand(use.evidence.file, service));

/** A start script lets Django put its files where the settings say. */
function collectedAtStart({ service, startScript }: Facts): readonly PathUse[] {
  const path = service.staticRoot?.value;
  const isMeant = ({ words }: StartScript["calls"][number]) => words.includes("collectstatic");
  const script = scriptsOf(startScript).find(({ calls }) => calls.some(isMeant));
  const call = script?.calls.find(isMeant);
  if (path === undefined || call === undefined) return [];
  const file = script?.file?.path;
  const [fallback] = service.staticRoot?.evidence ?? [];
  const evidence = file === undefined ? fallback : { file, line: call.line, text: call.words.join(" ") };
  return evidence === undefined ? [] : [{ path, when: "start", evidence }];
}

/** What is written where no folder can be given to the service's user, most often right beside the code. */
export function writesBesideCode(
  service: Service,
  { workdir, writable: folders = [], volumes }: Pick<ImageSpec, "workdir" | "writable" | "volumes">,
): readonly PathUse[] {
  return usesOf(service).filter((use) => {
    const path = absolute(use, workdir);
    return !TEMPORARY.test(path) && ![...folders, ...volumes].some((folder) => `${path}/`.startsWith(`${folder}/`));
  });
}

/** Folders the service writes to, and today's volumes: whoever mounts one there expects that it can be written. */
export const writable: Decider = {
  id: "writable",
  title: "Folders the service writes to",
  after: ["workdir", "user"],
  resolves: ["writes-outside-tmp-on-read-only"],
  decide(facts: Facts, draft: Draft): Choice {
    const workdir = draft.workdir ?? "/app";
    const chosen = override(facts, "writable", "list");
    const collected = collectedAtStart(facts);
    const uses = [...usesOf(facts.service), ...collected];
    const written =
      chosen ??
      [
        ...new Set(uses.map((use) => folderOf(use, facts.service, workdir)).filter((path) => path !== undefined)),
      ].toSorted();
    const today = instructionsToday(facts.dockerfile, "VOLUME").flatMap((instruction) => instruction.words);
    const isOwn = (path: string) => isFolderOfItsOwn(path, workdir) && !holdsCode(path, facts.service, workdir);
    const mounted = mountedOnFargate(facts).filter(({ path }) => isOwn(path));
    const volumes = [...today, ...mounted.map(({ path }) => path)];
    const named = chosen === undefined ? (facts.service.composeVolumes ?? []) : [];
    const inCompose = named.filter(({ path }) => isOwn(path));
    const all = [...volumes.filter((path) => isOwn(path)), ...inCompose.map(({ path }) => path)];
    const folders = [...new Set([...written, ...all])];
    const beside = writesBesideCode(facts.service, { workdir, writable: folders, volumes });
    return {
      value: { writable: folders, volumes: [...new Set(volumes)] },
      choice: chosenWords(folders, beside),
      because: because({
        written,
        folders,
        chosen: chosen !== undefined,
        mounted: mounted.map(({ path }) => path),
        inCompose: inCompose.map(({ path }) => path),
        beside,
        collects: collected.length > 0,
      }),
      ...(beside.length === 0 ? {} : { leaves: ["writes-outside-tmp-on-read-only"] }),
      evidence: places(
        chosen === undefined ? uses.map((use) => use.evidence) : [],
        [...mounted, ...inCompose].map(({ evidence }) => evidence),
      ),
      rejected: [
        {
          option: "a writable working directory",
          because: "then nothing tells apart what the service stores and what it is",
        },
        ...(volumes.length === 0
          ? [{ option: "VOLUME", because: "it makes an unnamed volume for every container that nobody asked for one" }]
          : []),
      ],
    };
  },
};

/** Fargate gives a volume the owner of the folder only where the image declares it; elsewhere it belongs to root. */
function mountedOnFargate({ service }: Facts): ReadonlyArray<{ readonly path: string; readonly evidence: Evidence }> {
  // What the task mounts into the containers beside it is no matter of this image.
  const task = ownTask(service, service.port?.value.number);
  if (task?.fargate !== true) return [];
  return task.mounts.filter(({ readOnly }) => !readOnly).map(({ path }) => ({ path, evidence: task.evidence }));
}

/** A volume that holds the code belongs to the code; one whose name only the build knows cannot be made before it. */
const isFolderOfItsOwn = (path: string, workdir: string): boolean =>
  /^\/[\w./@-]+$/.test(path) && !TEMPORARY.test(path) && !`${workdir}/`.startsWith(`${path.replace(/\/+$/, "")}/`);

function chosenWords(folders: readonly string[], beside: readonly PathUse[]): string {
  if (folders.length > 0) return `${list(folders)}, owned by the service's user`;
  return beside.length === 0 ? "none: the root filesystem can be read-only" : "none";
}

function because({
  written,
  folders,
  chosen,
  mounted,
  inCompose,
  beside,
  collects,
}: {
  readonly written: readonly string[];
  readonly folders: readonly string[];
  readonly chosen: boolean;
  readonly mounted: readonly string[];
  readonly inCompose: readonly string[];
  readonly beside: readonly PathUse[];
  /** The start script writes there, too. */
  readonly collects: boolean;
}): string {
  const left =
    beside.length === 0
      ? ""
      : ` ${list(places(beside.map(({ evidence }) => evidence)))} ${beside.length === 1 ? "writes" : "write"} beside the code, which belongs to root.`;
  if (folders.length === 0) return chosen ? `${configured("writable")}${left}` : left.trim() || NOWHERE;
  const declared = folders.filter(
    (path) => !written.includes(path) && !mounted.includes(path) && !inCompose.includes(path),
  );
  const volumes = [
    declared.length === 0 ? "" : ` Today's Dockerfile declares ${list(declared)} as a volume, so it stays one.`,
    inCompose.length === 0 ? "" : ` Compose mounts a volume at ${list([...new Set(inCompose)])}.`,
    mounted.length === 0
      ? ""
      : ` A task of Fargate mounts a volume at ${list([...new Set(mounted)])}: only with VOLUME in the image it takes over the owner.`,
  ].join("");
  if (chosen) return `${configured("writable")}${volumes}${left}`;
  const nowhere = beside.length === 0 ? NOWHERE : "";
  const writers = `The code writes there${collects ? ", and the start script collects files" : ""}.`;
  const why = written.length > 0 ? writers : nowhere;
  return `${why}${volumes}${left} ${MOUNTED}`.trim();
}

const NOWHERE = "No line of the code writes outside the folders for temporary files.";
const MOUNTED =
  "Whoever runs the image mounts a volume or a tmpfs at these paths. A new volume takes over the folder's owner. Its group is 0, because OpenShift starts the service with a number of its own in that group.";

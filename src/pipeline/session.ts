import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../kit/errors.ts";
import { readText } from "../kit/files.ts";
import type { Severity } from "../model/types.ts";
import { diskTree, type Tree } from "../project/tree.ts";
import { parseMirrors } from "../registry/endpoints.ts";
import { backupsOf } from "./backups.ts";
import { caFileOf, checkCaFile } from "./ca-file.ts";
import { CONFIG_FILE, type Config, readConfig } from "./config.ts";
import { namedDockerfile, serviceFolder } from "./folder.ts";
import { withHadolint } from "./hadolint-file.ts";

/** What the pipeline may use of the world; handed in, so that tests can hand in another. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  /** One line about what happens now, for people. */
  readonly tell: (line: string) => void;
}

export interface SessionOptions {
  /** Address of the engine; without it, the usual places are tried. */
  readonly engine?: string | undefined;
  readonly dockerfile?: string | undefined;
  readonly profile?: string | undefined;
  /** Ask the registry for today's digests, also where seaworthy.lock has one. */
  readonly renewPins?: boolean | undefined;
  /** Use no network but the engine's: digests come from seaworthy.lock. */
  readonly offline?: boolean | undefined;
  /** Do not ask git which files were changed, for a command that does not tell it. */
  readonly withoutChanges?: boolean | undefined;
  /** Files of container-structure-test, besides those of the configuration; relative to the working directory. */
  readonly structureTests?: readonly string[] | undefined;
  /** File with the company's CA certificates. */
  readonly ca?: string | undefined;
  /** File of old findings, relative to where the command runs. */
  readonly baseline?: string | undefined;
  /** The findings are to be written there, so none is taken out by it. */
  readonly writeBaseline?: boolean | undefined;
  /** Only findings on lines that changed since the history of this commit and ours parted; empty: the usual branch. */
  readonly changed?: string | undefined;
  /** Give each finding its fingerprint: for formats that carry it. */
  readonly fingerprints?: boolean | undefined;
  /** The least severity of a check that fails the run, instead of the configuration's. */
  readonly checkFailOn?: Severity | undefined;
  /** Repository to push the reworked image to, for the proof that it comes back the same. */
  readonly pushTo?: string | undefined;
  /** Run the service's own tests, also where no requirement rests on them. */
  readonly tests?: boolean | undefined;
  /** Build the image twice, also where no requirement rests on it. */
  readonly reproducible?: boolean | undefined;
}

/** One folder, its configuration and the world, for as long as one command runs. */
export interface Session {
  readonly folder: string;
  readonly config: Config;
  readonly options: SessionOptions;
  readonly tree: Tree;
  readonly world: World;
  /** Registry host to mirror, from SEAWORTHY_MIRRORS. */
  readonly mirrors: Readonly<Record<string, string>>;
  readonly ca: string | undefined;
  readonly platform: string;
}

/** @throws UserError when the folder, its configuration or an option cannot be used. */
export async function openSession(folder: string, options: SessionOptions, world: World): Promise<Session> {
  const root = serviceFolder(folder);
  const undone = existsSync(backupsOf(root)) ? await (await import("./apply.ts")).recover(root) : undefined;
  if (undone !== undefined) world.tell(`An apply that was interrupted was taken back (${undone}).`);
  const config = await withHadolint(await readConfig(root), root);
  const named = options.dockerfile ?? config.dockerfile;
  const dockerfile = named === undefined ? undefined : namedDockerfile(root, named);
  const ca = caFileOf(options.ca, world.env);
  if (ca !== undefined) await checkCaFile(ca);
  const files = await diskTree(root, { changes: options.withoutChanges !== true });
  const tree = config.taskDefinition === undefined ? files : await withTaskDefinition(files, config.taskDefinition);
  return {
    folder: root,
    config: {
      ...config,
      dockerfile,
      profile: options.profile ?? config.profile,
      checkFailOn: options.checkFailOn ?? config.checkFailOn,
    },
    options,
    tree,
    world,
    mirrors: parseMirrors(world.env["SEAWORTHY_MIRRORS"]),
    ca,
    platform: `linux/${process.arch === "x64" ? "amd64" : process.arch}`,
  };
}

async function withTaskDefinition(tree: Tree, file: string): Promise<Tree> {
  const text = await readText(join(tree.root, file));
  if (text !== undefined) return { ...tree, taskDefinition: { file, text } };
  throw new UserError("config/no-task-definition", `The task definition ${file} is not there`, {
    hint: "`taskDefinition` is relative to the service's folder. A template of the CDK is there after `cdk synth`.",
    where: { file: CONFIG_FILE },
  });
}

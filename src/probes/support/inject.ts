import { chmod } from "node:fs/promises";
import { join } from "node:path";
import type { StartOptions } from "../../engine/engine.ts";
import { makeFolder, writeWhole } from "../../kit/files.ts";
import type { Image } from "../../model/types.ts";

/** Where the folder with the added file lies in the container. */
export const INJECTED = "/__seaworthy_inject";
/** A folder in it to which every user may write: what the added file saw. */
export const SEEN = `${INJECTED}/seen`;

/**
 * How to start an image with a Python file added to it from outside: a folder with a `sitecustomize.py` on PYTHONPATH.
 * Nothing of the image is changed, and a `sitecustomize` that it has itself still runs.
 * @param name Of a folder below `directory`, one for each file.
 */
export async function injected(
  image: Image,
  { directory, name, script }: { readonly directory: string; readonly name: string; readonly script: string },
  env: Readonly<Record<string, string>>,
): Promise<Pick<StartOptions, "mounts" | "env">> {
  const source = join(directory, name);
  await laidOut(source, `${script}\n${CHAIN}`);
  const own = env["PYTHONPATH"] ?? image.config.env.find((entry) => entry.startsWith("PYTHONPATH="))?.slice(11);
  return {
    mounts: [{ source, target: INJECTED, readOnly: true }],
    env: { ...env, PYTHONPATH: own === undefined || own === "" ? INJECTED : `${INJECTED}:${own}` },
  };
}

const folders = new Map<string, Promise<void>>();

/** Once for each folder: a probe beside it may be sending the folder to the engine, and must not meet a half of it. */
function laidOut(source: string, text: string): Promise<void> {
  const known = folders.get(source);
  if (known !== undefined) return known;
  const layOut = async () => {
    const seen = join(source, "seen");
    await makeFolder(seen);
    await chmod(seen, 0o1777);
    await writeWhole(join(source, "sitecustomize.py"), text);
  };
  const laid = layOut();
  folders.set(source, laid);
  return laid;
}

/** The image's own sitecustomize, which the added file hides, still runs. */
const CHAIN: string = `
def chain():
    import importlib.machinery, importlib.util, os, sys
    here = os.path.dirname(os.path.abspath(__file__))
    others = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    own = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if own is not None and own.loader is not None:
        chained = importlib.util.module_from_spec(own)
        own.loader.exec_module(chained)

chain()
`;

import { otherDockerfiles } from "../project/other-dockerfiles.ts";
import type { Session } from "./session.ts";

type Chosen = Pick<Session, "tree"> & { readonly config: Pick<Session["config"], "dockerfile"> };

/** Dockerfiles that are left unjudged, relative to the folder; none where somebody chose the one that is judged. */
export const othersOf = async ({ config, tree }: Chosen): Promise<readonly string[]> =>
  config.dockerfile === undefined ? otherDockerfiles(tree) : [];

/** As many are named in a report. */
const MOST = 8;

/** What a reader of a report must know of them. */
export async function othersNote(session: Chosen): Promise<readonly string[]> {
  const others = await othersOf(session);
  if (others.length === 0) return [];
  const more = others.length > MOST ? ` and ${others.length - MOST} more` : "";
  return [`No part of this run, as each makes an image of its own: ${others.slice(0, MOST).join(", ")}${more}.`];
}

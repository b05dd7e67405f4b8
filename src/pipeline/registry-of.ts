import type { Requirement } from "../model/types.ts";
import { type RegistryAccess, registryAccess } from "../registry/access.ts";
import { parseReference } from "../registry/reference.ts";
import { UserError } from "../kit/errors.ts";
import { namesCheck } from "../requirements/checks-asked.ts";
import type { Session } from "./session.ts";

/** The check that pushes. It is only made when somebody asks for it: a push is seen by others. */
const PUSHES = "pushed-and-pulled";

/**
 * How registries are asked while an image is proven. A repository to push to is named by `--push-to`; one that the
 * environment names in SEAWORTHY_PUSH_TO is used only when a requirement asks for the push.
 * @throws UserError `registry/bad-push-to` for a name with a tag or a digest.
 */
export function registryOf(
  { world, mirrors, platform, options }: Session,
  demanded: readonly Requirement[] | undefined,
): RegistryAccess {
  const required = namesCheck(demanded ?? [], PUSHES);
  const pushTo = options.pushTo ?? (required ? world.env["SEAWORTHY_PUSH_TO"] : undefined);
  return registryAccess({
    platform,
    env: world.env,
    fetch: world.fetch,
    mirrors,
    signal: world.signal,
    offline: options.offline === true,
    pushTo: pushTo === undefined || pushTo === "" ? undefined : repositoryOf(pushTo),
  });
}

function repositoryOf(text: string): string {
  const { registry, repository, digest } = parseReference(text);
  const colon = text.indexOf(":", text.lastIndexOf("/") + 1);
  if (colon < 0 && digest === undefined) return `${registry}/${repository}`;
  throw new UserError("registry/bad-push-to", `\`${text}\` names an image, and a repository is needed to push to`, {
    hint: "Write it without tag and digest, such as `registry.example/team/app`.",
  });
}

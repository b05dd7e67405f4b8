import { UserError } from "../kit/errors.ts";
import type { Service } from "../model/types.ts";

/** What lies at the top of a service's folder, and at the top of a home or of /tmp only by chance. */
const MARK =
  /^(?:pyproject\.toml|setup\.(?:py|cfg)|Pipfile|[^/]*requirements[^/]*\.(?:txt|in)|(?:Dockerfile|Containerfile)[^/]*|[^/]+\.py|seaworthy\.yaml)$/;

/**
 * An existing image is judged by what its service's files say. Files that only lie below the folder one happens to be in
 * say something about other programs.
 * @throws UserError `verify/no-service`.
 */
export function stopOutsideProject({ files, git }: Pick<Service, "files" | "git">, folder: string): void {
  if (git.repository || files.some((file) => MARK.test(file))) return;
  throw new UserError("verify/no-service", `${folder} is no service's folder`, {
    hint: "Say whose image it is: `seaworthy verify --image NAME FOLDER`. What the image promises is read from its service's files.",
  });
}

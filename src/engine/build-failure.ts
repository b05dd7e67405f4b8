import { UserError } from "../kit/errors.ts";
import { visible } from "../kit/text.ts";

/** The command line lost its engine: it was stopped, or crashed, in the middle of a build or a pull. */
export function lostIn(output: string): UserError | undefined {
  const said =
    /^.*(?:Cannot connect to the Docker daemon|failed to receive status: .*(?:EOF|reset|Unavailable)|error reading from server: EOF|docker\.sock: connect: ).*$/im.exec(
      output,
    );
  if (said === null) return undefined;
  return new UserError("engine/lost", "The container engine stopped answering in the middle of the work", {
    hint: "Start the engine again, then run the same command: what was finished is kept.",
    details: [visible(said[0])],
  });
}

/** The engine's BuildKit is older than what our builds ask of it. That is no fault of the Dockerfile. */
export function tooOldIn(output: string): UserError | undefined {
  const said = /^.*unsupported frontend capability (moby\.buildkit\.frontend\.contexts).*$/m.exec(output);
  if (said === null) return undefined;
  return new UserError("engine/old-builder", "The container engine cannot build with another image as a base", {
    hint: "A CA bundle or a mirror takes the place of a base image in a build, which needs Docker 23. Update the engine; or build elsewhere, and let this engine prove the image: `seaworthy verify --image NAME`.",
    details: [visible(said[0])],
  });
}

/** The engine or BuildKit could not get an image: it does not exist, or its registry cannot be reached. */
export function failureOf(output: string, image?: string): UserError | undefined {
  const name = nameIn(output) ?? image;
  if (name === undefined) return undefined;
  const details = output
    .split("\n")
    .filter((line) => /error|denied|not found|failed/i.test(line))
    .slice(-5)
    .map(visible);
  const refused = statusIn(output);
  if (refused !== undefined)
    return new UserError(
      isPassing(refused) ? "engine/registry-refused" : "engine/base-not-found",
      `The registry of the image ${name} answers ${refused}`,
      {
        hint: adviceFor(Number.parseInt(refused, 10)),
        details,
      },
    );
  if (
    /no such host|i\/o timeout|connection refused|network is unreachable|TLS handshake|x509|EOF$|deadline exceeded|proxyconnect/i.test(
      output,
    )
  )
    return new UserError("engine/base-not-found", `The registry of the image ${name} cannot be reached`, {
      hint: "Check the network and the proxy of the container engine, or pull the image beforehand.",
      details,
    });
  if (
    /not found|denied|does not exist|manifest unknown|unauthorized|no match for platform|invalid reference format|did not resolve/i.test(
      output,
    )
  )
    return new UserError("engine/base-not-found", `There is no image ${name}, or the registry does not show it`, {
      hint: "Check its name and tag, and `docker login` when it is private.",
      details,
    });
  return undefined;
}

/** `429 Too Many Requests`, of a registry that could be reached. Undefined for what it says of an image that it has not. */
function statusIn(output: string): string | undefined {
  const said = /unexpected status (?:from \w+ request to \S+|code)[^:\n]*: (\d{3}[A-Za-z ]*)/.exec(output)?.[1]?.trim();
  if (said !== undefined && !said.startsWith("404")) return said;
  return /\btoomanyrequests:/.test(output) ? "429 Too Many Requests" : undefined;
}

/** It will answer otherwise: nothing is wrong with what asks for the image. */
const isPassing = (refused: string): boolean => /^(?:429|5)/.test(refused);

function adviceFor(status: number): string {
  if (status === 429)
    return "Wait as long as it limits, log in with `docker login` for a higher limit, or use a mirror.";
  if (status >= 500) return "It is out of order: run the same command again later, or use a mirror.";
  return "Check `docker login`, and that this login may read the image.";
}

/** The engine has no room left: what the build wrote is not its fault. */
export function diskFullIn(output: string): boolean {
  return /no space left on device/i.test(output);
}

/** `failed to resolve source metadata for docker.io/library/x:1`, `failed to solve: x:1: …` in older BuildKits. */
function nameIn(output: string): string | undefined {
  const named =
    /failed to resolve source metadata for ([^\s]+?): /.exec(output) ??
    /failed to load cache key: ([^\s]+?): /.exec(output) ??
    /creating build container: initializing source docker:\/\/([^\s]+?): /.exec(output) ??
    /creating build container: short-name "([^"]+)" did not resolve/.exec(output) ??
    /failed to solve: ([\w.-]+(?:[/:@][\w.:@/-]+)): (?:[^\n]*(?:not found|denied|no such host))/.exec(output);
  return named?.[1];
}

/**
 * Docker's containerd store collects unpacked layers that only its build cache uses, also while a build is about to
 * build on them. That is no fault of the Dockerfile, and the next build has them unpacked again.
 */
export const hasLostLayers = (error: unknown): boolean =>
  error instanceof UserError &&
  error.code === "engine/build-failed" &&
  /failed to prepare extraction snapshot[^\n]*(?:does not exist|not found)/.test(error.message);

import type { Container } from "../../engine/engine.ts";
import { UserError } from "../../kit/errors.ts";

/** Where a port of the container is reached; undefined when it has lost it: one that ends at once does so before anyone asks. */
export function addressOf(container: Container, port: number, path: string): URL | undefined {
  try {
    return container.url(port, path);
  } catch (error) {
    if (error instanceof UserError && error.code === "engine/port-not-published") return undefined;
    throw error;
  }
}

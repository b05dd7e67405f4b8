import type { ImageConfig, Service } from "../model/types.ts";
import { portOfCommand } from "../project/port.ts";

/** What a service listens on when nobody says. It is given as PORT too: platforms that choose the port say it so. */
export const USUAL_PORT = 8000;

/** Ports of what stands beside the service: its figures, a debugger, a shell. */
const BESIDE: ReadonlySet<number> = new Set([22, 5678, 8125, 9090, 9100, 9102, 9464]);

export const isBeside = (port: number): boolean => BESIDE.has(port);

/** The port of an image, and who names it. */
export interface ImagePort {
  readonly port: number;
  readonly by: "team" | "files" | "command" | "health check" | "variable" | "expose" | "nobody";
}

/**
 * What the folder's files name where the image exposes it too; else what the image's own command, HEALTHCHECK or variable
 * says of one that it exposes; else the lowest that it exposes and that is not usually another's.
 * @param asked the port that its HEALTHCHECK asks, 0 for none.
 */
export function portOfImage(config: ImageConfig, { port: named }: Pick<Service, "port">, asked: number): ImagePort {
  const exposed = exposedBy(config);
  const agreed = (port: number | undefined) => port !== undefined && (exposed.length === 0 || exposed.includes(port));
  const inFiles = named?.value.number;
  if (inFiles !== undefined && agreed(inFiles)) return { port: inFiles, by: "files" };
  // EXPOSE opens nothing: what the server is told counts.
  const told = portOfCommand([...config.entrypoint, ...config.command], environmentOf(config));
  if (told !== undefined) return { port: told, by: "command" };
  if (asked > 0 && agreed(asked)) return { port: asked, by: "health check" };
  const variable = Number(environmentOf(config).get("PORT") ?? 0);
  if (variable > 0 && agreed(variable)) return { port: variable, by: "variable" };
  const first = exposed.find((port) => !isBeside(port)) ?? exposed[0];
  return first === undefined ? { port: USUAL_PORT, by: "nobody" } : { port: first, by: "expose" };
}

/** In words, for a person. */
export function namedBy({ port, by }: ImagePort, config: ImageConfig): string {
  const exposed = exposedBy(config);
  if (by === "command") return `which its command names`;
  if (by === "nobody") return "which nobody names";
  if (!exposed.includes(port)) return "which it does not expose";
  return exposed.length === 1 ? "which it exposes" : `of those that it exposes (${exposed.join(", ")})`;
}

/** Of several that listen, the one that is most likely the service's own. */
export function mostLikely(ports: readonly number[]): number | undefined {
  return ports.find((port) => port === USUAL_PORT) ?? ports.find((port) => !isBeside(port)) ?? ports[0];
}

const exposedBy = ({ exposed }: ImageConfig): readonly number[] =>
  exposed
    .filter((one) => !one.endsWith("/udp"))
    .map((one) => Number.parseInt(one, 10))
    .toSorted((a, b) => a - b);

const environmentOf = ({ env }: ImageConfig): ReadonlyMap<string, string> =>
  new Map(env.map((one) => [one.slice(0, one.indexOf("=")), one.slice(one.indexOf("=") + 1)]));

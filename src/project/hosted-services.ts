import type { Evidence, HostedService, ImageOrigin, OutsideAsk, StartCommand } from "../model/types.ts";
import { ownOf } from "./outside.ts";
import { isTable, listAt, tableAt, textAt, textsAt, valueAt } from "./toml.ts";
import type { Path } from "./yaml-file.ts";

interface Fly {
  readonly data: unknown;
  readonly evidence: (path: Path) => Evidence;
}

interface Process {
  readonly name: string;
  readonly start: StartCommand | undefined;
}

/**
 * `[http_service]` and each of `[[services]]` of a fly.toml, for the process that it leads to: fly's proxy connects to
 * `internal_port`, and sets no variable by itself.
 */
export function flyServices(
  { data, evidence }: Fly,
  processes: readonly Process[],
  origin: ImageOrigin,
): readonly HostedService[] {
  // Another builder than docker, or a command that takes the place of all others.
  if (["builder", "buildpacks"].some((key) => valueAt(data, "build", key) !== undefined)) return [];
  if (Object.keys(tableAt(data, "experimental")).some((key) => /^(?:cmd|entrypoint|exec)$/.test(key))) return [];
  const variables = Object.fromEntries(Object.keys(tableAt(data, "env")).map((name) => [name, ""]));
  const services = [
    ...[tableAt(data, "http_service")].map((service) => ({ service, key: "http_service" })),
    ...listAt(data, "services").map((service) => ({ service, key: "services" })),
  ];
  return services.flatMap(({ service, key }) => {
    const port = portOf(valueAt(service, "internal_port"));
    const run = processOf(processes, textsAt(service, "processes"));
    if (port === undefined || run === undefined || textAt(service, "protocol") === "udp") return [];
    const place = evidence([key, "internal_port"]);
    const asks = [...listAt(service, "checks"), ...listAt(service, "http_checks")].flatMap((check) =>
      askOf(check, evidence([key, valueAt(service, "checks") === undefined ? "http_checks" : "checks", "path"])),
    );
    return [
      {
        source: "fly" as const,
        container: run.name,
        evidence: place,
        origin,
        terms: {
          ownCommand: false,
          ...ownOf(run.start, undefined),
          writable: [],
          variables,
          moreVariables: false,
          ports: [{ value: port, evidence: place }],
          asks,
        },
      },
    ];
  });
}

/** The one that a service names, or the only one; without any the image starts as it says itself. */
function processOf(processes: readonly Process[], named: readonly string[]): Process | undefined {
  if (processes.length === 0) return { name: "app", start: undefined };
  const meant = named.length === 0 ? processes : processes.filter(({ name }) => named.includes(name));
  const [only, ...others] = meant;
  // What is started by a text that was not understood is not known.
  return others.length === 0 && only?.start !== undefined ? only : undefined;
}

function askOf(check: unknown, evidence: Evidence): readonly OutsideAsk[] {
  const path = isTable(check) ? textAt(check, "path") : undefined;
  const port = portOf(valueAt(check, "port"));
  return path === undefined
    ? []
    : [{ what: "health check", path: withoutQuery(path), evidence, ...(port === undefined ? {} : { port }) }];
}

const withoutQuery = (path: string): string => path.replace(/[?#].*$/, "");

const portOf = (value: unknown): number | undefined => {
  const number = Number(value);
  return Number.isInteger(number) && number > 0 ? number : undefined;
};

/** A platform that asks a path at the port which it has given to the service by PORT. */
export function askedService(one: {
  readonly source: "render" | "railway";
  readonly origin: ImageOrigin;
  readonly name?: string | undefined;
  readonly start: StartCommand | undefined;
  readonly path: string;
  readonly evidence: Evidence;
}): HostedService {
  const { source, origin, name, start, path, evidence } = one;
  return {
    source,
    container: name ?? "the service",
    evidence,
    origin,
    terms: {
      ownCommand: false,
      ...ownOf(start, undefined),
      writable: [],
      variables: { PORT: "" },
      moreVariables: true,
      ports: [],
      asks: [{ what: "health check", path: withoutQuery(path), evidence }],
    },
  };
}

import type { GracePeriod, OutsideAsk, OutsideTerms } from "../model/types.ts";
import { localUrl } from "./local-url.ts";
import { composeVolume } from "./outside-mounts.ts";
import { isTable, listAt, textAt, valueAt } from "./toml.ts";
import type { Path, YamlDocument } from "./yaml-file.ts";

/** Where one container stands in its file. */
interface Container {
  readonly document: YamlDocument;
  readonly path: Path;
  readonly table: unknown;
  /** A command of its own in place of the image's. */
  readonly own: Pick<GracePeriod, "ownCommand" | "ownStart">;
}

type Said<T> = { readonly value: T; readonly evidence: ReturnType<YamlDocument["evidence"]> };

function saying({ document, path }: Container) {
  return <T>(value: T | undefined, ...at: Path): Said<T> | undefined =>
    value === undefined ? undefined : { value, evidence: document.evidence([...path, ...at]) };
}

/** Without what nobody said. */
const given = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;

/** One service of a Compose file. */
export function composeTerms(container: Container): OutsideTerms {
  const { table, own } = container;
  const say = saying(container);
  const limits = ["deploy", "resources", "limits", "pids"];
  const short = numberOf(valueAt(table, "pids_limit"));
  const pids = short === undefined ? say(numberOf(valueAt(table, ...limits)), ...limits) : say(short, "pids_limit");
  const test = valueAt(table, "healthcheck", "test");
  const url = localUrl(Array.isArray(test) ? test.join(" ") : (plainOf(test) ?? ""));
  const volumes = listAt(table, "volumes").flatMap((volume) => composeVolume(volume)?.to ?? []);
  return {
    ...own,
    ownCommand: own.ownCommand === true,
    ...given({
      user: say(plainOf(valueAt(table, "user")), "user"),
      privileged: say(trueOf(valueAt(table, "privileged")), "privileged"),
      readOnlyRoot: say(trueOf(valueAt(table, "read_only")), "read_only"),
      pids,
    }),
    writable: [
      ...volumes,
      ...[valueAt(table, "tmpfs")].flat().flatMap((one) => plainOf(one)?.replace(/:.*$/, "") ?? []),
    ],
    variables: variablesOf(valueAt(table, "environment")),
    moreVariables: valueAt(table, "env_file") !== undefined,
    ports: listAt(table, "ports").flatMap((port, index) => {
      const number = composePort(port);
      const said = say(number, "ports", index);
      return said === undefined ? [] : [said];
    }),
    asks:
      url === undefined ? [] : [{ what: "healthcheck", ...askOf(url), ...placed(container, "healthcheck", "test") }],
  };
}

const placed = ({ document, path }: Container, ...at: Path) => ({ evidence: document.evidence([...path, ...at]) });

const askOf = ({ port, path }: { readonly port: string | undefined; readonly path: string }) =>
  given({ port: numberOf(port), path });

/** One container of a pod. */
export function kubernetesTerms(container: Container, pod: unknown): OutsideTerms {
  const { table, own } = container;
  const say = saying(container);
  const context = (name: string) => valueAt(table, "securityContext", name);
  const ports = listAt(table, "ports");
  const environment = listAt(table, "env").flatMap((one) => {
    const name = textAt(one, "name");
    return name === undefined ? [] : [[name, plainOf(valueAt(one, "value")) ?? ""] as const];
  });
  const user = plainOf(context("runAsUser")) ?? plainOf(valueAt(pod, "securityContext", "runAsUser"));
  return {
    ...own,
    ownCommand: own.ownCommand === true,
    ...given({
      user: say(user, "securityContext", "runAsUser"),
      privileged: say(trueOf(context("privileged")), "securityContext", "privileged"),
      readOnlyRoot: say(trueOf(context("readOnlyRootFilesystem")), "securityContext", "readOnlyRootFilesystem"),
    }),
    writable: listAt(table, "volumeMounts").flatMap((mount) => textAt(mount, "mountPath") ?? []),
    variables: harmless(environment),
    moreVariables: listAt(table, "envFrom").length > 0,
    ports: ports.flatMap((port, index) => {
      // A port with another purpose by its name is not the service's.
      const isAside = /metric|prom|debug|admin|grpc|stat/i.test(textAt(port, "name") ?? "");
      const said = say(numberOf(valueAt(port, "containerPort")), "ports", index, "containerPort");
      return said === undefined || isAside ? [] : [said];
    }),
    asks: ["livenessProbe", "readinessProbe", "startupProbe"].flatMap((what) => probeOf(container, what, ports)),
  };
}

/** What a probe asks by HTTP or by a connection; a port by name is the container's of that name. */
function probeOf(container: Container, what: string, ports: readonly unknown[]): readonly OutsideAsk[] {
  const { table } = container;
  for (const how of ["httpGet", "tcpSocket"]) {
    const asked = valueAt(table, what, how);
    if (!isTable(asked) || asked["host"] !== undefined) continue;
    const written = asked["port"];
    const named = ports.find((one) => textAt(one, "name") === written);
    const port = numberOf(written) ?? numberOf(valueAt(named, "containerPort"));
    const path = how === "httpGet" ? (textAt(asked, "path") ?? "/").replace(/[?#].*$/, "") : undefined;
    return [{ what, ...given({ port, path }), ...placed(container, what, how) }];
  }
  return [];
}

const trueOf = (value: unknown): true | undefined => (value === true || value === "true" ? true : undefined);

const plainOf = (value: unknown): string | undefined =>
  typeof value === "string" || typeof value === "number" ? String(value) : undefined;

function numberOf(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number > 0 ? number : undefined;
}

/** The container's own port of `8080:9000` or `{ target: 9000 }`; none for UDP and for ranges. */
function composePort(port: unknown): number | undefined {
  if (isTable(port)) return port["protocol"] === "udp" ? undefined : numberOf(port["target"]);
  return numberOf(/(?:^|:)(\d+)(?:\/tcp)?$/.exec(String(port))?.[1]);
}

/** Their names, and of the values only TMPDIR, ports and numbers of workers: any other may be a secret. */
function variablesOf(environment: unknown): Readonly<Record<string, string>> {
  const entries = Array.isArray(environment)
    ? environment.map((one) => String(one).split("=", 2))
    : Object.entries(isTable(environment) ? environment : {}).map(([name, value]) => [name, plainOf(value) ?? ""]);
  return harmless(entries.map(([name = "", value = ""]) => [name, value] as const));
}

const harmless = (entries: ReadonlyArray<readonly [string, string]>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    entries.map(([name, value]) => [name, name === "TMPDIR" || /PORT$|WORKERS|CONCURRENCY/.test(name) ? value : ""]),
  );

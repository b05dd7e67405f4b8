import type { ConfigurationExpectation, ImageConfig, NamedValue } from "../../model/types.ts";
import { compare, type Compared, inWords, occurs, type UserSeen } from "./compared.ts";

export function seeConfiguration(wanted: ConfigurationExpectation, config: ImageConfig): UserSeen {
  const env = new Map(
    config.env.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
  );
  const labels = new Map(Object.entries(config.labels));
  const list = (argv: readonly string[]) => JSON.stringify(argv);
  const compared = [
    ...wanted.env.map((one) => named("ENV", one, env)),
    ...wanted.labels.map((one) => named("label", one, labels)),
    ...wanted.ports.map(({ name, present }) => presence(`port ${name}`, present, exposes(config, name))),
    ...wanted.volumes.map(({ name, present }) => presence(`volume ${name}`, present, config.volumes.includes(name))),
    ...(wanted.entrypoint === undefined
      ? []
      : [compare("ENTRYPOINT", list(wanted.entrypoint), list(config.entrypoint))]),
    ...(wanted.command === undefined ? [] : [compare("CMD", list(wanted.command), list(config.command))]),
    ...(wanted.workdir === undefined ? [] : [compare("WORKDIR", wanted.workdir, config.workdir)]),
    ...(wanted.user === undefined ? [] : [compare("USER", wanted.user, config.user)]),
  ];
  return { compared, excerpt: [] };
}

const exposes = ({ exposed }: ImageConfig, port: string): boolean =>
  exposed.some((one) => one === port || one.replace(/\/(?:tcp|udp)$/, "") === port);

const presence = (what: string, wanted: boolean, seen: boolean): Compared => {
  const said = (present: boolean) => (present ? "declared" : "not declared");
  return compare(what, said(wanted), said(seen));
};

const SECRET = /secret|token|passw|key|credential/i;

function named(what: string, { name, value }: NamedValue, values: ReadonlyMap<string, string>): Compared {
  const found = values.get(name);
  const shown = SECRET.test(name) ? "a value that is not shown" : (found ?? "");
  const seen = found === undefined ? "not set" : shown;
  if (value === "absent") return { what: `${what} ${name}`, wanted: "not set", seen, holds: found === undefined };
  if (value === undefined) return { what: `${what} ${name}`, wanted: "set", seen, holds: found !== undefined };
  const holds = found !== undefined && ("text" in value ? found === value.text : occurs(value, found));
  return { what: `${what} ${name}`, wanted: inWords(value), seen, holds };
}

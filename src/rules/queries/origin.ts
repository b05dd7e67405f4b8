import { makesShipped } from "../../dockerfile/stages.ts";
import { addTo } from "../../kit/group.ts";
import type { ImageOrigin, StartCommand } from "../../model/types.ts";
import { HOSTING } from "../../project/outside-hosting.ts";
import { normalName } from "../../project/requirement.ts";
import type { RuleInput } from "../rule.ts";
import { once } from "../../kit/once.ts";
import { shippedSteps } from "./steps.ts";

/** What another file says of a container: where, and what image it runs. */
interface Told {
  readonly source: StartCommand["source"];
  readonly evidence: { readonly file: string };
  readonly origin?: ImageOrigin;
}

const PLATFORMS: ReadonlySet<string> = new Set(["kubernetes", "ecs", "cdk"]);

/**
 * Whether a container of another file runs the image that the judged Dockerfile ships: not one of another Dockerfile, of
 * a stage to develop in, or of somebody else. Undefined where nothing says; then nothing is claimed.
 */
export function runsShipped(input: RuleInput, told: Told): boolean | undefined {
  const { dockerfile } = input;
  const { source, origin } = told;
  // A Procfile is read by the platform that builds without this Dockerfile, or by a program that the image starts.
  if (source === "procfile") return readsProcfile(input) ? true : undefined;
  if (origin?.dockerfile !== undefined)
    return origin.dockerfile === dockerfile.path && makesShipped(dockerfile, origin.target);
  if (source === "compose") return origin?.image !== undefined && isNamedSo(input, origin.image) ? true : undefined;
  // These build without a Dockerfile, where they name none.
  if (HOSTING.some((platform) => platform === source)) return undefined;
  return PLATFORMS.has(source) ? isAmongIts(input, told) : true;
}

const readsProcfile = ({ dockerfile }: RuleInput): boolean =>
  shippedSteps(dockerfile).some(
    ({ instruction: { keyword, args } }) =>
      /^(?:CMD|ENTRYPOINT)$/.test(keyword) && /\b(?:honcho|foreman|hivemind|overmind|forego)\b/.test(args),
  );

/** `registry.example:5000/team/app:1.2@sha256:…` without registry, tag and digest: `team/app`. */
function repositoryOf(image: string): string {
  const parts = image
    .replace(/@.*$/, "")
    .replace(/:[^/]*$/, "")
    .split("/");
  if (parts.length > 1 && /[.:]|^localhost$/.test(parts[0] ?? "")) parts.shift();
  return parts.join("/");
}

const lastOf = (image: string): string => normalName(repositoryOf(image).split("/").at(-1) ?? "");

/** The service's own name, and those that a Compose file gives to what it builds. */
const ownNames: (input: RuleInput) => ReadonlySet<string> = once(({ dockerfile, service }) => {
  const built = service.outsideLimits.flatMap(({ origin }) =>
    origin?.dockerfile === dockerfile.path && origin.image !== undefined ? [lastOf(origin.image)] : [],
  );
  return new Set([normalName(service.name), ...built]);
});

const isNamedSo = (input: RuleInput, image: string): boolean => ownNames(input).has(lastOf(image));

/** Images that stand beside a service's own in a pod or a task. */
const OF_OTHERS =
  /(?:^|-)(?:nginx|caddy|haproxy|traefik|envoy|istio|linkerd|proxy(?:v2)?|pgbouncer|postgres(?:ql)?|postgis|mysql|mariadb|mongo(?:db)?|redis|valkey|memcached|rabbitmq|kafka|zookeeper|nats|minio|elasticsearch|opensearch|busybox|alpine|debian|ubuntu|curl|kubectl|git-sync|vault|consul|otel|opentelemetry|collector|fluent-?bit|fluentd|vector|datadog|agent|daemon|statsd|prometheus|grafana|jaeger|exporter|python|node)(?:-|$)/;

/** Of a pod or a task: the container with the service's name; else the only one that is not plainly somebody else's. */
function isAmongIts(input: RuleInput, { evidence, origin }: Told): boolean | undefined {
  if (origin?.image === undefined) return true;
  const { image } = origin;
  if (isNamedSo(input, image)) return true;
  if (OF_OTHERS.test(lastOf(image))) return false;
  const { isNamed = false, candidates = 0 } = containersOf(input).get(evidence.file) ?? {};
  if (isNamed) return false;
  return candidates <= 1 ? true : undefined;
}

interface Containers {
  /** One has the service's name. */
  readonly isNamed: boolean;
  /** How many repositories their images are of, but for those that are plainly somebody else's. */
  readonly candidates: number;
}

/** The containers of each file together. */
const containersOf: (input: RuleInput) => ReadonlyMap<string, Containers> = once((input) => {
  const images = new Map<string, string[]>();
  for (const { evidence, origin } of input.service.outsideLimits)
    if (origin?.image !== undefined) addTo(images, evidence.file, origin.image);
  return new Map(
    Array.from(images, ([file, together]) => {
      const open = together.filter((one) => !OF_OTHERS.test(lastOf(one)));
      const isNamed = together.some((one) => isNamedSo(input, one));
      return [file, { isNamed, candidates: new Set(open.map(repositoryOf)).size }];
    }),
  );
});

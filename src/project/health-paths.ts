import type { Fact, Framework, Route, StartCommand } from "../model/types.ts";

/** Names of routes that answer "I am alive", nearest to liveness first. Those about readiness come last. */
const HEALTH: readonly { readonly of: "name" | "path"; readonly pattern: RegExp }[] = [
  { of: "name", pattern: /^_?(?:livez?|liveness|alive)$/ },
  { of: "name", pattern: /^_?_?(?:healthz?|(?:[\w-]+[-_])?health[-_]?check|healthy|lbheartbeat)_?_?$/ },
  {
    of: "path",
    pattern:
      /^(?:\/api)?(?:\/v\d+)?(?:\/(?!settings|admin|celery|tasks?|workers?|users?|accounts?|broker)[\w-]+)?\/_?_?(?:ping|up|heartbeat)_?_?$/,
  },
  { of: "path", pattern: /^(?:\/api)?(?:\/v\d+)?\/_?status$/ },
  { of: "name", pattern: /^_?(?:readyz?|readiness)$/ },
];

function rankOf(route: string): number {
  const path = route.replace(/\/$/, "").toLowerCase();
  const name = path.slice(path.lastIndexOf("/") + 1);
  return HEALTH.findIndex(({ of, pattern }) => pattern.test(of === "name" ? name : path));
}

/** Of the routes; of a framework that answers by itself when the code has none of its own. */
export function healthPathsOf(
  routes: readonly Route[],
  framework: Fact<Framework>,
  starts: readonly Pick<StartCommand, "argv" | "evidence">[] = [],
): readonly Fact<string>[] {
  const own: readonly Fact<string>[] = routes
    .filter(({ method, path }) => (method === "GET" || method === "HEAD") && !/[{<:*]/.test(path))
    .map((route) => ({ route, rank: rankOf(route.path) }))
    .filter(({ rank }) => rank >= 0)
    .toSorted((a, b) => a.rank - b.rank || a.route.path.length - b.route.path.length)
    .map(({ route }) => ({ value: route.path, confidence: "certain", evidence: [route.evidence] }));
  const brought = BROUGHT[framework.value];
  return own.length > 0 || brought === undefined
    ? own
    : [{ value: `${baseOf(starts)}${brought}`, confidence: "likely", evidence: framework.evidence }];
}

/** Below which path streamlit serves all that it serves, itself included. */
function baseOf(starts: readonly Pick<StartCommand, "argv">[]): string {
  const words = starts.flatMap(({ argv }) => argv).flatMap((word) => word.split("=", 2));
  const path = words[words.indexOf("--server.baseUrlPath") + 1] ?? "";
  const plain = words.includes("--server.baseUrlPath") ? path.replaceAll(/^\/+|\/+$/g, "") : "";
  return /^[\w./-]+$/.test(plain) ? `/${plain}` : "";
}

const BROUGHT: Readonly<Partial<Record<Framework, string>>> = { streamlit: "/_stcore/health" };

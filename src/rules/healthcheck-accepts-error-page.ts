import type { Command } from "./queries/commands.ts";
import { changed, healthcheck, healthy, slim } from "./queries/example.ts";
import { healthcheckOf } from "./queries/health.ts";
import { at, find } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const withCurl = (command: string) =>
  changed(
    [healthcheck, `HEALTHCHECK --start-period=20s CMD ${command}\n`],
    [
      `FROM ${slim}\nRUN`,
      `FROM ${slim}\nRUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\nRUN`,
    ],
  );
const inPython = (code: string) =>
  changed([healthcheck, `HEALTHCHECK --start-period=20s CMD ["python", "-c", ${JSON.stringify(code)}]\n`]);

export const healthcheckAcceptsErrorPage: Rule = {
  id: "healthcheck-accepts-error-page",
  title: "The health check succeeds whatever status the service answers with",
  why: "curl without `--fail` exits with 0 when the answer is 500, and http.client, requests and httpx raise no error for one. The service answers every request with an error page, and the container stays healthy.",
  source: "curl(1): --fail; seaworthy: the negative control of healthcheck-notices",
  demand: "health-is-seen",
  severity: "warning",
  confidence: "certain",
  advice: "Let the command fail with the status: `curl --fail`, `urllib.request.urlopen`, or a test that it is 200.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["healthcheck-notices"],
  examples: {
    bad: [
      withCurl('["curl", "-sS", "http://127.0.0.1:8000/health"]'),
      withCurl("curl -s -o /dev/null http://127.0.0.1:8000/health || exit 1"),
      inPython(
        "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000); c.request('GET', '/health'); c.getresponse()",
      ),
      inPython("import requests; requests.get('http://127.0.0.1:8000/health', timeout=3)"),
    ],
    good: [
      healthy,
      withCurl('["curl", "-fsS", "http://127.0.0.1:8000/health"]'),
      withCurl("curl -s --fail-with-body http://127.0.0.1:8000/health || exit 1"),
      withCurl("curl -s http://127.0.0.1:8000/health | grep -q ok"),
      withCurl(`test "$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8000/health)" = 200`),
      inPython("import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=3)"),
      inPython("import requests; requests.get('http://127.0.0.1:8000/health', timeout=3).raise_for_status()"),
      inPython(
        "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000); c.request('GET', '/health'); raise SystemExit(c.getresponse().status != 200)",
      ),
    ],
  },
  *check({ dockerfile }) {
    const health = healthcheckOf(dockerfile);
    if (!health) return;
    const { instruction, commands } = health;
    // What another command reads, or a shell puts into a word, may well be tested there.
    if (commands.some(({ connection }) => connection === "|") || /`|\$\(/.test(instruction.args)) return;
    for (const command of commands) {
      const what = acceptsAll(command);
      if (what === undefined) continue;
      const where = at(dockerfile, instruction, find(dockerfile, instruction, command.program));
      yield { message: `The health check asks with ${what}: a page with status 500 is healthy.`, where };
    }
  },
};

/** What the command asks with, when it looks at no status. */
function acceptsAll({ program, argv }: Command): string | undefined {
  if (program === "curl") return curlFails(argv.slice(1)) ? undefined : "curl and without `--fail`";
  const code = /^python[\d.]*$/.test(program) ? argv[argv.indexOf("-c") + 1] : undefined;
  if (code === undefined || !argv.includes("-c")) return undefined;
  const library = LIBRARIES.find(({ asks }) => asks.test(code));
  return library === undefined || TESTED.test(code) ? undefined : `${library.name} and without a test of the status`;
}

const LIBRARIES = [
  { name: "http.client", asks: /\bHTTPS?Connection\(/ },
  { name: "requests", asks: /\brequests\.(get|head|request)\(/ },
  { name: "httpx", asks: /\bhttpx\.(get|head|request)\(/ },
] as const;
/** The status, the body, or an error that is raised for it. */
const TESTED = /status|\.ok\b|is_success|is_error|\.text\b|\.json\(|\.content\b|\.read\(|assert|\.code\b|\bif\b/;

/** True where curl's exit code may depend on the answer, also by what a configuration or the output's format says. */
function curlFails(words: readonly string[]): boolean {
  return words.some((word) => /^--(fail|write-out|config)/.test(word) || FAILS.test(word));
}

/** Short options in one word, up to the first that takes a value. */
const FAILS = /^-[^-AbcCdDeEFHmoPQrtTuUxXyYz]*[fwK]/;

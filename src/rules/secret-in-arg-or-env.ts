import { changed, healthy, slim } from "./queries/example.ts";
import { settingsOf } from "./queries/settings.ts";
import { at, find, reachableSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const secretWord =
  /(^|_)(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY|SECRET_KEY|CREDENTIALS?|JWT_KEY|SIGNING_KEY)(_|$)/i;
/** Names about a secret that do not hold one. */
const about =
  /(_|^)(FILE|PATH|DIR|NAME|ALIAS|MODE|TYPE|ID|ARN|URL|URI|HOST|PORT|TTL|EXPIRE\w*|EXPIRY|LIFETIME|LENGTH|ALGORITHM|ALGO|HEADER|MINUTES|SECONDS|HOURS|DAYS|COUNT|LIMIT|ENABLED|REQUIRED|PREFIX|ROTATION|POLICY|ENDPOINT|ISSUER|AUDIENCE|REGION|PROVIDER|BACKEND|MAX|MIN)$/i;
const harmless = /^(|true|false|yes|no|on|off|none|null|\d{1,4}|\/[\w./-]+)$/i;
const secretValue =
  /^(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|glpat-[\w-]{20,}|xox[abp]-[\w-]{10,}|sk-[\w-]{20,}|eyJ[\w-]{10,}\.[\w-]{10,}\..*)/;

export const secretInArgOrEnv: Rule = {
  id: "secret-in-arg-or-env",
  title: "A secret is passed by ARG or set by ENV",
  why: "Both are written to the image's configuration and history in clear text, for everybody who can pull it. A default for a required secret is worse still: the service starts with a publicly known key when the real one is missing.",
  source: "BuildKit's SecretsUsedInArgOrEnv; hadolint DL3064; trivy DS-0031",
  severity: "error",
  confidence: "likely",
  advice:
    "At build time use `RUN --mount=type=secret,id=…`; at run time let the platform set the variable, and let the service stop when it is missing. Change a secret that was published.",
  aliases: [
    "SEC001",
    "SecretsUsedInArgOrEnv",
    "DL3064",
    "DS-0031",
    "DF014",
    "S6472",
    "secret-in-build-arg",
    "CIS-DI-0010",
  ],
  since: "0.1.0",
  provenBy: ["no-secrets-in-configuration", "build-values-absent"],
  examples: {
    bad: [
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nENV JWT_SECRET=change-me-please\nRUN`]),
      changed([`FROM ${slim} AS builder\n`, `FROM ${slim} AS builder\nARG PYPI_TOKEN\n`]),
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nENV GREETING=AKIAABCDEFGHIJKLMNOP\nRUN`]),
    ],
    good: [
      healthy,
      changed([
        `FROM ${slim}\nRUN`,
        `FROM ${slim}\nENV JWT_SECRET_FILE=/run/secrets/jwt TOKEN_TTL=3600 AUTH_MODE=token KEY_ALIAS=main MAX_TOKENS=4096\nRUN`,
      ]),
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nENV REQUIRE_TOKEN=true\nRUN`]),
    ],
  },
  *check({ dockerfile }) {
    const args = dockerfile.globalArgs.map((instruction) => ({ instruction }));
    for (const { instruction } of [...args, ...reachableSteps(dockerfile)]) {
      if (instruction.keyword !== "ENV" && instruction.keyword !== "ARG") continue;
      for (const { name, value } of settingsOf(instruction)) {
        const byValue = secretValue.test(value ?? "");
        const byName =
          secretWord.test(name) &&
          !about.test(name) &&
          (value === undefined ? instruction.keyword === "ARG" : !harmless.test(value));
        if (!byValue && !byName) continue;
        const what = byValue ? "holds what looks like a key" : "names a secret";
        const kept =
          value === undefined
            ? "its value is kept in the image's history"
            : "its value is kept in the image for everybody to read";
        yield {
          message: `\`${instruction.keyword} ${name}\` ${what}: ${kept}.`,
          where: at(dockerfile, instruction, find(dockerfile, instruction, name)),
        };
      }
    }
  },
};

import { commandsOf } from "./queries/commands.ts";
import { changed, healthy, inBuilder, installing } from "./queries/example.ts";
import { settingsOf } from "./queries/settings.ts";
import { at, find, reachableSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const variables: Readonly<Record<string, RegExp>> = {
  PYTHONHTTPSVERIFY: /^0$/,
  GIT_SSL_NO_VERIFY: /./,
  PIP_TRUSTED_HOST: /./,
  UV_INSECURE_HOST: /./,
  NODE_TLS_REJECT_UNAUTHORIZED: /^0$/,
  NPM_CONFIG_STRICT_SSL: /^(?:false|0)$/,
};
const flags: Readonly<Record<string, RegExp>> = {
  curl: /^(-\w*k\w*|--insecure)$/,
  wget: /^--no-check-certificate$/,
  pip: /^--trusted-host/,
  uv: /^--(allow-insecure-host|trusted-host)/,
  "apt-get": /^--(allow-unauthenticated|force-yes)$/,
  apt: /^--(allow-unauthenticated|force-yes)$/,
  apk: /^--allow-untrusted$/,
  dnf: /^--nogpgcheck$|^--setopt=.*sslverify=(?:0|false)/i,
  yum: /^--nogpgcheck$|^--setopt=.*sslverify=(?:0|false)/i,
  rpm: /^--(?:nodigest|nosignature|noverify|nofiledigest)$/,
  npm: /^--(?:strict-ssl=false|no-strict-ssl)$/,
  pnpm: /^--(?:strict-ssl=false|no-strict-ssl)$/,
  yarn: /^--(?:strict-ssl=false|no-strict-ssl)$/,
};
/** `npm config set strict-ssl false`, with or without `=`. */
const LAX_CONFIG =
  /^p?npm (?:config|c) set .*\bstrict-ssl[ =]["']?false\b|^p?npm set .*\bstrict-ssl[ =]["']?false\b|^yarn config set .*(?:\bstrict-ssl|\benableStrictSsl)[ =]["']?false\b/;

export const verificationOff: Rule = {
  id: "verification-off",
  title: "Certificates or signatures are not checked",
  why: "Whoever sits between the build and the server decides what is installed. In the environment of the image it also holds for every request that the service makes.",
  source: "checkov CKV2_DOCKER_2 to 16 (13 for npm and yarn)",
  demand: "verified-downloads",
  severity: "error",
  confidence: "certain",
  advice: "Give the company's CA to the build as a secret and point SSL_CERT_FILE at it.",
  aliases: [
    "CKV2_DOCKER_2",
    "CKV2_DOCKER_3",
    "CKV2_DOCKER_4",
    "CKV2_DOCKER_5",
    "CKV2_DOCKER_6",
    "CKV2_DOCKER_7",
    "CKV2_DOCKER_8",
    "CKV2_DOCKER_9",
    "CKV2_DOCKER_11",
    "CKV2_DOCKER_14",
    "CKV2_DOCKER_16",
    "CKV2_DOCKER_10",
    "CKV2_DOCKER_12",
    "CKV2_DOCKER_15",
    "CKV2_DOCKER_13",
  ],
  numbers: ["SEC009"],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      changed(["ENV UV_COMPILE", "ENV PYTHONHTTPSVERIFY=0 UV_COMPILE"]),
      inBuilder("RUN pip install --no-cache-dir --trusted-host pypi.example httpx==0.28.1"),
      inBuilder(`${installing("curl")}RUN curl -fsSLk https://example.org/x -o /x`),
      inBuilder("RUN npm config set strict-ssl false"),
    ],
    good: [
      healthy,
      inBuilder(`${installing("curl")}RUN curl -fsSL https://example.org/x -o /x`),
      inBuilder("RUN npm config set strict-ssl true"),
    ],
  },
  *check({ dockerfile }) {
    for (const { instruction } of reachableSteps(dockerfile)) {
      for (const { name, value } of settingsOf(instruction)) {
        if (instruction.keyword !== "LABEL" && value !== undefined && variables[name]?.test(value))
          yield {
            message: `${name}=${value} switches the checking of certificates off.`,
            where: at(dockerfile, instruction, find(dockerfile, instruction, name)),
          };
      }
      if (instruction.keyword !== "RUN") continue;
      for (const { program, argv, text } of commandsOf(instruction)) {
        const flag =
          argv.slice(1).find((word) => flags[program.replace(/^pip[\d.]+$/, "pip")]?.test(word)) ??
          (LAX_CONFIG.test(argv.join(" ")) ? "strict-ssl false" : undefined);
        if (flag !== undefined)
          yield {
            message: `\`${text}\` does not check whom it downloads from (${flag}).`,
            where: at(dockerfile, instruction, find(dockerfile, instruction, text)),
          };
      }
    }
  },
};

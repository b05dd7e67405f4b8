import { copiedBy, sourcesOfCopy } from "./queries/context.ts";
import { healthy, healthyWith, project } from "./queries/example.ts";
import { absolute } from "./queries/settings.ts";
import { at, flag, shippedSteps } from "./queries/steps.ts";
import type { Rule, RuleInput } from "./rule.ts";

/** By its name, without folders. */
const secretFile =
  /^(\.env(\.(?![\w-]*(?:example|sample|template|dist))[\w-]+)*|\.netrc|\.pypirc|\.pgpass|id_(rsa|ed25519|ecdsa)|[^/]+\.(pem|key|p12|pfx|jks|keystore)|credentials\.json|service[-_]account[\w-]*\.json)$/;
const wholeContext = healthyWith(["COPY app/ /app/app/\n", "COPY . /app/\n"]);

/** A `.env` that can be read and gives no value to a name of a secret holds settings; everybody may have a public key. */
function mayHoldSecret({ read }: RuleInput, file: string): boolean {
  const name = file.slice(file.lastIndexOf("/") + 1);
  if (!secretFile.test(name)) return ACCOUNT.test(name) && isServiceAccount(read?.(file));
  // The certificates of tests are everybody's.
  if (/(?:^|\/)tests?\/.*\.(?:pem|key|p12|pfx|jks|keystore)$/.test(file)) return false;
  if (/\.(?:pem|key)$/.test(file) && isPublic(read?.(file))) return false;
  const text = /(^|\/)\.env/.test(file) ? read?.(file) : undefined;
  return (
    text === undefined ||
    /^\s*(?:export\s+)?\w*(?:SECRET|TOKEN|PASSW|KEY|CREDENTIAL|DSN|_URL|_URI)\w*\s*=\s*\S/im.test(text)
  );
}

const ACCOUNT = /(?:account|firebase|cred|google|gcp|key)[^/]*\.json$/i;

/** What Google gives to a program that signs in by itself. */
const isServiceAccount = (text: string | undefined): boolean =>
  text !== undefined && text.includes('"private_key"') && text.includes("PRIVATE KEY-----");

const isPublic = (text: string | undefined): boolean =>
  text !== undefined && !text.includes("PRIVATE KEY") && (text.trim() === "" || text.includes("-----BEGIN "));

export const secretFileReachesImage: Rule = {
  id: "secret-file-reaches-image",
  title: "A file that holds secrets gets into the image",
  why: "A .env or key file in a layer is readable by everybody who can pull the image, also when a later layer deletes it. A .env that git ignores is not in CI's image but in the one built on a laptop.",
  source: "Docker's documentation: build secrets, .dockerignore",
  demand: "no-secrets",
  severity: "error",
  confidence: "likely",
  advice: "Put `.env*`, `*.pem` and `*.key` in .dockerignore and give the values when the container starts.",
  aliases: [],
  numbers: ["SEC003"],
  since: "0.1.0",
  provenBy: ["no-secrets-in-layers"],
  examples: {
    bad: [
      project({
        Dockerfile: healthyWith(["COPY app/ /app/app/\n", "COPY app/ /app/app/\nCOPY .env /app/.env\n"]),
        ".env": "JWT_SECRET=x\n",
        ".dockerignore": ".git\n",
      }),
      project({ Dockerfile: wholeContext, "certs/server.key": "x\n" }),
      project({
        Dockerfile: wholeContext,
        "certs/both.pem":
          "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n",
      }),
      project({ Dockerfile: wholeContext, ".dockerignore": ".git\n.venv\n", ".env.example": "JWT_SECRET=\n" }),
      project({
        Dockerfile: wholeContext,
        "creds/firebase.json": '{"type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----\\nx"}\n',
      }),
    ],
    good: [
      healthy,
      project({
        Dockerfile: healthyWith(["COPY app/ /app/app/\n", "COPY app/ /app/app/\nCOPY .env /app/.env\n"]),
        ".env": "TAG=latest\nRESTART_POLICY=no\nAPI_TOKEN=\n",
        ".dockerignore": ".git\n",
      }),
      project({ Dockerfile: wholeContext, ".env": "JWT_SECRET=x\n" }),
      project({ Dockerfile: wholeContext, "certs/ca.crt": "x\n", ".env.example": "A=\n" }),
      project({
        Dockerfile: wholeContext,
        "app/licence_key.pem": "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n",
      }),
      project({
        Dockerfile: wholeContext,
        "vendor/http/test/key.pem": "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n",
        "app/dh.pem": "-----BEGIN DH PARAMETERS-----\nx\n-----END DH PARAMETERS-----\n",
      }),
      // The settings of an application, and public.
      project({ Dockerfile: wholeContext, "app/firebase-config.json": '{"apiKey": "x", "projectId": "shop"}\n' }),
      project({ Dockerfile: wholeContext, ".env.prod-sample": "JWT_SECRET=change_me\n" }),
    ],
  },
  *check(input) {
    const { dockerfile, ignore, service } = input;
    for (const step of shippedSteps(dockerfile)) {
      const { instruction } = step;
      const found = copiedBy(input, step).files.filter(({ source }) => mayHoldSecret(input, source));
      for (const { source } of found)
        yield { message: `${source} is copied into the image.`, where: at(dockerfile, instruction) };
      const whole =
        instruction.keyword === "COPY" &&
        flag(instruction, "from") === undefined &&
        sourcesOfCopy(instruction).some((word) => absolute("/", word) === "/");
      // The tree we read holds tracked files only; an example of a .env says that there is one on every desk.
      const expected = service.files.some((file) => /^\.env\.(example|sample|template|dist)$/.test(file));
      if (!whole || found.length > 0 || !expected || ignore.excludes(".env")) continue;
      yield {
        message:
          "The whole folder is copied and .dockerignore lets .env in, which the repository expects on a developer's machine.",
        where: at(dockerfile, instruction),
      };
    }
  },
};

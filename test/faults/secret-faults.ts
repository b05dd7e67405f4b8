import type { Fault } from "./fault.ts";

const key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
const privateKey = ["-----BEGIN", "PRIVATE KEY-----"].join(" ");
const privateKeyEnd = ["-----END", "PRIVATE KEY-----"].join(" ");

/** Secrets in logs, layers, the configuration and the build. */
export const secretFaults: readonly Fault[] = [
  {
    name: "logs the other variables' values",
    breaks: ["log-keeps-secrets"],
    app: [["if missing:", "if missing:\n    print(dict(os.environ))"]],
  },
  {
    name: "prints its settings at a healthy start",
    breaks: ["running-log-keeps-secrets"],
    app: [["PATHS = {", 'print("settings:", {name: os.environ[name] for name in REQUIRED})\nPATHS = {']],
  },
  {
    name: "prints its settings before a flood of other lines",
    breaks: ["running-log-keeps-secrets"],
    app: [
      [
        "PATHS = {",
        'print("settings:", {name: os.environ[name] for name in REQUIRED})\nfor number in range(30_000):\n    print("x" * 100, number)\nPATHS = {',
      ],
    ],
  },
  {
    name: "prints its environment with an error",
    breaks: ["running-log-keeps-secrets"],
    app: [
      [
        "            self.answer(200, self.items())",
        '            print("error", dict(os.environ), file=sys.stderr)\n            self.answer(500, {})',
      ],
    ],
  },
  {
    name: "prints its environment with a request that it refuses",
    breaks: ["running-log-keeps-secrets"],
    app: [
      [
        "        except ValueError:",
        '        except ValueError:\n            print("refused", dict(os.environ), file=sys.stderr)',
      ],
    ],
  },
  {
    name: "prints its environment where a variable is missing that no list has",
    breaks: ["unlisted-env-keeps-secrets", "required-env-known"],
    app: [
      [
        "server = Server",
        'if not os.environ.get("DEMO_" + "REGION"):\n    sys.exit(f"DEMO_REGION is missing: {dict(os.environ)}")\nserver = Server',
      ],
    ],
  },
  {
    name: "prints its environment where a request finds a variable missing",
    breaks: ["unlisted-env-keeps-secrets"],
    app: [
      [
        "        return []",
        '        if not os.environ.get("DEMO_" + "LIMIT"):\n            print(dict(os.environ), file=sys.stderr)\n        return [os.environ["DEMO_" + "LIMIT"]]',
      ],
    ],
  },
  {
    name: "a key in a deleted layer",
    breaks: ["no-secrets-in-layers"],
    asRoot: `RUN printf -- '${privateKey}\\n${key}\\n${key}\\n${privateKeyEnd}\\n' > /root/id\nRUN rm /root/id`,
  },
  {
    name: "an env file with a password",
    breaks: ["no-secrets-in-layers"],
    asRoot: "RUN echo 'DB_PASSWORD=hunter2-and-more' > /app/.env",
  },
  {
    name: "a secret default in ENV",
    breaks: ["no-secrets-in-configuration"],
    atEnd: "ENV SECRET_KEY=not-so-secret-any-more",
  },
  {
    name: "a login in the HEALTHCHECK",
    breaks: ["no-secrets-in-configuration"],
    says: { "no-secrets-in-configuration": /HEALTHCHECK/ },
    atEnd: `HEALTHCHECK CMD ["curl", "-H", "Authorization: Bearer not-so-secret-any-more", "http://127.0.0.1:8000/health"]`,
  },
  {
    name: "a token in a header of a step",
    breaks: ["no-secrets-in-configuration"],
    asRoot: `RUN echo -H "Authorization: Bearer not-so-secret-any-more"`,
  },
  {
    name: "a password of a mail server in ENV",
    breaks: ["no-secrets-in-configuration"],
    atEnd: "ENV SMTP_PASS=not-so-secret-any-more",
  },
  {
    name: "a login of a registry in a deleted layer",
    breaks: ["no-secrets-in-layers"],
    asRoot: `RUN mkdir /root/.docker && echo '{"auths": {"registry.example": {"auth": "bm90LXNvLXNlY3JldDphbnktbW9yZQ=="}}}' > /root/.docker/config.json\nRUN rm -r /root/.docker`,
  },
  {
    name: "a build argument for a secret",
    breaks: ["build-values-absent"],
    asRoot: "ARG BUILD_TOKEN\nRUN true",
  },
  {
    name: "a build secret written to a file",
    breaks: ["build-values-absent"],
    asRoot:
      "RUN --mount=type=secret,id=token cp /run/secrets/token /root/.netrc && chmod 600 /root/.netrc\nRUN rm /root/.netrc",
  },
];

/** Names, references and files that speak of secrets and hold none. */
export const secretTwins: readonly Fault[] = [
  {
    name: "prints which settings it has",
    breaks: [],
    keeps: ["log-keeps-secrets", "running-log-keeps-secrets", "unlisted-env-keeps-secrets"],
    app: [["PATHS = {", 'print("settings:", REQUIRED, len(os.environ["API_TOKEN"]))\nPATHS = {']],
  },
  {
    name: "settings about secrets",
    breaks: [],
    keeps: ["build-values-absent", "no-secrets-in-configuration", "no-secrets-in-layers"],
    asRoot: `RUN --mount=type=secret,id=token test -s /run/secrets/token
RUN mkdir /root/.docker && echo '{"auths": {"registry.example": {}}, "credsStore": "pass"}' > /root/.docker/config.json`,
    atEnd:
      "ENV PASSWORD_MIN_LENGTH=12 TOKEN_URL=https://id.example/token SECRET_KEY_FILE=/run/secrets/key COMPASS=north",
  },
];

import { isFiller } from "../kit/filler.ts";
import { namesSecret } from "../kit/secret-names.ts";
import { shapedIn } from "../kit/secret-shapes.ts";
import type { Instruction } from "../model/types.ts";
import { commandsOf } from "./queries/commands.ts";
import { changed, healthy, inBuilder, slim } from "./queries/example.ts";
import { settingsOf } from "./queries/settings.ts";
import { at, find, reachableSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const harmless =
  /^(|true|false|yes|no|on|off|none|null|\d{1,4}|\.{0,2}\/[\w./-]+|[\w./-]+\.(?:json|pem|key|crt|p12|jks)|<.*>|\*+)$/i;
/** Shorter than the real ones too: an example in a Dockerfile is cut. */
const secretValue =
  /^(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|glpat-[\w-]{20,}|xox[abp]-[\w-]{10,}|sk-[\w-]{20,}|eyJ[\w-]{10,}\.[\w-]{10,}\..*)/;
const header = /\b((?:Proxy-)?Authorization|Cookie|[\w]+(?:-[\w]+)+)\s*:\s*(?:(?:Bearer|Basic|Token)\s+)?([^\s"']+)/i;

/** What a value is, apart from its name; nothing where it is only a reference to a variable. */
const byShape = (value: string): boolean => secretValue.test(value) || shapedIn(value).length > 0;
const isReference = (value: string): boolean => /^["']?\$/.test(value);
const isGiven = (name: string, value: string): boolean =>
  namesSecret(name) && !harmless.test(value) && !isReference(value);

interface Sighting {
  /** The name that stands in the file, which the finding points at. */
  readonly name: string;
  readonly message: string;
}

export const secretInArgOrEnv: Rule = {
  id: "secret-in-arg-or-env",
  title: "A secret is passed by ARG, set by ENV or LABEL, or written into a RUN",
  why: "All of it is written to the image's configuration and history in clear text, for everybody who can pull it. A default for a required secret is worse still: the service starts with a publicly known key when the real one is missing.",
  source: "BuildKit's SecretsUsedInArgOrEnv; hadolint DL3064; trivy DS-0031",
  demand: "no-secrets",
  severity: "error",
  confidence: "likely",
  advice:
    "At build time use `RUN --mount=type=secret,id=…`; at run time let the platform set the variable, and let the service stop when it is missing. Change a secret that was published.",
  aliases: ["SecretsUsedInArgOrEnv", "DL3064", "DS-0031", "DF014", "S6472", "secret-in-build-arg", "CIS-DI-0010"],
  numbers: ["SEC001"],
  since: "0.1.0",
  provenBy: ["no-secrets-in-configuration", "no-secrets-in-layers", "build-values-absent"],
  examples: {
    bad: [
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nENV JWT_SECRET=change-me-please\nRUN`]),
      inBuilder("ARG PYPI_TOKEN"),
      inBuilder("ARG PYPI_TOKEN=''"),
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nENV GREETING=AKIAABCDEFGHIJKLMNOP\nRUN`]),
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nENV SMTP_PASS=hunter22-example\nRUN`]),
      changed(["EXPOSE 8000", "LABEL org.example.token=hunter22-example\nEXPOSE 8000"]),
      changed(["uv sync --locked", "UV_INDEX_TEAM_PASSWORD=hunter22-example uv sync --locked"]),
      changed(["uv sync --locked", "export PIP_PASS=hunter22-example && uv sync --locked"]),
      changed(["uv sync --locked", "uv run fetch --api-key hunter22-example && uv sync --locked"]),
      changed(["uv sync --locked", 'uv run fetch -H "Authorization: Bearer hunter22-example" && uv sync --locked']),
    ],
    good: [
      healthy,
      changed([
        `FROM ${slim}\nRUN`,
        `FROM ${slim}\nENV JWT_SECRET_FILE=/run/secrets/jwt TOKEN_TTL=3600 AUTH_MODE=token KEY_ALIAS=main MAX_TOKENS=4096\nRUN`,
      ]),
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nENV REQUIRE_TOKEN=true\nRUN`]),
      // Where it lies, and not what it is.
      changed([
        `FROM ${slim}\nRUN`,
        `FROM ${slim}\nENV GOOGLE_APPLICATION_CREDENTIALS=./creds/service.json TLS_KEY=server.key\nRUN`,
      ]),
      inBuilder("ARG LOGIN_PROVIDER_USE_ID_TOKEN"),
      changed([
        `FROM ${slim}\nRUN`,
        `FROM ${slim}\nENV PASSWORD_MIN_LENGTH=12 TOKEN_URL=https://id.example/token MONKEY=banana COMPASS=north BYPASS=1\nRUN`,
      ]),
      changed([
        "uv sync --locked",
        'UV_TOKEN="$(cat /run/secrets/token)" uv sync --locked --header "Authorization: Bearer $UV_TOKEN" --token ${UV_TOKEN}',
      ]),
      changed(["EXPOSE 8000", "RUN adduser --disabled-password worker\nEXPOSE 8000"]),
      // Only for this step, and plainly no key.
      changed([
        "EXPOSE 8000",
        "RUN SECRET_KEY=dummy-for-the-build python -m app.assets && export SECRET_KEY='not-a-secret' && SECRET_KEY=build-key ./manage.py compress && python -m app.docs\nEXPOSE 8000",
      ]),
      changed(["EXPOSE 8000", 'LABEL org.example.token-url="https://id.example/token"\nEXPOSE 8000']),
    ],
  },
  *check({ dockerfile }) {
    const args = dockerfile.globalArgs.map((instruction) => ({ instruction }));
    for (const { instruction } of [...args, ...reachableSteps(dockerfile)]) {
      for (const { name, message } of [...inSettings(instruction), ...inCommands(instruction)])
        yield { message, where: at(dockerfile, instruction, find(dockerfile, instruction, name)) };
    }
  },
};

/** What ENV, ARG and LABEL set. */
function* inSettings(instruction: Instruction): Generator<Sighting> {
  const { keyword } = instruction;
  for (const { name, value } of settingsOf(instruction)) {
    const isShaped = value !== undefined && byShape(value);
    // `ARG PASSWORD=""` asks for it as `ARG PASSWORD` does.
    const isAsked = keyword === "ARG" && (value ?? "") === "";
    const isNamed = isAsked ? namesSecret(name) : value !== undefined && isGiven(name, value);
    if (!isShaped && !isNamed) continue;
    const what = isShaped ? "holds what looks like a key" : "names a secret";
    const kept = isAsked
      ? "its value is kept in the image's history"
      : "its value is kept in the image for everybody to read";
    yield { name, message: `\`${keyword} ${name}\` ${what}: ${kept}.` };
  }
}

/** What a RUN says: the text of the step is kept in the history. */
function* inCommands(instruction: Instruction): Generator<Sighting> {
  if (instruction.keyword !== "RUN") return;
  const kept = "the text of the step is kept in the image's history";
  const seen = new Set<string>();
  for (const { argv, env, program } of commandsOf(instruction)) {
    const exported = program === "export" ? argv.slice(1).map((word) => word.split(/=(.*)/s)) : [];
    const given = [...Object.entries(env), ...exported].map(([name = "", value = ""]) => [name, value] as const);
    const found = [
      ...given.filter(([name, value]) => (isGiven(name, value) && !isFiller(value)) || byShape(value)),
      ...argv.flatMap((word, index) => optionOf(word, argv[index + 1])).filter(([name, value]) => isGiven(name, value)),
      ...argv.flatMap(headerOf),
    ];
    for (const [name] of found) {
      if (seen.has(name)) continue;
      seen.add(name);
      yield { name, message: `A RUN gives ${name} its value: ${kept}.` };
    }
    if (found.length === 0 && argv.some((word) => shapedIn(word).length > 0) && !seen.has(program)) {
      seen.add(program);
      yield { name: program, message: `A RUN gives ${program} what looks like a key: ${kept}.` };
    }
  }
}

type Pair = readonly [name: string, value: string];

/** `--name=value` and `--name value`. */
function optionOf(word: string, next: string | undefined): readonly Pair[] {
  const [, name, value] = /^(--?[A-Za-z][\w-]*)(?:=(.*))?$/s.exec(word) ?? [];
  if (name === undefined || !name.startsWith("--")) return [];
  if (value !== undefined) return [[name, value]];
  return next === undefined || next.startsWith("-") || /^(?:id|type|src|source|env)=/.test(next) ? [] : [[name, next]];
}

function headerOf(word: string): readonly Pair[] {
  if (!word.includes(":")) return [];
  const [, name = "", value = ""] = header.exec(word) ?? [];
  const isSecret = /^(?:(?:Proxy-)?Authorization|Cookie)$/i.test(name) || namesSecret(name);
  return isSecret && !harmless.test(value) && !isReference(value) ? [[name, value]] : [];
}

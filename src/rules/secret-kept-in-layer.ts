import { type SecretMount, secretMounts } from "../dockerfile/secret-mounts.ts";
import { literal } from "../kit/pattern.ts";
import { type Command, commandsOf } from "./queries/commands.ts";
import { changed, healthy } from "./queries/example.ts";
import { nameOf } from "./queries/start.ts";
import { at, find, mountsOf, shippedSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const inRuntime = (run: string, mount = "id=pip") =>
  changed(["WORKDIR /app\nCOPY", `RUN --mount=type=secret,${mount} ${run}\nWORKDIR /app\nCOPY`]);
const URL = '"https://reader:$(cat /run/secrets/pip)@files.example/simple"';

export const secretKeptInLayer: Rule = {
  id: "secret-kept-in-layer",
  title: "A step writes the secret that it mounts into the image",
  why: "A secret mount is in no layer; what a command copies out of it is. `pip config set`, `poetry config http-basic…` and `> ~/.netrc` write the password into a file of the image, where everybody who pulls it can read it, although the Dockerfile looks as it should.",
  source: "Docker's documentation: build secrets; pip's and poetry's documentation: config",
  demand: "no-secrets",
  severity: "error",
  confidence: "certain",
  advice:
    "Give it to the one command that needs it: a variable in front of it (`PIP_INDEX_URL=… pip install`), `--mount=type=secret,id=…,env=NAME`, or the file mounted where the tool looks (`target=/root/.netrc`). Change a secret that was published.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["no-secrets-in-layers"],
  examples: {
    bad: [
      inRuntime(`pip config set global.index-url ${URL} && true`),
      inRuntime('poetry config http-basic.team reader "$TEAM_PASSWORD"', "id=team,env=TEAM_PASSWORD"),
      inRuntime('echo "machine files.example login reader password $(cat /run/secrets/pip)" > /root/.netrc'),
      inRuntime("cp /run/secrets/pip /root/.config/pip/pip.conf"),
      inRuntime(
        `token=$(cat /run/secrets/pip) && git config --global url."https://$token@git.example/".insteadOf https://git.example/`,
      ),
    ],
    good: [
      healthy,
      inRuntime(`PIP_INDEX_URL=${URL} pip install --no-cache-dir tool==1`),
      inRuntime("pip install --no-cache-dir tool==1", "id=pip,target=/etc/pip.conf"),
      inRuntime(`pip config set global.index-url ${URL} && true && pip config unset global.index-url`),
      inRuntime('echo "password $(cat /run/secrets/pip)" > /root/.netrc && true && rm -f /root/.netrc'),
      inRuntime('test -s /run/secrets/pip && echo "the secret is there" > /tmp/log'),
      inRuntime("cp /run/secrets/ca /usr/local/share/ca-certificates/proxy.crt", "id=ca"),
    ],
  },
  *check({ dockerfile }) {
    const mounts = secretMounts(dockerfile);
    if (mounts.length === 0) return;
    for (const { instruction } of shippedSteps(dockerfile)) {
      const own = mounts.filter((mount) => mount.instruction === instruction);
      if (own.length === 0) continue;
      const commands = commandsOf(instruction);
      const outside = mountsOf(instruction).flatMap(({ target }) => target ?? []);
      for (const mount of own) {
        const names = namesOf(mount, commands);
        const kept = commands.find(
          (command, index) =>
            names.test(command.text) && keeps(command, outside) && !isUndone(command, commands.slice(index + 1)),
        );
        if (kept !== undefined)
          yield {
            message: `\`${kept.program}\` writes the secret ${mount.id} into a file of the image.`,
            where: at(dockerfile, instruction, find(dockerfile, instruction, kept.text)),
          };
      }
    }
  },
};

/** How the script speaks of the secret: its file, its variable, or one that was set from either. */
function namesOf({ path, variable }: SecretMount, commands: readonly Command[]): RegExp {
  const first = [
    ...(path === undefined ? [] : [`${literal(path).source}(?![\\w.-])`]),
    ...(variable === undefined ? [] : [`\\$\\{?${variable}\\b`]),
  ].join("|");
  const direct = new RegExp(first === "" ? "(?!)" : first);
  const set = commands
    .filter(({ argv }) => argv.length === 0 || argv[0] === "export")
    .flatMap(({ env, argv }) => [
      ...Object.entries(env),
      ...argv.slice(1).map((word) => [word.split("=", 1)[0] ?? "", word] as const),
    ])
    .filter(([name, value]) => /^\w+$/.test(name) && direct.test(value))
    .map(([name]) => `\\$\\{?${name}\\b`);
  return new RegExp([direct.source, ...set].join("|"));
}

/** Tools that keep what they are told in a file. */
const SETS: Readonly<Record<string, RegExp>> = {
  pip: /^config\b.* set\b/,
  pip3: /^config\b.* set\b/,
  poetry: /^config\b/,
  pdm: /^config\b/,
  npm: /^(?:config )?set\b/,
  git: /^config\b/,
  aws: /^configure set\b/,
};

/** No file of the image, or one of certificates: those of a company's proxy come as secrets, and are none. */
const NO_SECRET = /^\/(?:dev|proc|run)\/|ca-certificates|\/(?:ssl|pki)\/|\.(?:crt|pem)$/;

function keeps({ program, argv, outputs = [] }: Command, outside: readonly string[]): boolean {
  const words = `${argv.slice(1).join(" ")} `.replace(/^config set/, "config  set");
  if (Object.hasOwn(SETS, program) && SETS[program]?.test(words) === true) return !/ --unset\b/.test(words);
  const targets = /^(?:cp|install|mv)$/.test(program) ? argv.slice(-1) : outputs;
  return targets.some((target) => !NO_SECRET.test(target) && !outside.includes(target));
}

/** What is taken away again before the step ends is in no layer. */
const isUndone = ({ program, argv, outputs = [] }: Command, later: readonly Command[]): boolean =>
  later.some((one) => {
    if (one.program === program && /\bunset\b/.test(one.text)) return true;
    const gone = one.program === "rm" || one.program === "shred" ? one.argv.map(nameOf) : [];
    return [...outputs, argv.at(-1) ?? ""].some((target) => gone.includes(nameOf(target)));
  });

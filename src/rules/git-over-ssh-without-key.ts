import { byManager, healthy } from "./queries/example.ts";
import { fromGit } from "./queries/from-git.ts";
import { type Install, pythonInstalls } from "./queries/installs.ts";
import { settingsOf } from "./queries/settings.ts";
import { at, find, mountsOf, stepsOf } from "./queries/steps.ts";
import type { Project, Rule, RuleInput } from "./rule.ts";

const GIT =
  "apt-get update && apt-get install -y --no-install-recommends git openssh-client && rm -rf /var/lib/apt/lists/*";
const byPdm = (address: string, mount = ""): Project => {
  const plain = byManager("pdm", { changes: [["RUN pip", `RUN ${GIT}\nRUN ${mount}pip`]] });
  return {
    ...plain,
    "pdm.lock": `${plain["pdm.lock"]}[[package]]\nname = "lib"\nversion = "1"\ngroups = ["default"]\ngit = "${address}"\nrevision = "abc"\n`,
  };
};
const SSH = "ssh://git@git.example/team/lib.git";

export const gitOverSshWithoutKey: Rule = {
  id: "git-over-ssh-without-key",
  title: "A dependency is fetched over ssh, and the build is given no key",
  why: "The laptop has a key and knows the host; the build has neither and stops with `Permission denied (publickey)` or `Host key verification failed`. The way out that is found under pressure is a key that is copied in, which stays in a layer.",
  source: "Docker's documentation of RUN --mount=type=ssh",
  demand: "builds-from-a-clone",
  severity: "warning",
  confidence: "likely",
  advice:
    "Mount the agent while it is needed, `RUN --mount=type=ssh`, and build with `--ssh default`; or take the address by https with a token that is a build secret.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [byPdm(SSH), byPdm("git@git.example:team/lib.git")],
    good: [healthy, byPdm(SSH, "--mount=type=ssh "), byPdm("https://git.example/team/lib.git")],
  },
  *check(input) {
    const { dockerfile } = input;
    for (const install of pythonInstalls(dockerfile)) {
      const packages = fromGit(input, install).filter(({ overSsh }) => overSsh);
      if (packages.length === 0 || hasKey(input, install)) continue;
      const { step, command } = install;
      yield {
        message: `${packages.map(({ name }) => name).join(", ")} ${packages.length === 1 ? "is" : "are"} fetched over ssh, and \`${command.text}\` is given no key.`,
        where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, command.text)),
      };
      return;
    }
  },
};

/** Something may give it one: what it is and whether it stays in the image is the business of other rules. */
function hasKey({ dockerfile }: RuleInput, { step }: Install): boolean {
  if (mountsOf(step.instruction).some(({ type }) => type === "ssh" || type === "secret")) return true;
  return stepsOf(dockerfile, step.stage).some(
    ({ instruction }) =>
      /\.ssh\b|id_(?:rsa|ed25519)|insteadOf|ssh-agent/i.test(instruction.args) ||
      settingsOf(instruction).some(({ name }) => /SSH/.test(name)),
  );
}

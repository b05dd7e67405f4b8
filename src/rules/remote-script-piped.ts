import { commandsOf } from "./queries/commands.ts";
import { healthy, inBuilder, installing } from "./queries/example.ts";
import { at, find, reachableSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const remoteScriptPiped: Rule = {
  id: "remote-script-piped",
  title: "A script from the network is run unread",
  why: "Whatever the server sends on the day of the build runs as root in it. When the download fails in the middle, half a script has run; without pipefail the build goes on as if nothing had happened.",
  source: "droast DF021; hadolint DL4006 in part",
  demand: "verified-downloads",
  severity: "warning",
  confidence: "certain",
  advice:
    "Copy the tool from its image by digest, or download a fixed version with `ADD --checksum=sha256:…` and run that.",
  aliases: ["DF021"],
  numbers: ["SEC008"],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      inBuilder(`${installing("curl")}RUN curl -LsSf https://example.org/install.sh | sh`),
      inBuilder(`${installing("wget")}RUN wget -qO- https://example.org/get.py | python3 -`),
    ],
    good: [
      healthy,
      inBuilder(`${installing("curl")}RUN curl -LsSf https://example.org/data.json | python3 -m json.tool`),
    ],
  },
  *check({ dockerfile }) {
    for (const { instruction } of reachableSteps(dockerfile)) {
      if (instruction.keyword !== "RUN") continue;
      const commands = commandsOf(instruction);
      for (const [index, command] of commands.entries()) {
        const before = commands[index - 1];
        const piped = command.connection === "|" || command.connection === "|&";
        if (!piped || !before || !/^(curl|wget)$/.test(before.program) || !runsInput(command.argv)) continue;
        const url = before.argv.find((word) => /^https?:/.test(word)) ?? before.text;
        yield {
          message: `${url} is downloaded and run by ${command.program}.`,
          where: at(dockerfile, instruction, find(dockerfile, instruction, before.text)),
        };
      }
    }
  },
};

function runsInput(argv: readonly string[]): boolean {
  const words = argv.filter((word) => word !== "sudo" && !/^\w+=/.test(word) && word !== "env");
  const program = words[0]?.split("/").at(-1) ?? "";
  if (/^(ba|da|a|z)?sh$/.test(program)) return !words.includes("-c");
  return /^python[\d.]*$/.test(program) && (words.length === 1 || words[1] === "-");
}

import { type Base, baseOf } from "./queries/base.ts";
import { commandsOf } from "./queries/commands.ts";
import { changed, healthy } from "./queries/example.ts";
import { isRoot, rootImage, situationAt } from "./queries/settings.ts";
import { at, shippedStage, shippedSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

/** Users that every image of these distributions brings. */
const SYSTEM = new Set([
  ..."root daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc nobody _apt".split(" "),
  ..."adm shutdown halt operator guest ftp sshd postmaster cron squid xfs ntp smmsp at".split(" "),
]);

export const userNotCreated: Rule = {
  id: "user-not-created",
  title: "USER names a user that nobody made",
  why: "The engine looks the name up in the image's /etc/passwd. It is not there, so every later RUN and every start ends with `unable to find user`.",
  source: "Docker's reference, USER; passwd(5)",
  demand: "without-root",
  severity: "error",
  confidence: "likely",
  advice: "Create the user before, with a fixed number, or write a number: `USER 1001:1001` needs no entry.",
  aliases: ["named-identity-in-passwdless-stage"],
  numbers: ["SEC005"],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [changed(["USER 1001:1001\n", "USER service\n"]), changed(["USER 1001:1001\n", "USER service:1001\n"])],
    good: [
      healthy,
      changed(["USER 1001:1001\n", "USER app\n"]),
      changed(["USER 1001:1001\n", "USER www-data\n"]),
      changed(["USER 1001:1001\n", "ARG NAME=app\nUSER $NAME\n"]),
      changed(["USER 1001:1001\n", "COPY passwd /etc/passwd\nUSER service\n"]),
      changed(["USER 1001:1001\n", "COPY make-user.sh /\nRUN /make-user.sh service\nUSER service\n"]),
    ],
  },
  *check({ dockerfile }) {
    const stage = shippedStage(dockerfile);
    const user = stage && situationAt(dockerfile, stage).user;
    if (stage === undefined || user === undefined || isRoot(user)) return;
    const name = user.split(":")[0] ?? "";
    if (/^\d*$/.test(name) || name.includes("$") || SYSTEM.has(name)) return;
    const base = baseOf(rootImage(dockerfile, stage));
    if (mayHaveUsers(base)) return;
    const steps = shippedSteps(dockerfile);
    if (steps.some(({ instruction }) => mayMake(instruction, name))) return;
    const last = steps.findLast(({ instruction }) => instruction.keyword === "USER")?.instruction;
    if (last === undefined) return;
    yield { message: `No step makes the user ${name}, and ${base.reference} has none.`, where: at(dockerfile, last) };
  },
};

/** Only of these does the publisher promise that there is no user of its own. */
const mayHaveUsers = ({ name, distribution, unresolved, reference }: Base): boolean =>
  (name !== "python" && distribution === undefined) || unresolved || /nonroot|rootless/.test(reference);

/** A command that names the user, in whatever way, or files that bring their own list of users. */
function mayMake(instruction: Parameters<typeof commandsOf>[0], name: string): boolean {
  const { keyword, args } = instruction;
  if (keyword === "COPY" || keyword === "ADD") return args.includes("/etc") || args.endsWith(" /");
  if (keyword !== "RUN") return false;
  const heredocs = instruction.heredocs.map(({ content }) => content).join("\n");
  return (
    `${args}\n${heredocs}`.includes(name) ||
    commandsOf(instruction).some(({ dynamic, program }) => dynamic === true && /^(?:user|add)/.test(program))
  );
}

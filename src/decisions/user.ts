import type { Choice, Decider, Facts } from "./decider.ts";
import { configured, override } from "./shared/override.ts";
import { at, envToday, instructionsToday } from "./shared/today.ts";

const DEFAULT_ID = 1001;

interface Identity {
  readonly uid: number;
  readonly gid: number;
  readonly because: string;
  readonly evidence: readonly string[];
}

/** The number behind today's USER: written as a number, or given to useradd or adduser in the same file. */
function identityToday(facts: Facts): Identity | undefined {
  const instruction = instructionsToday(facts.dockerfile, "USER").at(-1);
  const filled = withValues(facts);
  const [name = "", group] = filled(instruction?.args.trim() ?? "").split(":");
  if (name === "" || name === "root" || name === "0") return undefined;
  const created = instructionsToday(facts.dockerfile, "RUN")
    .map((run) => filled(run.args))
    .join("\n");
  const uid = /^\d+$/.test(name) ? Number(name) : numberAfter(created, /(?:--uid|-u)[ =]["']?(\d+)/);
  if (uid === undefined || uid === 0) return undefined;
  const gid =
    group !== undefined && /^\d+$/.test(group) ? Number(group) : numberAfter(created, /(?:--gid|-g)[ =]["']?(\d+)/);
  return {
    uid,
    gid: gid === undefined || gid === 0 ? uid : gid,
    because: `Today's image runs as ${uid}, and volumes that exist belong to that number.`,
    evidence: at(facts.dockerfile, instruction),
  };
}

/** Variables of ARG and ENV by what today's Dockerfile gives them. */
function withValues({ dockerfile }: Facts): (text: string) => string {
  const values = new Map([...envToday(dockerfile)].map(([name, { value }]) => [name, value]));
  for (const { words } of instructionsToday(dockerfile, "ARG"))
    for (const word of words) {
      const [, name = "", value] = /^(\w+)=["']?([^"']*)/.exec(word) ?? [];
      if (value !== undefined && !values.has(name)) values.set(name, value);
    }
  return (text) => text.replaceAll(/\$\{?(\w+)\}?/g, (written, name: string) => values.get(name) ?? written);
}

function numberAfter(text: string, pattern: RegExp): number | undefined {
  const match = pattern.exec(text);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

function rootToday(facts: Facts): string {
  const name = instructionsToday(facts.dockerfile, "USER").at(-1)?.args.trim().split(":")[0] ?? "root";
  return /^(?:root|0|)$/.test(name)
    ? "Today's image runs as root."
    : `The Dockerfile does not say which number today's user \`${name}\` has: give it as \`decisions: { user: { uid: … } }\` when volumes belong to it.`;
}

function identity(facts: Facts): Identity {
  const uid = override(facts, "user.uid", "number");
  if (uid !== undefined)
    return { uid, gid: override(facts, "user.gid", "number") ?? uid, because: configured("user"), evidence: [] };
  return (
    identityToday(facts) ?? {
      uid: DEFAULT_ID,
      gid: DEFAULT_ID,
      because: `${rootToday(facts)} ${DEFAULT_ID} belongs to no user of the base, nor to the first user of a usual host.`,
      evidence: at(facts.dockerfile, instructionsToday(facts.dockerfile, "USER").at(-1)),
    }
  );
}

export const user: Decider = {
  id: "user",
  title: "User",
  after: [],
  resolves: ["runs-as-root", "user-not-numeric", "login-shell-for-service-user"],
  decide(facts: Facts): Choice {
    const { uid, gid, because, evidence } = identity(facts);
    return {
      value: { user: { name: "app", uid, gid, shell: facts.profile.nologin } },
      choice: `uid ${uid}, gid ${gid}, without a login shell`,
      because: `${because} USER is a number, because Kubernetes cannot tell from a name that it is not root.`,
      evidence,
      rejected: [
        { option: "root", because: "a fault in the service would be a fault with all rights in the container" },
        { option: "USER by name", because: "runAsNonRoot refuses to start a container whose user is not a number" },
        { option: "`nobody`", because: "other programs run as it too, and files would be shared with them" },
      ],
    };
  },
};

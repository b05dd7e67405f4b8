import { entrypointCommands } from "./queries/entrypoint.ts";
import { healthy, healthyWith, project, startLine } from "./queries/example.ts";
import { isRoot, situationAt } from "./queries/settings.ts";
import { shippedStage } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const entrypoint = 'COPY --chmod=0755 entrypoint.sh /entrypoint.sh\nENTRYPOINT ["/entrypoint.sh"]\n';
const withScript = (script: string, user = "USER 1001:1001\n") =>
  project({
    Dockerfile: healthyWith([startLine, `${entrypoint}${startLine}`], ["USER 1001:1001\n", user]),
    "entrypoint.sh": script,
  });

export const entrypointNeedsRoot: Rule = {
  id: "entrypoint-needs-root",
  title: "The entrypoint script does what only root may, and the image starts it as somebody else",
  why: "Changing an owner, making a user or taking on another one needs root. With a USER in the image the script ends with `Operation not permitted`, and the container never starts. It happens when a USER is added to an image whose script was written for root.",
  source: "seen in mealie, linkding, paperless; FileCodeBox #500 went back to root",
  demand: "found-when-started",
  severity: "error",
  confidence: "likely",
  advice:
    'Do it in the build (`COPY --chown`, `install -d -o 1001`) and take it out of the script, or leave root to the script and let it hand over with `exec setpriv --reuid app "$@"`.',
  aliases: [],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      withScript('#!/bin/sh\nset -e\nchown -R app:app /data\nexec setpriv --reuid app "$@"\n'),
      withScript('#!/bin/sh\nset -e\nusermod -u "$PUID" app\nexec "$@"\n', "USER app\n"),
    ],
    good: [
      healthy,
      withScript('#!/bin/sh\nset -e\nchown -R app:app /data\nexec setpriv --reuid app "$@"\n', ""),
      withScript('#!/bin/sh\nif [ "$(id -u)" = 0 ]; then\n  chown -R app /data\nfi\nexec "$@"\n'),
      withScript('#!/bin/sh\nchown -R app /data || true\nexec "$@"\n'),
    ],
  },
  *check(input) {
    const { dockerfile, read } = input;
    const stage = shippedStage(dockerfile);
    if (!stage) return;
    const { user } = situationAt(dockerfile, stage);
    if (user === undefined || isRoot(user) || user.includes("$")) return;
    for (const { command, place } of entrypointCommands(input)) {
      if (!ONLY_ROOT.has(command.program)) continue;
      const script = read?.(place.file) ?? "";
      // Its failure changes nothing: `|| true`.
      if (script.split("\n")[place.line - 1]?.includes("||")) continue;
      // A script that asks who it is knows what it does.
      if (/\bid -u\b|\bEUID\b|\bwhoami\b|\$\{?UID\b/.test(script)) continue;
      yield { message: `\`${command.text}\` needs root, and the image starts the script as ${user}.`, where: place };
      return;
    }
  },
};

const ONLY_ROOT: ReadonlySet<string> = new Set([
  "chown",
  "gosu",
  "su-exec",
  "usermod",
  "groupmod",
  "useradd",
  "adduser",
  "groupadd",
  "addgroup",
  "update-ca-certificates",
]);

import { stageState } from "../dockerfile/stages.ts";
import { literal } from "../kit/pattern.ts";
import { changed, healthy } from "./queries/example.ts";
import { at, find, shippedStage } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const labelNotValid: Rule = {
  id: "label-not-valid",
  title: "A label says something that its readers cannot use",
  why: "Registries, scanners and update bots read the labels of the OCI by their meaning: a `source` that is no address links nowhere, a `created` that is no date sorts nowhere, and an empty `revision` names no commit.",
  source: "OCI image specification, annotations; hadolint DL3048, DL3051 to DL3053, DL3055",
  demand: "todays-syntax",
  severity: "note",
  confidence: "certain",
  advice: "Give the value in the form that the specification names, or leave the label out.",
  aliases: ["label-schema", "DL3048", "DL3051", "DL3052", "DL3053", "DL3055", "valid-key", "label_invalid", "DF074"],
  since: "0.1.0",
  provenBy: ["labelled"],
  examples: {
    bad: [
      changed(["EXPOSE 8000", 'LABEL org.opencontainers.image.revision=""\nEXPOSE 8000']),
      changed(["EXPOSE 8000", "LABEL org.opencontainers.image.source=our-team/reactions\nEXPOSE 8000"]),
      changed(["EXPOSE 8000", "LABEL org.opencontainers.image.created=yesterday\nEXPOSE 8000"]),
      changed(["EXPOSE 8000", "LABEL com.docker.team=reactions\nEXPOSE 8000"]),
    ],
    good: [
      healthy,
      changed(["EXPOSE 8000", 'LABEL com.docker.desktop.extension.api.version=">= 0.3.4"\nEXPOSE 8000']),
      changed([
        "EXPOSE 8000",
        'ARG REVISION=\nLABEL org.opencontainers.image.revision=$REVISION \\\n  org.opencontainers.image.source="https://git.example/team/reactions" \\\n  org.opencontainers.image.created=2026-01-31T10:00:00Z team=reactions\nEXPOSE 8000',
      ]),
      changed(["EXPOSE 8000", 'LABEL "team (eu"=reactions\nEXPOSE 8000']),
      changed(["EXPOSE 8000", 'ARG DATE=unknown\nLABEL org.opencontainers.image.created="$DATE"\nEXPOSE 8000']),
    ],
  },
  *check({ dockerfile }) {
    const stage = shippedStage(dockerfile);
    if (!stage?.instructions.some(({ keyword }) => keyword === "LABEL")) return;
    for (const [name, { value, instruction, stage: of }] of stageState(dockerfile, stage).labels) {
      // A value that the build gives is empty only until then, or has a default that says nothing: `ARG DATE=unknown`.
      const byArgument = new RegExp(`${literal(name).source}["']?=["']?\\$`).test(instruction.args);
      const given = byArgument || (value === "" && /\$/.test(instruction.args));
      const wrong = of === stage.index && !given ? whatIsWrong(name, value) : undefined;
      if (wrong === undefined) continue;
      yield { message: `${name}: ${wrong}.`, where: at(dockerfile, instruction, find(dockerfile, instruction, name)) };
    }
  },
};

const ADDRESSES = new Set(["url", "source", "documentation"]);

function whatIsWrong(name: string, value: string): string | undefined {
  // Docker asks for these itself, from an image that is an extension of Docker Desktop.
  if (/^com\.docker\.(?:desktop\.)?extension\./.test(name)) return undefined;
  if (/^(?:com\.docker|io\.docker|org\.dockerproject)\./.test(name)) return "this name space is Docker's own";
  const [, key] = /^org\.opencontainers\.image\.(\w+)/.exec(name) ?? [];
  if (key === undefined || value.includes("$")) return undefined;
  if (value.trim() === "") return "the value is empty";
  if (ADDRESSES.has(key) && !/^[a-z][a-z+.-]*:\/\/\S+$|^git@/i.test(value)) return `\`${value}\` is no address`;
  if (key === "created" && !/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/.test(value))
    return `\`${value}\` is no date and time as in RFC 3339`;
  return undefined;
}

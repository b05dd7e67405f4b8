import { counted } from "../../kit/text.ts";
import { shippedStage, stageState } from "../../dockerfile/stages.ts";
import type { Dockerfile, Service } from "../../model/types.ts";

/** How things stand today, in a few words, as a service's files say it. */

export interface Facts {
  readonly service: Service;
  readonly dockerfile: Dockerfile;
}

const NONE = "none";
export const variablesToday = ({ service: { env } }: Facts): string =>
  `${counted(env.length, "variable")}, ${env.filter(({ required }) => required).length} required`;

export const baseToday = ({ dockerfile }: Facts): string =>
  [...new Set(dockerfile.stages.filter(({ parent }) => parent === undefined).map((stage) => stage.resolvedBase))].join(
    ", ",
  ) || NONE;

export function pythonToday({ service }: Facts): string {
  const { requires, pinned } = service.python;
  const said = [
    ...(requires === undefined ? [] : [`requires-python ${requires.value}`]),
    ...(pinned === undefined ? [] : [`pinned ${pinned.value}`]),
  ];
  return said.join(", ") || "the project does not say";
}

export const stagesToday = ({ dockerfile }: Facts): string =>
  dockerfile.stages.length === 1 ? "one stage" : counted(dockerfile.stages.length, "stage");

export function lockToday({ service: { lock, manager } }: Facts): string {
  if (lock === undefined) return `${manager.value}, no lock file`;
  const ignored = lock.dockerIgnored === undefined ? "" : ", ignored by .dockerignore";
  return `${lock.path}, ${lock.tracked ? "in git" : "not in git"}${ignored}`;
}

/** The last instruction of a kind on the way to the shipped image, as written. */
export function lastOf(keyword: string): (facts: Facts) => string {
  return ({ dockerfile }) => {
    const stage = shippedStage(dockerfile);
    for (let at = stage; at !== undefined; at = at.parent === undefined ? undefined : dockerfile.stages[at.parent]) {
      const found = at.instructions.findLast((instruction) => instruction.keyword === keyword);
      if (found !== undefined) return `${keyword} ${found.args}`;
    }
    return `no ${keyword}`;
  };
}

export function startToday(facts: Facts): string {
  const [entry, command] = [lastOf("ENTRYPOINT")(facts), lastOf("CMD")(facts)];
  return entry === "no ENTRYPOINT" ? command : `${entry}; ${command}`;
}

export function portToday({ service, dockerfile }: Facts): string {
  const stage = shippedStage(dockerfile);
  const exposed = stage === undefined ? [] : stageState(dockerfile, stage).exposed.map(({ value }) => value);
  const port = service.port === undefined ? "port unknown" : `port ${service.port.value.number}`;
  return `${port}, ${exposed.length === 0 ? "no EXPOSE" : `EXPOSE ${exposed.join(" ")}`}`;
}

export function writesToday({ service }: Facts): string {
  const paths = [...new Set(service.writes.map(({ path }) => path))];
  return paths.length === 0 ? "the code names no path it writes" : `writes ${paths.slice(0, 4).join(", ")}`;
}

export function bufferingToday({ dockerfile }: Facts): string {
  const stage = shippedStage(dockerfile);
  const value = stage === undefined ? undefined : stageState(dockerfile, stage).env.get("PYTHONUNBUFFERED")?.value;
  return value === undefined ? "no PYTHONUNBUFFERED" : `PYTHONUNBUFFERED=${value}`;
}

export function downloadsToday({ dockerfile }: Facts): string {
  const downloads = dockerfile.stages
    .flatMap(({ instructions }) => instructions)
    .filter(
      ({ keyword, args }) =>
        (keyword === "RUN" && /\b(?:curl|wget)\b[^\n]*:\/\//.test(args)) || (keyword === "ADD" && args.includes("://")),
    );
  return downloads.length === 0
    ? "no step downloads by an address"
    : `${counted(downloads.length, "step")} with a download by an address`;
}

export const contextToday = ({ service }: Facts): string => service.dockerignore ?? "no .dockerignore";
export const layoutToday = ({ service: { packaging } }: Facts): string =>
  `${packaging.kind.value}, ${packaging.layout === "none" ? "no layout" : `${packaging.layout} layout`}`;

import type { Application, Service, StartCommand } from "../../model/types.ts";

/**
 * The command that serves requests today: the Dockerfile's own first, else the first of another source. Of an image that
 * serves nobody, the worker that its Dockerfile starts.
 */
export const mainStart = (service: Service): StartCommand | undefined =>
  service.starts.find((start) => start.role === "web") ?? workerStart(service);

/** The worker or the scheduler that the Dockerfile starts, where no file starts anything that serves. */
export const workerStart = ({ starts }: Service): StartCommand | undefined =>
  starts.some(({ role }) => role === "web")
    ? undefined
    : starts.find(({ source, role }) => source === "dockerfile" && (role === "worker" || role === "beat"));

/** `app.main:app`, as uvicorn and gunicorn take it. */
export const objectOf = (application: Application): string => `${application.module}:${application.attribute}`;

/** The shortest time that anyone gives the service to stop; Docker's own ten seconds when nobody says. */
export function graceSeconds(service: Service, chosen: number | undefined): number {
  if (chosen !== undefined) return chosen;
  const said = service.gracePeriods.map((fact) => fact.value).filter((seconds) => seconds > 0);
  return said.length === 0 ? 10 : Math.min(...said);
}

/** How long a server may drain, so that it is done before the engine kills it. */
export const drainSeconds = (grace: number): number => Math.max(1, grace >= 20 ? grace - 5 : grace - 2);

/** The argument vector with an option set: replaced where it is, added where it is not. */
export function withOption(argv: readonly string[], names: readonly string[], value: string): readonly string[] {
  const result = without(argv, names, true);
  return [...result, names[0] ?? "", value];
}

export function without(argv: readonly string[], names: readonly string[], takesValue: boolean): readonly string[] {
  const result: string[] = [];
  for (let i = 0; i < argv.length; i += 1) {
    const word = argv[i] ?? "";
    if (names.includes(word)) {
      if (takesValue) i += 1;
      continue;
    }
    if (!names.some((name) => name.startsWith("--") && word.startsWith(`${name}=`))) result.push(word);
  }
  return result;
}

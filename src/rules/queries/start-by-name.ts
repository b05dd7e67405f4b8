import { programOf, type Start } from "./start.ts";

/** The command is a bare name that only the environment can bring, and nothing in between changes PATH. */
export function isStartedByName(start: Start): boolean {
  const program = start.argv[0] ?? "";
  if (program === "" || /[/$]/.test(program)) return false;
  if (start.server === "unknown" && programOf(start.argv) !== "celery") return false;
  if (start.script !== undefined && /activate|PATH=/.test(start.script)) return false;
  return !start.wrappers.some((one) => one.endsWith(" run") || one.endsWith(".sh") || one.includes("entrypoint"));
}

import type { Service } from "../model/types.ts";

/** A command of Django's `manage.py`; the word by which it is called. */
const MANAGED = /(?:^|\/)management\/commands\/(?:\w+\/)*([\w-]+)\.py$/;
const FOR_HANDS = /(?:^|\/)(?:tests?|scripts|tools|bin|hack)\//;

/** Whether a word of a command names this file of Python. */
export function namesFile(word: string, file: string): boolean {
  return word === moduleOf(file) || word === file || word.endsWith(`/${file}`);
}

/** True when a start of the service, in whatever role, names this file of Python. */
export function isStarted(file: string, { starts }: Pick<Service, "starts">): boolean {
  const managed = MANAGED.exec(file)?.[1];
  const names = (word: string) => namesFile(word, file) || word.startsWith(`${moduleOf(file)}:`) || word === managed;
  return starts.some(({ argv }) => argv.some(names));
}

/** True for a script or a management command that nothing starts: people run it by hand, and the running service does not. */
export function isHandCommand(file: string, service: Pick<Service, "starts">): boolean {
  return (MANAGED.test(file) || FOR_HANDS.test(file)) && !isStarted(file, service);
}

const moduleOf = (file: string): string => file.replace(/\.py$/, "").replaceAll("/", ".");

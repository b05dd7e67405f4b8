import { isOverSsh } from "../../project/git-address.ts";
import { readRequirement } from "../../project/requirement.ts";
import type { RuleInput } from "../rule.ts";
import type { Install } from "./installs.ts";

/** A package that an installation takes out of a repository. */
export interface FromGit {
  readonly name: string;
  readonly overSsh: boolean;
}

/** What the lock, or without one what the project asks for, takes from repositories for production; and what pip is told to. */
export function fromGit({ service }: RuleInput, { ofProject, items }: Install): readonly FromGit[] {
  const { lock, dependencies } = service;
  const locked = (lock?.packages ?? [])
    .filter(({ source, use }) => source === "git" && use === "production")
    .map(({ name, overSsh }) => ({ name, overSsh: overSsh === true }));
  const asked = lock === undefined ? dependencies.runtime.flatMap(({ requirement }) => ofRequirement(requirement)) : [];
  return [...(ofProject ? [...locked, ...asked] : []), ...items.packages.flatMap(ofRequirement)];
}

/** `name @ git+https://…`, `git+ssh://…#egg=name`. */
function ofRequirement(text: string): readonly FromGit[] {
  const { name, url } = readRequirement(text) ?? {};
  const address = url ?? text.replace(/^[\w.-]+@(?=\w+\+)/, "");
  if (!/^(?:git|hg|svn|bzr)\+/.test(address)) return [];
  const called = /^([\w.-]+)@\w+\+/.exec(text)?.[1] ?? /#(?:.*&)?egg=([\w.-]+)/.exec(text)?.[1];
  const last = address
    .replace(/[@#?].*$/, "")
    .split("/")
    .at(-1)
    ?.replace(/\.git$/, "");
  return [
    { name: (url === undefined ? undefined : name) ?? called ?? last ?? "a package", overSsh: isOverSsh(address) },
  ];
}

import type { Facts } from "../decisions/decider.ts";
import { importsResources, WITH_RESOURCES } from "../decisions/shared/pkg-resources.ts";
import type { Refusal, Service } from "../model/types.ts";
import { refusal } from "./refusal-kinds.ts";

/** The first release without `pkg_resources`. */
const WITHOUT = 82;

/** The environment has what the lock or the lists name; what came with the base, or with another tool, is not in it. */
export function* setuptoolsRefusals(facts: Facts): Generator<Refusal> {
  const { service } = facts;
  const importer = importsResources(facts);
  if (importer !== undefined && service.pip?.hashed === true)
    yield refusal("setuptools", {
      what: `${service.pip.reads[0] ?? "The list"} has hashes and no setuptools, of which ${importer} imports pkg_resources`,
      because:
        "Today's base brings one. The new environment has what the lists name, and what has no hash is not installed.",
      instead: `Write \`${WITH_RESOURCES}\` into what the list is compiled from, compile it again (pip-compile needs \`--allow-unsafe\`), commit it and run again.`,
    });
  const { setuptools } = service.packaging;
  if (setuptools === undefined) return;
  const { module, evidence } = setuptools;
  const asked = askedFor(service);
  const where = service.pip === undefined ? (service.lock?.path ?? "the lock") : (service.pip.reads[0] ?? "the list");
  const wanted = module === "pkg_resources" ? `setuptools<${WITHOUT}` : "setuptools";
  const instead = `${howToAdd(service, wanted)}, commit it and run again.`;
  if (asked === undefined)
    yield refusal("setuptools", {
      what: `${evidence.file}:${evidence.line} imports ${module}, and ${where} has no setuptools`,
      instead,
    });
  else if (module === "pkg_resources" && !asked.hasResources)
    yield refusal("setuptools", {
      what: `${evidence.file}:${evidence.line} imports pkg_resources, and ${where} ${asked.says}`,
      because: `setuptools has no pkg_resources since its release ${WITHOUT}: the image would end at that import.`,
      instead,
    });
}

interface Asked {
  readonly hasResources: boolean;
  readonly says: string;
}

function askedFor({ lock, pip, dependencies }: Service): Asked | undefined {
  if (pip === undefined) {
    const locked = lock?.packages.find(({ name, use }) => name === "setuptools" && use === "production");
    return locked && { hasResources: majorOf(locked.version) < WITHOUT, says: `has setuptools ${locked.version}` };
  }
  const line = dependencies.runtime.find(({ name }) => name === "setuptools");
  if (line === undefined) return undefined;
  const limit = /(?:<=?|[=~]=)\s*(\d+)/.exec(line.requirement)?.[1];
  // `<82` ends below it, `<=82` and `==82` do not.
  const below =
    limit !== undefined && (/<(?!=)/.test(line.requirement) ? Number(limit) <= WITHOUT : Number(limit) < WITHOUT);
  return { hasResources: below, says: `asks for \`${line.requirement}\`` };
}

const majorOf = (version: string): number => Number(/^\d+/.exec(version)?.[0] ?? 0);

function howToAdd({ manager, pip }: Service, wanted: string): string {
  if (pip !== undefined) return `Write \`${wanted}\` into ${pip.reads[0] ?? "the list that the image installs"}`;
  const add = manager.value === "pipenv" ? "pipenv install" : `${manager.value} add`;
  return `Run \`${add} '${wanted}'\`, or take the import out`;
}

import { installEditable, lockedCommand, syncCommand, withoutProject } from "./install-commands.ts";
import { arrayText, envLines, runLines } from "./instruction.ts";
import {
  copyLines,
  installsPython,
  type Lines,
  osPackages,
  type Page,
  projectFiles,
  syncMounts,
  why,
  beforeSync,
} from "./dockerfile-page.ts";

/** Name of the target that runs the service's own tests. */
export const TEST_STAGE = "test";

/** Names of the other stages. */
export const STAGES = ["base", "builder", "runtime"] as const;

/**
 * The service's own tests on the locked dependencies of the image. Nothing of it ships: no other stage starts from it
 * or copies out of it, so BuildKit makes it only when it is named.
 */
export function testStage(page: Page): Lines {
  const { image, profile } = page;
  const { tests, sync, packages } = image;
  if (tests === undefined) return [];
  const sources = sync.project === "none" ? [] : projectFiles(page);
  const copied = image.copies.map((copy) => copy.from);
  const wanted = [...tests.groups.map((name) => `--group ${name}`), ...tests.extras.map((name) => `--extra ${name}`)];
  const locked = lockedCommand(page, tests);
  return [
    `FROM builder AS ${TEST_STAGE}`,
    ...why(page, "tests"),
    ...(installsPython(page) ? [] : osPackages(profile, packages.runtime)),
    ...envLines({ PATH: `${sync.venv}/bin:$PATH` }),
    // Where the project is installed in the builder already, its sources are there.
    ...copyLines(page, [
      ...new Set([...(sync.project === "editable" ? [] : [...sources, ...copied]), ...tests.copies]),
    ]),
    ...runLines(syncMounts(page, sync.tool?.cache), [
      ...beforeSync(page),
      ...(locked === undefined
        ? [syncCommand(page, ...wanted, ...(sync.project === "none" ? [withoutProject(page)] : []))]
        : [locked, ...(sync.project === "no-editable" ? [installEditable(page)] : [])]),
    ]),
    `CMD ${arrayText(tests.command)}`,
  ];
}

import { filled, type Kind, listOf, mapOf, mapOr, number, said, shape, text, textOr, yes } from "./config-kinds.ts";

const words = listOf(text);

/** What a team may set of each decision. A decision that is not here follows from the others. */
export const decisionSettings = (): Readonly<Record<string, Kind>> => ({
  base: said(
    "The version of Python, in quotes; or `python` and `image`.",
    mapOr(shape({ python: filled, image: filled }), filled),
  ),
  command: said("The start command as a list, or the name of a server that the lock has.", textOr(filled, words)),
  copies: said("Files and folders to copy besides those that the code asks for.", words),
  environment: said("Variables of the image.", mapOf(text)),
  health: said("The path that says that the service is alive.", filled),
  labels: said("Labels of the image.", mapOf(text)),
  packages: said("Packages of the operating system, instead of those that the lock asks for.", words),
  ports: said("The port that the service listens on.", number),
  steps: said(
    "Commands that the builder runs, `[]` for none; or `run` and `makes`, the folders that they fill.",
    mapOr(shape({ run: words, makes: words }), words),
  ),
  sync: said(
    "`groups` and `extras` that are installed, and the `version` of Poetry, PDM or Pipenv, in quotes.",
    shape({ groups: words, extras: words, version: filled }),
  ),
  tests: said(
    "`true` for a stage with the service's own tests; or its `command`, `lint` and `copies`.",
    mapOr(shape({ command: words, lint: words, copies: words }), yes),
  ),
  user: said("The number of the user; or `uid` and `gid`.", mapOr(shape({ uid: number, gid: number }), number)),
  uv: said("The version of uv, in quotes; or `version`.", mapOr(shape({ version: filled }), filled)),
  workdir: said("The working directory, an absolute path.", filled),
  writable: said("Folders that the service writes to.", words),
});

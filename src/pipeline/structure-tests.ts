import { isNode, LineCounter, parseDocument } from "yaml";
import { UserError } from "../kit/errors.ts";
import type { Expectation, NamedValue } from "../model/types.ts";
import { configuration, type Place } from "./config-expectations.ts";
import { anything, boolean, filled, type Kind, listOf, number, oneOf, shape, text } from "./config-kinds.ts";
import { patternOf, patternsOf, regexp } from "./config-matches.ts";

const patterns = listOf(regexp);
const words = listOf(text);
/** A number or a word where the file's own tool takes either. */
const scalar: Kind = {
  check: (value, path) => (typeof value === "number" ? undefined : text.check(value, path)),
  schema: () => ({ type: ["string", "number"] }),
};
const pairs = listOf(shape({ key: filled, value: scalar, isRegex: boolean }, ["key"]));

/** Version 2 of the files of container-structure-test: https://github.com/GoogleContainerTools/container-structure-test. */
const FILE = shape(
  {
    schemaVersion: oneOf(["2.0.0"]),
    globalEnvVars: pairs,
    containerRunOptions: anything,
    commandTests: listOf(
      shape(
        {
          name: filled,
          setup: listOf(words),
          teardown: listOf(words),
          command: filled,
          args: listOf(scalar),
          envVars: pairs,
          expectedOutput: patterns,
          excludedOutput: patterns,
          expectedError: patterns,
          excludedError: patterns,
          exitCode: number,
        },
        ["name", "command"],
      ),
    ),
    fileExistenceTests: listOf(
      shape(
        {
          name: filled,
          path: filled,
          shouldExist: boolean,
          permissions: text,
          uid: number,
          gid: number,
          isExecutableBy: oneOf(["owner", "group", "other", "any"]),
        },
        ["name", "path"],
      ),
    ),
    fileContentTests: listOf(
      shape({ name: filled, path: filled, expectedContents: patterns, excludedContents: patterns }, ["name", "path"]),
    ),
    metadataTest: shape({
      envVars: pairs,
      unboundEnvVars: pairs,
      labels: pairs,
      exposedPorts: listOf(scalar),
      unexposedPorts: listOf(scalar),
      volumes: words,
      unmountedVolumes: words,
      entrypoint: words,
      cmd: words,
      workdir: text,
      user: scalar,
    }),
    licenseTests: listOf(shape({ debian: boolean, files: words })),
  },
  ["schemaVersion"],
);

interface Pair {
  readonly key: string;
  readonly value?: string | number;
  readonly isRegex?: boolean;
}
interface CommandTest {
  readonly name: string;
  readonly setup?: ReadonlyArray<readonly string[]>;
  readonly command: string;
  readonly args?: ReadonlyArray<string | number>;
  readonly envVars?: readonly Pair[];
  readonly expectedOutput?: readonly string[];
  readonly excludedOutput?: readonly string[];
  readonly expectedError?: readonly string[];
  readonly excludedError?: readonly string[];
  readonly exitCode?: number;
}
interface ExistenceTest {
  readonly name: string;
  readonly path: string;
  readonly shouldExist?: boolean;
  readonly permissions?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly isExecutableBy?: "owner" | "group" | "other" | "any";
}
interface ContentTest {
  readonly name: string;
  readonly path: string;
  readonly expectedContents?: readonly string[];
  readonly excludedContents?: readonly string[];
}
interface MetadataTest {
  readonly envVars?: readonly Pair[];
  readonly unboundEnvVars?: readonly Pair[];
  readonly labels?: readonly Pair[];
  readonly exposedPorts?: ReadonlyArray<string | number>;
  readonly unexposedPorts?: ReadonlyArray<string | number>;
  readonly volumes?: readonly string[];
  readonly unmountedVolumes?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly workdir?: string;
  readonly user?: string | number;
}
interface StructureTests {
  readonly globalEnvVars?: readonly Pair[];
  readonly containerRunOptions?: Readonly<Record<string, unknown>> | null;
  readonly commandTests?: readonly CommandTest[];
  readonly fileExistenceTests?: readonly ExistenceTest[];
  readonly fileContentTests?: readonly ContentTest[];
  readonly metadataTest?: MetadataTest;
  readonly licenseTests?: ReadonlyArray<{ readonly debian?: boolean; readonly files?: readonly string[] }>;
}

/**
 * Reads a file of container-structure-test as checks.
 * @param name As the team names it, for messages.
 * @throws UserError `config/invalid` with file and line.
 */
export function readStructureTests(
  source: string,
  name: string,
  identityOf: (title: string) => string,
): readonly Expectation[] {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined) throw invalid(name, lines.linePos(error.pos[0]).line, firstLine(error.message));
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  const issue = FILE.check(value, []);
  const lineOf = (path: ReadonlyArray<string | number>): number => {
    const node: unknown = document.getIn(path, true);
    return isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1;
  };
  if (issue !== undefined)
    throw invalid(name, lineOf(issue.path), `${issue.path.join(".") || "the file"}: ${issue.message}`);
  const place = (title: string, ...path: ReadonlyArray<string | number>): Place => ({
    id: identityOf(title),
    title,
    where: `${name}:${lineOf(path)}`,
  });
  return expectationsOf(value as StructureTests, place);
}

const firstLine = (message: string): string =>
  message.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? message;

const invalid = (file: string, line: number, problem: string): UserError =>
  new UserError("config/invalid", problem, {
    hint: "Its README names every field of schema version 2.0.0.",
    where: { file, line },
  });

function expectationsOf(
  tests: StructureTests,
  place: (title: string, ...path: ReadonlyArray<string | number>) => Place,
): readonly Expectation[] {
  return [
    ...(tests.commandTests ?? []).map((test, index) => commandOf(test, tests, place(test.name, "commandTests", index))),
    ...(tests.fileExistenceTests ?? []).map((test, index) =>
      existenceOf(test, place(test.name, "fileExistenceTests", index)),
    ),
    ...(tests.fileContentTests ?? []).map((test, index) =>
      contentOf(test, place(test.name, "fileContentTests", index)),
    ),
    ...(tests.metadataTest === undefined
      ? []
      : [metadataOf(tests.metadataTest, place("The image's metadata", "metadataTest"))]),
    ...(tests.licenseTests ?? []).map(({ debian = false, files = [] }, index): Expectation => ({
      ...place("No licence that is not allowed", "licenseTests", index),
      kind: "licences",
      debian,
      files,
    })),
  ];
}

function commandOf(
  test: CommandTest,
  { globalEnvVars = [], containerRunOptions }: StructureTests,
  place: Place,
): Expectation {
  const env = [...globalEnvVars, ...(test.envVars ?? [])].map(({ key, value = "" }) => [key, String(value)] as const);
  const asked = Object.keys(containerRunOptions ?? {});
  return {
    ...place,
    kind: "command",
    argv: [test.command, ...(test.args ?? []).map(String)],
    setup: (test.setup ?? []).filter((argv) => argv.length > 0),
    env: Object.fromEntries(env),
    exit: test.exitCode ?? 0,
    stdout: patternsOf(test.expectedOutput, test.excludedOutput),
    stderr: patternsOf(test.expectedError, test.excludedError),
    expands: true,
    ...(asked.length === 0 ? {} : { unmet: `containerRunOptions: ${asked.join(", ")}` }),
  };
}

const existenceOf = (test: ExistenceTest, place: Place): Expectation => ({
  ...place,
  kind: "file",
  path: test.path,
  exists: test.shouldExist ?? true,
  mode: test.permissions === "" ? undefined : test.permissions,
  uid: test.uid,
  gid: test.gid,
  executableBy: test.isExecutableBy,
  content: patternsOf(undefined, undefined),
  expands: true,
});

const contentOf = (test: ContentTest, place: Place): Expectation => ({
  ...place,
  kind: "file",
  path: test.path,
  exists: true,
  mode: undefined,
  uid: undefined,
  gid: undefined,
  executableBy: undefined,
  content: patternsOf(test.expectedContents, test.excludedContents),
  expands: false,
});

const namedValue = ({ key, value = "", isRegex = false }: Pair): NamedValue => ({
  name: key,
  value: isRegex ? patternOf(String(value)) : { text: String(value) },
});
const names = (
  values: ReadonlyArray<string | number> = [],
  present: boolean,
): Array<{ name: string; present: boolean }> => values.map((name) => ({ name: String(name), present }));

const metadataOf = (test: MetadataTest, place: Place): Expectation => ({
  ...configuration(place),
  env: [
    ...(test.envVars ?? []).map(namedValue),
    ...(test.unboundEnvVars ?? []).map(({ key }): NamedValue => ({ name: key, value: "absent" })),
  ],
  labels: (test.labels ?? []).map(namedValue),
  ports: [...names(test.exposedPorts, true), ...names(test.unexposedPorts, false)],
  volumes: [...names(test.volumes, true), ...names(test.unmountedVolumes, false)],
  entrypoint: test.entrypoint,
  command: test.cmd,
  workdir: test.workdir === "" ? undefined : test.workdir,
  user: test.user === undefined || test.user === "" ? undefined : String(test.user),
});

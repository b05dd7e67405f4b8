/** Packs what npm would publish, installs it into an empty project, and tries it there: the command, the library, its types. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run } from "../src/kit/exec.ts";

/** Unpacked. More is a sign that something came along that nobody needs. */
const MOST_BYTES = 8_500_000;
const NEEDED = [
  "LICENSE",
  "README.md",
  "dist/LICENCES.txt",
  "dist/esm/index.d.ts",
  "docs/library.md",
  "docs/report.schema.json",
];
const ALLOWED =
  /^(?:LICENSE|README\.md|package\.json|dist\/.+\.(?:c?js|d\.ts|json|bytecode|txt)|docs\/.+\.(?:md|json))$/;

interface Packed {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: ReadonlyArray<{ readonly path: string }>;
}

const faults: string[] = [];
const expect = (holds: boolean, otherwise: string): void => void (holds || faults.push(otherwise));

/** Nothing is fetched: with a dependency the installation would fail. */
async function npm(args: readonly string[], cwd?: string): Promise<string> {
  const quiet = ["--ignore-scripts", "--offline", "--no-audit", "--no-fund"];
  const { code, stdout, stderr } = await run("npm", [...args, ...quiet], cwd === undefined ? {} : { cwd });
  if (code !== 0) throw new Error(`npm ${args.join(" ")}\n${stderr}`);
  return stdout;
}

async function expectRun(cwd: string, words: readonly string[], wanted: RegExp, code = 0): Promise<void> {
  const [program = "", ...args] = words;
  const ended = await run(program, args, { cwd });
  const said = `${ended.stdout}${ended.stderr}`;
  expect(
    ended.code === code && wanted.test(said),
    `${words.join(" ")}: exit code ${ended.code}\n${said.slice(0, 2000)}`,
  );
}

const project = mkdtempSync(join(tmpdir(), "seaworthy-package-"));
try {
  const [packed] = JSON.parse(await npm(["pack", "--json", "--pack-destination", project])) as Packed[];
  if (packed === undefined) throw new Error("npm packed nothing");
  const paths = packed.files.map(({ path }) => path);
  for (const path of NEEDED) expect(paths.includes(path), `${path} is missing`);
  for (const path of paths) expect(ALLOWED.test(path), `${path} belongs to no user`);
  expect(packed.unpackedSize < MOST_BYTES, `${packed.unpackedSize} bytes are too many`);

  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
  await npm(["install", packed.filename], project);
  const bin = join("node_modules", ".bin", "seaworthy");

  mkdirSync(join(project, "service"));
  writeFileSync(join(project, "service", "Dockerfile"), "FROM python:3.13-slim\nCOPY . .\nCMD python app.py\n");
  writeFileSync(join(project, "service", "app.py"), "print('here')\n");
  await expectRun(project, [bin, "--version"], /^\d+\.\d+\.\d+\n$/);
  await expectRun(project, [bin, "analyze", "service"], /runs-as-root/, 1);
  await expectRun(project, [bin, "explain", "runs-as-root"], /root/);

  const examples = [...readFileSync("docs/library.md", "utf8").matchAll(/^```ts\n([^]*?)^```$/gm)];
  expect(examples.length > 1, "docs/library.md shows no examples");
  const files = examples.map(([, code = ""], n) => {
    writeFileSync(join(project, `example-${n}.ts`), code);
    return `example-${n}.ts`;
  });
  const typeRoots = [resolve("node_modules/@types")];
  const compilerOptions = {
    strict: true,
    module: "nodenext",
    target: "es2022",
    noEmit: true,
    types: ["node"],
    typeRoots,
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  await expectRun(project, [resolve("node_modules/.bin/tsc"), "-p", "."], /^$/);

  const imports =
    'import * as all from "seaworthy"; console.log(typeof all.analyze, typeof all.run, all.rules.length > 0)';
  await expectRun(project, [process.execPath, "--input-type=module", "-e", imports], /^function function true\n$/);
  const schema =
    'import("seaworthy/report.schema.json", { with: { type: "json" } }).then((it) => console.log(it.default.type))';
  await expectRun(project, [process.execPath, "--no-warnings", "-e", schema], /^object\n$/);
} finally {
  rmSync(project, { recursive: true, force: true });
}
for (const fault of faults) process.stderr.write(`The package: ${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

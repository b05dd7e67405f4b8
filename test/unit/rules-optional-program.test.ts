import { expect, it } from "vitest";
import { analyze } from "../../src/pipeline/analyze.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { programNotInstalled } from "../../src/rules/program-not-installed.ts";

const BARE = "import subprocess\n\n\ndef head():\n    return subprocess.run(['git', 'log'])\n";
const OPTIONAL =
  "import subprocess\n\n\ndef tag():\n    try:\n        return subprocess.run(['git', 'tag'])\n    except FileNotFoundError:\n        return None\n";

const said = async (files: Readonly<Record<string, string>>) => {
  const tree = memoryTree({ Dockerfile: "FROM python:3.13-slim\nCOPY app/ /app/app/\n", ...files });
  return (await analyze(tree, [programNotInstalled])).findings;
};

it("takes a program that may be absent as a note that needs proof", async () => {
  const [found] = await said({ "app/tag.py": OPTIONAL });
  expect(found).toMatchObject({ severity: "note", confidence: "needs-proof" });
  expect(found?.message).toContain("app/tag.py line 6 calls it where it is there");
});

it("takes it as an error when another place calls it without looking", async () => {
  const [found, ...more] = await said({ "app/tag.py": OPTIONAL, "app/head.py": BARE });
  expect(found).toMatchObject({ severity: "error", confidence: "likely" });
  expect(found?.message).toContain("app/head.py line 5 calls it, and 1 more");
  expect(more).toEqual([]);
});

it("takes git that tells the version of a checkout, caught by any except, as a note: no image is a checkout", async () => {
  const version = (verb: string) =>
    `import subprocess\n\n\ndef version():\n    try:\n        return subprocess.check_output(["git", "${verb}"])\n    except Exception:\n        return "unknown"\n`;
  expect(await said({ "app/version.py": version("describe") })).toMatchObject([{ severity: "note" }]);
  expect(await said({ "app/version.py": version("clone") })).toMatchObject([{ severity: "error" }]);
  expect(await said({ "contrib/bench.py": version("clone"), "app/a.py": "" })).toEqual([]);
});

import { expect, it } from "vitest";
import { junit } from "../../src/reporters/junit.ts";
import { markdown } from "../../src/reporters/markdown.ts";
import { sarif } from "../../src/reporters/sarif.ts";
import { terminal } from "../../src/reporters/terminal.ts";
import { sampleReport } from "../golden/sample-report.ts";

it.each([markdown, junit, sarif, terminal])("writes $id as before, twice the same", async (reporter) => {
  const text = await reporter.render(sampleReport);
  expect(await reporter.render(structuredClone(sampleReport))).toBe(text);
  await expect(text).toMatchFileSnapshot(`../golden/${reporter.file}`);
});

import { expect, it } from "vitest";
import type { Report } from "../../src/model/types.ts";
import { html } from "../../src/reporters/html.ts";
import { passingReport, sampleReport } from "../golden/sample-report.ts";

const page = async (report: Report) => await html.render(report);
const embedded = (text: string): unknown =>
  JSON.parse(/<script type="application\/json" id="report">(.*?)<\/script>/s.exec(text)?.[1] ?? "null");

it("carries the report, whole", async () => {
  expect(embedded(await page(sampleReport))).toEqual(JSON.parse(JSON.stringify(sampleReport)));
});

it("lets no foreign text become markup", async () => {
  const text = await page(sampleReport);
  expect(text).not.toContain("<script>alert");
  expect(text).toContain("&lt;script>alert(1)&lt;/script>");
  expect(text).not.toContain("<evil>");
  expect(text.match(/<script/g)).toHaveLength(1);
  expect(text.match(/<\/script>/g)).toHaveLength(1);
});

it("loads nothing from elsewhere and forbids scripts", async () => {
  const text = await page(sampleReport);
  expect(text).toContain("default-src 'none'");
  expect(text.replace(/<script.*<\/script>/s, "")).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  expect(text).not.toContain("<link");
});

it("says the verdict first", async () => {
  const text = await page(sampleReport);
  const said = /<h1>(.*?)<\/h1>/.exec(text)?.[1];
  expect(said?.replaceAll(/<[^>]*>/g, "")).toBe("1 of 9 checks is unproven: Answers while it stops.");
  expect(text.indexOf("<h1>")).toBeLessThan(text.indexOf("<h2"));
});

it("leads from each check and requirement that the verdict names to its result", async () => {
  expect(await page(sampleReport)).toContain('unproven: <a href="#check-drains">Answers while it stops</a>.</h1>');
  const sentence = "1 of 9 checks is unproven: Answers while it stops. 2 of 4 requirements fail: SIZE; SCAN.";
  const both = await page({ ...sampleReport, verdict: { ...sampleReport.verdict, sentence } });
  expect(/<h1.*?<\/h1>/.exec(both)?.[0].match(/#[\w-]+/g)).toEqual([
    "#check-drains",
    "#requirement-SIZE",
    "#requirement-SCAN",
  ]);
  const other = { ...sampleReport.verdict, sentence: "Answers while it stops, as SIZE does." };
  expect(await page({ ...sampleReport, verdict: other })).toContain("<h1>Answers while it stops, as SIZE does.</h1>");
});

it("skips no level of its headings, and names no two places alike", async () => {
  const text = await page(sampleReport);
  const levels = [...text.matchAll(/<h(\d)/g)].map(([, level]) => Number(level));
  expect(levels.filter((level, index) => level > (levels[index - 1] ?? 0) + 1)).toEqual([]);
  const titles = [...text.matchAll(/<h2[^>]*><a[^>]*>([^<]+)</g)].map(([, title]) => title);
  const labels = [...text.matchAll(/role="region" aria-label="([^"]+)"/g)].map(([, label]) => label);
  expect(new Set([...titles, ...labels]).size).toBe(titles.length + labels.length);
});

it("names beside the verdict what fails the run and stands not in its sentence, and the way to it", async () => {
  const verdict = { ...sampleReport.verdict, sentence: "The rework does not keep its promise." };
  const named = /<ul class="to-mend".*?<\/ul>/s.exec(await page({ ...sampleReport, verdict }))?.[0] ?? "";
  expect(named).toContain('<a href="#check-drains">');
  expect(named.match(/<li>/g)).toHaveLength(1);
  expect(await page(sampleReport)).not.toContain('class="to-mend"');
  const check = sampleReport.after.checks.find(({ id }) => id === "drains");
  if (check === undefined) throw new Error("the sample has no check that is unproven");
  const checks = Array.from({ length: 8 }, (_, index) => ({ ...check, id: `drains-${index}` }));
  const many = await page({ ...sampleReport, verdict, after: { ...sampleReport.after, checks } });
  expect(many).toContain('<a href="#checks">and 2 more</a>');
});

it("shows unproven with a sign and a word of its own, and open", async () => {
  const text = await page(sampleReport);
  const check = /<details class="check unproven" id="check-drains" open.*?<\/details>/s.exec(text)?.[0] ?? "";
  expect(check).toContain('<span class="pill unproven"><span class="sign" aria-hidden="true">?</span>unproven</span>');
  expect(check).not.toContain("pill pass");
  expect(check).toContain("INFO: Shutting down");
  const passing = await page(passingReport);
  expect(passing).toContain('<div class="verdict pass"');
  expect(passing).not.toMatch(/<details class="check \w+" id="[^"]+" open/);
});

it("names stand-ins and missing digests before the figures, notes or not", async () => {
  const text = await page({ ...sampleReport, run: { ...sampleReport.run, notes: [] } });
  const notes = /<aside class="notes".*?<\/aside>/s.exec(text)?.[0] ?? "";
  expect(notes).toContain("python:3.13-slim</code> is a stand-in");
  expect(notes).toContain("no registry answered");
  expect(text.indexOf("<aside")).toBeLessThan(text.indexOf('id="figures"'));
});

it("gives each bar its numbers in words", async () => {
  const text = await page(sampleReport);
  expect(text).toContain("<title>Size, unpacked: before 1.18 GB, after 214.0 MB</title>");
  const widths = [...text.matchAll(/<g class="bar (?:before|after)"><rect x="0" y="\d+" width="([\d.]+)"/g)].map(
    ([, width]) => Number(width),
  );
  expect(widths.slice(0, 2)).toEqual([240, 43.4]);
});

it("names the steps of the run in words", async () => {
  const text = await page(sampleReport);
  const names = [...text.matchAll(/<div class="step"><span class="name">([^<]+)</g)].map(([, name]) => name);
  expect(names.slice(3, 7)).toEqual(["render", "build, before", "build, after", "start-up, before"]);
});

it("links only to what is on the page", async () => {
  const text = await page(sampleReport);
  for (const [, id = ""] of text.matchAll(/href="#([^"]+)"/g)) expect(text).toContain(`id="${id}"`);
  const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

it("gives each table a caption, and each column and row that has a name a heading", async () => {
  const text = await page(sampleReport);
  const tables = [...text.matchAll(/<table[^>]*>(.*?)<\/table>/gs)].map(([, table = ""]) => table);
  expect(tables.length).toBeGreaterThan(5);
  for (const table of tables) {
    expect(table).toMatch(/^<caption class="hidden">[^<]+<\/caption>/);
    expect(table.match(/<th(?: |>)/g)).toHaveLength(table.match(/<th scope="(?:col|row)"/g)?.length ?? 0);
  }
});

it("renders a run that has almost nothing", async () => {
  const empty = {
    findings: [],
    image: undefined,
    builds: {},
    buildSide: undefined,
    checks: [],
    figures: {},
    dockerfile: undefined,
  };
  const text = await page({
    ...sampleReport,
    before: { label: "before", ...empty },
    after: { label: "after", ...empty },
    run: { ...sampleReport.run, timeline: [], notes: [] },
    decisions: [],
    refusals: [],
    pins: [],
    files: [],
    catalogue: undefined,
  });
  expect(text).toContain("No check ran.");
  expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/);
});

it("shows where a build failed", async () => {
  const { after } = sampleReport;
  if (after.buildSide === undefined) throw new Error("the sample was built");
  const failure = { step: "RUN uv sync", log: ["error: <no> lock"], where: "Dockerfile.prod:7" };
  const text = await page({ ...sampleReport, after: { ...after, buildSide: { ...after.buildSide, failure } } });
  expect(text).toContain("error: &lt;no> lock");
  expect(text).toContain("Dockerfile.prod:7");
});

it("shows the requirements: what fails first, each with its evidence", async () => {
  const text = await html.render(sampleReport);
  const order = [...text.matchAll(/id="requirement-([\w.-]+)"/g)].map(([, id]) => id);
  expect(order).toEqual(["SIZE", "SCAN", "US-1.1", "ECS"]);
  expect(text).toContain('href="#requirements"');
  expect(text).toContain("The requirement names no proof.");
  expect(text).toContain('href="after/evidence/read-only.json"');
});

it("has no section for requirements that nobody wrote", async () => {
  const { requirements: _, ...without } = sampleReport;
  expect(await html.render(without)).not.toContain('id="requirements"');
});

it("tells what is inside: shares in words, changed packages, and which layer hides bytes", async () => {
  const text = await page(sampleReport);
  const section = /<section id="contents".*?<\/section>/s.exec(text)?.[0] ?? "";
  expect(section).toContain("Before: Operating system 67.0 MB, Python itself 31.0 MB, Python packages 26.3 MB");
  expect(section).toMatch(/1 changed, 1 added, 2 removed, 2 as before/);
  expect(section).toContain("<td>0.116.0</td><td>0.116.1</td>");
  expect(section).toContain("96.0 MB stored again for another owner or mode, 4.00 MB deleted");
  expect(section).not.toContain("Caches of installers");
});

it("says when an image was not looked into", async () => {
  const { contents: _, ...before } = sampleReport.before;
  expect(await page({ ...sampleReport, before })).toContain(
    "Packages cannot be compared: the layers of one image were not read.",
  );
});

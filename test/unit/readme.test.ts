import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { globSync } from "tinyglobby";
import { expect, it, onTestFinished } from "vitest";
import { start } from "../../src/cli/full.ts";

const readme = readFileSync("README.md", "utf8");

it("begins with the two commands that show everything", () => {
  expect(readme).toMatch(/^```sh\nmake demo .*\nmake test .*\n```\n/);
});

it("shows what analyze really prints", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "readme-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = {
    Dockerfile:
      "FROM python:3.13\nCOPY . /code\nWORKDIR /code\nRUN pip install -r requirements.txt\nCMD uvicorn app.main:app --host 0.0.0.0 --port 80\n",
    "requirements.txt": "fastapi==0.115.0\nuvicorn==0.30.6\n",
    "main.py": 'from fastapi import FastAPI\napp = FastAPI()\n\n@app.get("/health")\ndef health(): return {}\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  let printed = "";
  const write = (text: string) => void (printed += text);
  await start(["analyze", folder], { stdout: { write }, stderr: { write: () => {} }, exitCode: undefined });
  process.exitCode = undefined;
  const [, excerpt = ""] = /^```\n(Dockerfile:[^]*?)^```$/m.exec(readme) ?? [];
  const told = printed.replaceAll(`${folder}/`, "").split("\n");
  for (const line of excerpt.trimEnd().split("\n")) expect.soft(told).toContain(line);
});

/** What GitHub makes of a title. */
const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, "")
      .replaceAll(" ", "-"),
  );

/** What is wrong with the links of a page to others, and to its own titles. */
const deadLinks = (page: string): readonly string[] =>
  [...readFileSync(page, "utf8").matchAll(/\]\(((?!https?:)[^)\s]+)\)/g)].flatMap(([, link = ""]) => {
    const [path = "", anchor] = link.split("#");
    const file = path === "" ? page : join(dirname(page), path);
    const leads = existsSync(file) && (anchor === undefined || anchorsOf(readFileSync(file, "utf8")).includes(anchor));
    return leads ? [] : [link];
  });

it.each(globSync(["README.md", "CONTRIBUTING.md", "docs/**/*.md"]))("the links of %s lead somewhere", (page) => {
  expect(deadLinks(page)).toEqual([]);
});

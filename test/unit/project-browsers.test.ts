import { expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const browsersOf = async (code: string, more: Readonly<Record<string, string>> = {}) => {
  const { browsers = [] } = await readService(memoryTree({ "shop/pages.py": code, ...more }));
  return browsers.map(({ browser, through, evidence: { line } }) => `${through} ${browser} @${line}`);
};
const SYNC = "from playwright.sync_api import sync_playwright\ndef page():\n    with sync_playwright() as p:\n";

it.each([
  [`${SYNC}        p.firefox.launch(headless=True)\n`, ["playwright firefox @4"]],
  [`${SYNC}        return p.webkit.launch_persistent_context("/tmp/x")\n`, ["playwright webkit @4"]],
  [`${SYNC}        p.chromium.launch(executable_path="/usr/bin/chromium")\n`, []],
  [`${SYNC}        p.chromium.launch(channel="chrome")\n`, []],
  [`${SYNC}        p.chromium.connect_over_cdp("http://browser:9222")\n        p.chromium.launch()\n`, []],
  [
    "import patchright.async_api as pa\nclass Pool:\n    async def start(self):\n        self.playwright = await pa.async_playwright().start()\n        self.browser = await self.playwright.chromium.launch()\n",
    ["patchright chromium @5"],
  ],
  ["from selenium import webdriver\ndef get():\n    return webdriver.Firefox(options=x)\n", ["selenium firefox @3"]],
  ["import selenium.webdriver as wd\ndriver = wd.Chrome()\n", ["selenium chrome @2"]],
  ["from selenium import webdriver\noptions.binary_location = '/usr/bin/brave'\nwebdriver.Chrome(options)\n", []],
  ["import undetected_chromedriver as uc\ndef get():\n    return uc.Chrome()\n", ["undetected-chromedriver chrome @3"]],
  ["class A:\n    chromium = None\ndef get(a):\n    return a.chromium.launch()\n", []],
])("%s", async (code, expected) => expect(await browsersOf(code)).toEqual(expected));

it("leaves out a browser of another machine that any file asks, and those of tests", async () => {
  const code = `${SYNC}        p.chromium.launch()\n`;
  const remote = "from selenium import webdriver\ndef get():\n    return webdriver.Remote('http://hub:4444')\n";
  expect(await browsersOf(code, { "shop/remote.py": remote })).toEqual([]);
  expect(await browsersOf("", { "tests/test_pages.py": code })).toEqual([]);
});

import { describe, expect, it } from "vitest";
import { exampleContract } from "../../src/checks/support/examples.ts";
import { leakedIn, watchedSecrets, withoutSecretsOf } from "../../src/probes/support/leaks.ts";

const contractOf = (example: string) => ({
  ...exampleContract,
  env: [{ name: "TOKEN", required: true, secret: true, example }],
});
const inLog = (example: string, text: string) => leakedIn([{ text }], contractOf(example));

describe("the value of a secret variable in a log", () => {
  it.each([
    ["hunter2-hunter2", "settings: TOKEN=hunter2-hunter2"],
    ["correct-horse-battery-staple", "using correct-horse-battery-staple"],
    ["postgresql://user:p4ss%2Fword@db/x", "connecting with p4ss/word"],
  ])("is seen: %s", (example, text) => expect(inLog(example, text)).toEqual(["TOKEN"]));

  it.each([
    ["benchling", "Building benchling-webhook"],
    ["my-service", "my-service is ready"],
    ["abc1", "abc1"],
    ["postgresql://db:5432/x", "connecting to postgresql://db:5432/x"],
  ])("is not looked for where it cannot be told from an ordinary word: %s", (example, text) => {
    expect(inLog(example, text)).toEqual([]);
    expect(watchedSecrets(contractOf(example))).toEqual([]);
  });
});

it("what a health command printed is shown without secrets", () => {
  const contract = contractOf("hunter2-hunter2");
  expect(withoutSecretsOf(contract, "401 for hunter2-hunter2")).toBe("401 for ‹redacted›");
  expect(withoutSecretsOf(contract, "GET /health Authorization: Bearer abcdefgh12345678")).not.toMatch(/abcdefgh/);
  expect(withoutSecretsOf(contract, "curl: not found")).toBe("curl: not found");
});

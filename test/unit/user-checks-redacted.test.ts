import { expect, it } from "vitest";
import { exampleContract } from "../../src/checks/support/examples.ts";
import type { Expectation } from "../../src/model/types.ts";
import { expectationOf } from "../../src/pipeline/config-expectations.ts";
import { withoutValues } from "../../src/kit/redact-data.ts";
import { secretValues, webSocketSecrets, withoutSecrets } from "../../src/probes/user/redacted.ts";

const place = { id: "user/one", title: "one", where: "seaworthy.yaml:3" };
const http = (more: object): Expectation => expectationOf({ http: { path: "/items", ...more } }, place);
const shown = (expectation: Expectation): string =>
  JSON.stringify(withoutSecrets({ ...exampleContract, expectations: [expectation] }));
const githubToken = `ghp_${"a1B2".repeat(9)}`;

it.each([
  ["Authorization", "Bearer very-much-mine", "very-much-mine"],
  ["authorization", "abc", '"abc"'],
  ["Cookie", "sid=0123456789; theme=dark", "0123456789"],
  ["X-Api-Key", "k-1234567", "k-1234567"],
  ["X-CSRF-Token", "t-1234567", "t-1234567"],
  ["X-Whatever", "Basic dXNlcjpodW50ZXIy", "dXNlcjpodW50ZXIy"],
  ["X-Note", `the token is ${githubToken}`, githubToken],
  ["X-Database", "postgresql://app:hunter2-and-more@db/app", "hunter2-and-more"],
])("a report does not show what the header %s sends", (name, value, secret) => {
  const text = shown(http({ headers: { [name]: value, Accept: "application/json" } }));
  expect(text).not.toContain(secret);
  expect(text).toContain("‹redacted›");
  expect(text).toContain('"Accept":"application/json"');
});

it.each([
  ["body", http({ method: "POST", body: '{"user": "ann", "password": "hunter2-and-more"}' })],
  ["path", http({ path: "/items?api_key=hunter2-and-more&page=2" })],
  ["option", expectationOf({ command: { run: ["login", "--password", "hunter2-and-more"] } }, place)],
  ["variable", expectationOf({ command: { run: ["env"], env: { DB_PASSWORD: "hunter2-and-more" } } }, place)],
])("a report does not show a secret in a %s", (_, expectation) => {
  expect(JSON.stringify(expectation)).toContain("hunter2-and-more");
  expect(shown(expectation)).not.toContain("hunter2-and-more");
});

it("takes what a service repeats out of the evidence, decoded too, and leaves the rest as it is", () => {
  const secrets = secretValues(http({ headers: { Authorization: "Basic YW5uOmh1bnRlcjItYW5kLW1vcmU=" } }));
  const seen = { excerpt: ["hello ann:hunter2-and-more", "bye"], holds: true, count: 2, none: undefined };
  expect(withoutValues(seen, secrets)).toEqual({ ...seen, excerpt: ["hello ‹redacted›", "bye"] });
});

it("shows everything of a check without a secret", () => {
  const plain = http({ method: "POST", headers: { "X-Who": "ann" }, body: '{"session": 1, "name": "a token ring"}' });
  expect(withoutSecrets({ ...exampleContract, expectations: [plain] }).expectations).toEqual([plain]);
  expect(withoutSecrets(exampleContract)).toBe(exampleContract);
});

it("shows the WebSocket that a team names without what lets it in", () => {
  const websocket = {
    path: "/ws?room=1&token=hunter2-and-more",
    headers: { Authorization: "Bearer abc", "X-Room": "kitchen" },
  };
  expect(withoutSecrets({ ...exampleContract, websocket }).websocket).toEqual({
    path: "/ws?room=1&token=‹redacted›",
    headers: { Authorization: "‹redacted›", "X-Room": "kitchen" },
  });
  expect(webSocketSecrets(websocket)).toEqual(expect.arrayContaining(["Bearer abc", "hunter2-and-more"]));
});

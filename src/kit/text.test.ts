import { expect, it } from "vitest";
import { redactByShape } from "./text.ts";

it.each([
  ["postgres://app:hunter22@db/app", "postgres://app:‹redacted›@db/app"],
  ["curl -u admin:hunter22 --fail http://search:9200", "curl -u admin:‹redacted› --fail http://search:9200"],
  ["curl -s --user='admin:hunter22' http://search", "curl -s --user='admin:‹redacted›' http://search"],
  ["ENV DB_PASSWORD hunter22", "ENV DB_PASSWORD ‹redacted›"],
  ["API_KEY=hunter22 next", "API_KEY=‹redacted› next"],
])("hides the secret of %s", (text, shown) => {
  expect(redactByShape(text)).toBe(shown);
});

it.each(["docker run -u 1000:1000 app", "curl -fsS http://localhost:8000/health", "https://example.org/a:b"])(
  "leaves %s",
  (text) => {
    expect(redactByShape(text)).toBe(text);
  },
);

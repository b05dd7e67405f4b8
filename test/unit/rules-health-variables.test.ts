import { expect, it } from "vitest";
import { withVariables } from "../../src/rules/queries/health.ts";

const env = (value: string) => new Map([["X", { value }]]);

it("fills in what the image sets, and the fallback of what it does not", () => {
  expect(withVariables("http://localhost:$X/${PATH_:-ready}/$NOBODY", env("8000"))).toBe(
    "http://localhost:8000/ready/$NOBODY",
  );
});

it("fills no memory with a long value that is named often", () => {
  expect(withVariables("$X ".repeat(100_000), env("y".repeat(60_000))).length).toBeLessThan(500_000);
});

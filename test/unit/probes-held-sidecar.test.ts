import { expect, it } from "vitest";
import { behindDoors } from "../../src/probes/support/held-sidecar.ts";

it.each([
  ["http://aws:5555/exports", "http://aws-held-1:5555/exports", [5555]],
  ["http://aws", "http://aws-held-1", [80]],
  ["postgresql+asyncpg://aws:aws@aws/aws", "postgresql+asyncpg://aws:aws@aws-held-1/aws", [5432]],
  ["aws:9092,aws:9093", "aws-held-1:9092,aws-held-1:9093", [9092, 9093]],
])("puts a door where an address names a sidecar: %s", (value, through, ports) => {
  expect(behindDoors({ A: value, B: "x" }, ["aws", "db"], "1")).toEqual({
    env: { A: through, B: "x" },
    named: [{ name: "aws", ports }],
  });
});

it.each(["aws", "https://aws.example.com", "s3://aws", "my-aws:5555", "http://laws:80"])(
  "leaves alone what is no address of it: %s",
  (value) => {
    expect(behindDoors({ A: value }, ["aws"], "1")).toEqual({ env: { A: value }, named: [] });
  },
);

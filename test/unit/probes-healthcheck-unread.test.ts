import { expect, it } from "vitest";
import type { ProbeContext } from "../../src/probes/probe.ts";
import { healthCommand } from "../../src/probes/health-command.ts";

it("calls no HEALTHCHECK missing that the engine does not show", async () => {
  const config = { healthcheck: undefined, healthcheckUnread: "podman reads no HEALTHCHECK here" };
  const context = { image: { config } } as unknown as ProbeContext;
  await expect(healthCommand.collect(context)).rejects.toThrow("podman reads no HEALTHCHECK here");
});

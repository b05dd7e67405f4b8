import { expect, it } from "vitest";
import { leftOf, seaworthy, start } from "./support/cli.ts";
import { engineDoor } from "./support/engine-door.ts";
import { tinyService } from "./support/tiny-service.ts";

/** An engine that goes away: a door is shut between us and it. Nothing here kills an engine: others may be using it. */

it.each([
  ["while it builds", /Building today's image/],
  ["while it proves", /(before|after): (?!Built)/],
])("says that the engine was lost %s, and the next run sweeps", async (_, moment) => {
  await using fixture = await tinyService();
  await using door = await engineDoor();
  const args = [`${fixture.folder}/`, "--repetitions", "1"];
  const started = start(args, { DOCKER_HOST: `unix://${door.path}` });
  await started.said(moment);
  door.cut();
  const { code, stderr } = await started.ended;
  expect(stderr.match(/\[[a-z]+\/[a-z-]+\]/g)).toEqual(["[engine/lost]"]);
  expect(stderr).toMatch(/Start the engine again, then run the same command/);
  expect(stderr).not.toMatch(/\n\s+at |bug in seaworthy/);
  expect(code).toBe(2);
  const next = start(args);
  await next.said(/Taking up run/);
  await next.said(/Building today's image/);
  next.child.kill("SIGINT");
  await next.ended;
  expect(await leftOf(fixture.folder)).toEqual([]);
});

it("does not blame an image for what an engine did that crashed and came back", async () => {
  await using fixture = await tinyService();
  await using door = await engineDoor();
  const started = start([`${fixture.folder}/`, "--repetitions", "1"], { DOCKER_HOST: `unix://${door.path}` });
  // The first probe has ended, so others are at work.
  await started.said(/after: (?!Built).* \([\d.]+ m?s\)/);
  door.flap();
  const { code, stderr } = await started.ended;
  expect(stderr.match(/\[[a-z]+\/[a-z-]+\]/g)).toEqual(["[engine/lost]"]);
  expect(stderr).toMatch(/Start the engine again, then run the same command/);
  expect(code).toBe(2);
  // It could be asked to clean up: it was back by then.
  expect(await leftOf(fixture.folder)).toEqual([]);
});

it.each([
  ["run", ["run"]],
  ["build", ["build"]],
  ["verify", ["verify"]],
])("%s says that no engine answers, before anything else is done", async (_, words) => {
  await using fixture = await tinyService();
  const address = "unix:///nowhere.sock";
  const { code, stderr } = await seaworthy([...words, "--engine", address, `${fixture.folder}/`]);
  expect(stderr).toContain(`| --engine: ${address}`);
  expect(stderr).not.toMatch(/findings/);
  expect(stderr).toMatch(/No container engine answers/);
  expect(stderr).toMatch(/Start Docker or Podman, or name a running engine with --engine or DOCKER_HOST/);
  expect(stderr.match(/\[[a-z]+\/[a-z-]+\]/g)).toEqual(["[engine/not-found]"]);
  expect(code).toBe(2);
});

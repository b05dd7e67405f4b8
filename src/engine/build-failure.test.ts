import { expect, it } from "vitest";
import { UserError } from "../kit/errors.ts";
import { hasLostLayers } from "./build-failure.ts";

const failed = (message: string, code = "engine/build-failed") =>
  new UserError(code, message, { hint: "Read the log." });

it("knows a build on layers that the engine has just collected, and takes nothing else for one", () => {
  const collected =
    "The build failed at the step `exporting to image`: failed to prepare extraction snapshot " +
    '"extract-1 sha256:bb": parent snapshot sha256:3c does not exist: not found';
  expect(hasLostLayers(failed(collected))).toBe(true);
  expect(hasLostLayers(failed(collected, "engine/lost"))).toBe(false);
  expect(hasLostLayers(failed("The build failed at the step `RUN uv sync`: /app does not exist"))).toBe(false);
  expect(hasLostLayers(new Error(collected))).toBe(false);
});

import type { Pin, Plan, RenderedFile, Service } from "../model/types.ts";
import { renderCompose } from "./render-compose.ts";
import { renderContract } from "./render-contract.ts";
import { renderDockerfile } from "./render-dockerfile.ts";
import { SCRIPT_PATH, renderMakefile } from "./render-makefile.ts";
import { renderScript } from "./render-script.ts";
import type { ScriptBeside } from "./script-sidecars.ts";

export interface RenderInput {
  readonly plan: Plan;
  readonly pins: readonly Pin[];
  readonly service: Service;
  /** Present content of files that a block is put into, by path: `Makefile`. */
  readonly existing: Readonly<Record<string, string>>;
  /** What the script starts beside the image; nothing where it is not known. */
  readonly beside?: ScriptBeside;
}

/**
 * The files of a plan. `content` is always the whole file, also where only a block of it is ours.
 * The same input gives the same bytes.
 */
export function renderFiles({ plan, pins, service, existing, beside }: RenderInput): readonly RenderedFile[] {
  const { image } = plan;
  const whole = (path: string, content: string, why: string, executable = false): RenderedFile => ({
    path,
    content,
    executable,
    mode: "whole",
    why,
  });
  return [
    whole(image.dockerfile, renderDockerfile(plan, pins, service), "The production image."),
    whole(
      `${image.dockerfile}.dockerignore`,
      `${image.dockerignore.join("\n")}\n`,
      "What this Dockerfile may see; the present .dockerignore stays for the present Dockerfile.",
    ),
    {
      path: "Makefile",
      content: renderMakefile(image, service, existing["Makefile"]),
      executable: false,
      mode: "block",
      why: "Targets `build-prod` and `verify-prod`; the rest of the file stays as it is.",
    },
    ...(image.compose === undefined
      ? []
      : [whole(image.compose.path, renderCompose(image.compose), "Starts the services of Compose without uv.")]),
    whole("contracts/container.md", renderContract(plan, service), "What the image promises to whoever runs it."),
    whole(SCRIPT_PATH, renderScript(plan, service, beside), "Proves the contract without seaworthy.", true),
  ];
}

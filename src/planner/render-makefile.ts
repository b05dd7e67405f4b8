import type { ImageSpec, Service } from "../model/types.ts";
import { imageTag } from "./render-dockerfile.ts";
import { TEST_STAGE } from "./render-test-stage.ts";

const BEGIN = "# seaworthy: begin (this block is written by seaworthy; changes in it are lost)";
const END = "# seaworthy: end";
const BLOCK = /^# seaworthy: begin[^\n]*\n[\s\S]*?^# seaworthy: end[^\n]*\n?/m;

/** Where the script for people without the tool lies. */
export const SCRIPT_PATH = "scripts/verify_production_image.sh";

function block(image: ImageSpec, service: Service): string {
  return [
    BEGIN,
    `.PHONY: build-prod verify-prod${image.tests === undefined ? "" : " test-prod"}`,
    "",
    "# BUILD_FLAGS takes more options, for example --secret id=ca-bundle,src=/path/to/bundle.pem",
    "build-prod:",
    `\tDOCKER_BUILDKIT=1 docker build $(BUILD_FLAGS) --build-arg REVISION="$$(git rev-parse HEAD 2>/dev/null)" -f ${image.dockerfile} -t ${imageTag(service)}:latest ${image.context}`,
    "",
    "verify-prod:",
    `\tBUILD_FLAGS="$(BUILD_FLAGS)" bash ${SCRIPT_PATH}`,
    ...(image.tests === undefined
      ? []
      : [
          "",
          "# The service's own tests, on the dependencies of the production image.",
          "test-prod:",
          `\tDOCKER_BUILDKIT=1 docker build $(BUILD_FLAGS) --target ${TEST_STAGE} -f ${image.dockerfile} -t ${imageTag(service)}:${TEST_STAGE} ${image.context}`,
          `\tdocker run --rm ${imageTag(service)}:${TEST_STAGE}`,
        ]),
    END,
    "",
  ].join("\n");
}

/** The whole Makefile with our block in it: in its old place, or at the end; every other byte stays. */
export function renderMakefile(image: ImageSpec, service: Service, existing: string | undefined): string {
  const ours = block(image, service);
  if (existing === undefined || existing === "") return ours;
  // A function as replacement: `$` in the block must not be read as a pattern.
  if (BLOCK.test(existing)) return existing.replace(BLOCK, () => ours);
  return `${existing}${existing.endsWith("\n") ? "" : "\n"}\n${ours}`;
}

import type { Engine } from "../../engine/engine.ts";
import { UserError } from "../../kit/errors.ts";

/** What an engine that is never strict cannot prove. */
export const noStrictReadOnly = ({ name }: Engine): UserError =>
  new UserError(
    "probe/no-strict-read-only",
    `${name} mounts writable folders of its own under a read-only root here, so a pass would prove nothing`,
    { hint: "Verify it with Docker as well." },
  );

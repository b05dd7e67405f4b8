import type { Choice, Decider } from "./decider.ts";

/** Code belongs to root and nobody else may write it; only the folders in `writable` belong to the service. */
export const ownership: Decider = {
  id: "ownership",
  title: "Who owns the files",
  after: ["user", "writable"],
  resolves: ["recursive-chown-duplicates-layer", "app-files-writable-by-runtime-user"],
  decide: (_facts, draft): Choice => ({
    value: {},
    choice: "code and environment belong to root and are readable by all",
    because: `The service can read its own code and not change it, even where the root filesystem is writable.${(draft.writable ?? []).length > 0 ? " Only the folders it writes to are its own." : ""} Owner and mode are set while copying: a later \`chown -R\` would store every file twice.`,
    rejected: [
      { option: "`chown -R` after COPY", because: "it stores the whole virtual environment a second time" },
      { option: "code owned by the service's user", because: "a fault in the service could then replace its code" },
    ],
  }),
};

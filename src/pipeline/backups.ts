import { join } from "node:path";

/** Where `apply` keeps the old files, one folder per apply with its journal. */
export const backupsOf = (folder: string): string => join(folder, ".seaworthy", "backups");

import { certificatesIn } from "../kit/certificates.ts";
import { UserError } from "../kit/errors.ts";
import type { World } from "./session.ts";

/** The company's CA bundle: what was asked for, or SEAWORTHY_CA. An empty name is none. */
export const caFileOf = (asked: string | undefined, env: World["env"]): string | undefined =>
  (asked ?? env["SEAWORTHY_CA"]) || undefined;

/** @throws UserError `config/no-ca` when the file cannot serve as a CA bundle. */
export async function checkCaFile(file: string): Promise<void> {
  const read = await certificatesIn(file);
  if ("problem" in read)
    throw new UserError("config/no-ca", `The CA bundle cannot be used: ${read.problem}`, {
      hint: CA_HINT,
    });
}

export const CA_HINT =
  "Set --ca or SEAWORTHY_CA to a PEM file with `-----BEGIN CERTIFICATE-----` blocks, or to nothing.";

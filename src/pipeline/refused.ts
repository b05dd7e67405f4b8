import { UserError } from "../kit/errors.ts";
import type { Plan } from "../model/types.ts";

/** Some services must not be reworked until something is settled; that is an answer, not a failure of ours.
 * @throws UserError `plan/refused`. */
export function stopWhenRefused({ refusals }: Plan): void {
  const blocking = refusals.filter((refusal) => refusal.blocking === true);
  const [first] = blocking;
  if (first === undefined) return;
  const more = blocking.length - 1;
  throw new UserError(
    "plan/refused",
    `This service is not reworked: ${first.what}${more === 0 ? "" : `, and ${more} more`}`,
    {
      hint:
        more === 0 ? first.instead : "Settle each; `seaworthy plan` tells them, and what else the rework leaves alone.",
      details:
        more === 0
          ? [first.because]
          : blocking.flatMap(({ what, because, instead }) => [what, `  because ${because}`, `  → ${instead}`]),
    },
  );
}

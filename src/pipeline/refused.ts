import { UserError } from "../kit/errors.ts";
import type { Plan } from "../model/types.ts";

/** Some services must not be reworked until something is settled; that is an answer, not a failure of ours.
 * @throws UserError `plan/refused`. */
export function stopWhenRefused({ refusals }: Plan): void {
  const blocking = refusals.filter((refusal) => refusal.blocking === true);
  const [first] = blocking;
  if (first === undefined) return;
  throw new UserError("plan/refused", `This service is not reworked: ${first.what}`, {
    hint: first.instead,
    details: blocking.map(({ what, because, instead }) => `${what}: ${because} ${instead}`),
  });
}

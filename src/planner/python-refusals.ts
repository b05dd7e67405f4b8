import type { Facts } from "../decisions/decider.ts";
import {
  allowedPythons,
  gapsNamed,
  gapsOn,
  keepsOldPython,
  lacksWheels,
  olderWithWheels,
  pythonToday,
  saysPython,
} from "../decisions/shared/pythons.ts";
import { list } from "../decisions/shared/say.ts";
import { exactVersion } from "../decisions/shared/specifier.ts";
import type { Refusal } from "../model/types.ts";
import { refusal } from "./refusal-kinds.ts";

/** The project or its lock allows no Python that the base is known with, or has not all wheels for any of them. */
export function* pythonRefusals(facts: Facts): Generator<Refusal> {
  const { profile, overrides } = facts;
  const requires = saysPython(facts);
  if (overrides["base"] !== undefined || exactVersion(requires ?? "") !== undefined || keepsOldPython(facts)) return;
  const allowed = allowedPythons(facts);
  const [first] = allowed;
  if (first === undefined)
    yield refusal("python-not-offered", {
      what: `The project requires Python \`${requires}\``,
      because: `${profile.title} is known here with ${list(profile.pythons)} only, and another Python may not run the service.`,
    });
  // What is built with a Python today is built with it again.
  else if (lacksWheels(facts) && !allowed.includes(pythonToday(facts) ?? ""))
    yield refusal("no-wheels", {
      what: `The lock has no wheel of ${gapsNamed(gapsOn(facts, first))} for Python ${first}${allowed.length > 1 ? `, nor all for ${list(allowed.slice(1))}` : ""}`,
      ...insteadOf(facts),
    });
}

function insteadOf(facts: Facts): Partial<Pick<Refusal, "instead">> {
  const older = olderWithWheels(facts);
  // Where Python is installed from the base's own packages there may be no such one.
  if (older === undefined || facts.profile.installPython(older, []) !== undefined) return {};
  return {
    instead: `Lock again with newer versions, look at them and commit the lock; or set \`decisions: { base: "${older}" }\`, for which the lock has all wheels.`,
  };
}

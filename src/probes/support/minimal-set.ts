/** One try with some of the candidates. */
export interface Trial {
  readonly given: readonly string[];
  readonly works: boolean;
  /** Why it does not. */
  readonly problem: string;
}

export interface Minimal {
  /** Undefined: not even all candidates are enough. */
  readonly set: readonly string[] | undefined;
  readonly trials: readonly Trial[];
}

/** With so many candidates, without any and with all of the first ones and of both counted. */
export const mostTrials = (candidates: number): number => candidates + 3;

/**
 * The candidates that are needed: none if none are, else all but those without which it works as well. Candidates are left out in their order, so what should stay where there is a choice comes last.
 * @param others Candidates only where the first ones are not enough: nobody was seen to write there.
 */
export async function minimalSet(
  first: readonly string[],
  others: readonly string[],
  tryWith: (given: readonly string[]) => Promise<string | undefined>,
): Promise<Minimal> {
  const trials: Trial[] = [];
  const works = async (given: readonly string[]): Promise<boolean> => {
    const problem = await tryWith(given);
    trials.push({ given, works: problem === undefined, problem: problem ?? "" });
    return problem === undefined;
  };
  if (await works([])) return { set: [], trials };
  let candidates = first;
  if (first.length === 0 || !(await works(first))) {
    candidates = [...first, ...others];
    if (others.length === 0 || !(await works(candidates))) return { set: undefined, trials };
  }
  let kept = candidates;
  for (const candidate of candidates) {
    // Without the last one it does not work: that was the first trial.
    if (kept.length === 1) break;
    const fewer = kept.filter((one) => one !== candidate);
    if (await works(fewer)) kept = fewer;
  }
  return { set: kept, trials };
}

/** What one life with some of its places writable showed. */
export interface Life {
  /** Why it does not work; undefined where it does. */
  readonly problem?: string;
  /** The log has a write that failed. */
  readonly tellsOfWriting: boolean;
}

/** Why it does not work so. Where the log tells of no write it is tried twice: on a busy machine an answer fails to come, once. */
export async function problemIn(live: () => Promise<Life>): Promise<string | undefined> {
  const { problem, tellsOfWriting } = await live();
  return problem === undefined || tellsOfWriting ? problem : (await live()).problem;
}

import { openSession, type Session, type SessionOptions } from "../pipeline/session.ts";

/** What every function of the library takes besides a folder; without any, it does what the command does. */
export interface Options extends SessionOptions {
  /** Ends the work: what was started is removed first, then the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Gets a line about what happens now. Without it nothing is told: the library prints nothing. */
  readonly tell?: (line: string) => void;
  /** Environment variables, in place of the process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Opens the folder, works, and says why it was interrupted rather than what broke by it.
 * @throws UserError when the folder, its configuration or an option cannot be used.
 */
export async function inFolder<T>(
  folder: string,
  { signal = new AbortController().signal, tell = () => {}, env = process.env, ...options }: Options,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  try {
    signal.throwIfAborted();
    return await work(
      await openSession(folder, options, { env, now: Date.now, fetch: globalThis.fetch, signal, tell }),
    );
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

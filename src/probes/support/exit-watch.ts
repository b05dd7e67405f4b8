import type { Container, Exit } from "../../engine/engine.ts";

/** Knows whether a container has exited, without asking the engine each time. */
export interface ExitWatch extends AsyncDisposable {
  /** @throws UserError `engine/lost` once the engine went away: from then on nobody knows, even if it is back by now. */
  readonly exit: Exit | undefined;
}

/** Starts to watch; ends with its scope. */
export function watchExit(container: Container, signal: AbortSignal): ExitWatch {
  const over = new AbortController();
  const state: { exit: Exit | undefined; failure: Error | undefined } = { exit: undefined, failure: undefined };
  const watch = async () => {
    try {
      state.exit = await container.exited(AbortSignal.any([signal, over.signal]));
    } catch (error) {
      // An engine that crashed and came back has ended the container: its silence is no fault of the service.
      if (!over.signal.aborted && !signal.aborted) state.failure = error as Error;
    }
  };
  const watching = watch();
  return {
    get exit() {
      if (state.failure !== undefined) throw state.failure;
      return state.exit;
    },
    async [Symbol.asyncDispose]() {
      over.abort();
      await watching;
    },
  };
}

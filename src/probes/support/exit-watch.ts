import type { Container, Exit } from "../../engine/engine.ts";

/** Knows whether a container has exited, without asking the engine each time. */
export interface ExitWatch extends AsyncDisposable {
  readonly exit: Exit | undefined;
}

/** Starts to watch; ends with its scope. */
export function watchExit(container: Container, signal: AbortSignal): ExitWatch {
  const over = new AbortController();
  const state: { exit: Exit | undefined } = { exit: undefined };
  const watch = async () => {
    try {
      state.exit = await container.exited(AbortSignal.any([signal, over.signal]));
    } catch {
      // The watch was called off, or the engine is gone: whoever asks the container next is told so.
    }
  };
  const watching = watch();
  return {
    get exit() {
      return state.exit;
    },
    async [Symbol.asyncDispose]() {
      over.abort();
      await watching;
    },
  };
}

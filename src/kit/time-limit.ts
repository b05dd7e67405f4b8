/**
 * A signal that fires after a time, with a `TimeoutError`. Not `AbortSignal.timeout`: on Node 20 one that only
 * `AbortSignal.any` knows can be collected as garbage, and then it never fires. This one its timer holds.
 */
export function timeLimit(milliseconds: number): AbortSignal {
  const limit = new AbortController();
  const late = () => limit.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
  setTimeout(late, Math.ceil(milliseconds)).unref();
  return limit.signal;
}

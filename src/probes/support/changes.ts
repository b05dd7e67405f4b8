/** What events bring, waited for. */
export interface Changes {
  /** Something has come: whoever waits looks again. */
  tell(): void;
  /** Whether it is so, at the latest when the time is up. */
  until(isSo: () => boolean, limitMs: number): Promise<boolean>;
}

export function newChanges(): Changes {
  let wake = () => {};
  const next = (limitMs: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  return {
    tell: () => wake(),
    async until(isSo, limitMs) {
      const end = performance.now() + limitMs;
      for (let left = limitMs; left > 0 && !isSo(); left = end - performance.now()) await next(left);
      return isSo();
    },
  };
}

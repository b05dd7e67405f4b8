/** Many ask the same question of the same object: each is answered once. */
export function once<Key extends object, Answer>(ask: (key: Key) => Answer): (key: Key) => Answer {
  const known = new WeakMap<Key, { readonly answer: Answer }>();
  return (key) => {
    const before = known.get(key);
    if (before) return before.answer;
    const answer = ask(key);
    known.set(key, { answer });
    return answer;
  };
}

/** The same for questions about one object in the light of another. */
export function onceFor<Key extends object, Other extends object, Answer>(
  ask: (key: Key, other: Other) => Answer,
): (key: Key, other: Other) => Answer {
  const known = once((key: Key) => once((other: Other) => ask(key, other)));
  return (key, other) => known(key)(other);
}

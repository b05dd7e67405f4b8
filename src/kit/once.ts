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

/** How many texts are known before all are forgotten: a thousand services have no more to say than a few at a time. */
const MOST_TEXTS = 500;

/** The same for questions about a text. */
export function onceForText<Answer>(ask: (text: string) => Answer): (text: string) => Answer {
  const known = new Map<string, { readonly answer: Answer }>();
  return (text) => {
    const before = known.get(text);
    if (before) return before.answer;
    const answer = ask(text);
    if (known.size >= MOST_TEXTS) known.clear();
    known.set(text, { answer });
    return answer;
  };
}

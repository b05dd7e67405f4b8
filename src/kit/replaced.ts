/**
 * A list in which each item that stands for others gives way to them, and they to those that they stand for.
 * @param membersOf asked once for each item that is met; undefined where it stands for itself.
 */
export function* replaced<Item>(
  items: readonly Item[],
  membersOf: (item: Item) => readonly Item[] | undefined,
): Generator<Item> {
  // No recursion: a file may hold thousands, each of which stands for the next.
  const open = [items.values()];
  for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
    const next = last.next();
    if (next.done === true) {
      open.pop();
      continue;
    }
    const members = membersOf(next.value);
    if (members === undefined) yield next.value;
    else open.push(members.values());
  }
}

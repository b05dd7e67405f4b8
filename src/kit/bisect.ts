/** How many from the front on a test holds for, of a list in which it holds for none behind the first it fails for. */
export function countWhile<Item>(list: readonly Item[], holds: (item: Item) => boolean): number {
  let [from, to] = [0, list.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (holds(list[middle] as Item)) from = middle + 1;
    else to = middle;
  }
  return from;
}

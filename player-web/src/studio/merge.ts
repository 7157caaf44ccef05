// Two editors of one record: what each changed, put together. Pure.

export type Value = string | string[];
export type Fields = Record<string, Value>;

export interface Merge {
  fields: Fields; // what the form shows then: mine where I changed something, else theirs
  conflicts: string[]; // fields that both changed, each to something else
  isTouched: boolean; // whether the others changed anything of it at all
}

export function isSame(a: Value | undefined, b: Value | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The members of `mine` that differ from `base`: what a patch sends. */
export function changes(base: Fields, mine: Fields): Fields {
  return Object.fromEntries(Object.entries(mine).filter(([name, value]) => !isSame(base[name], value)));
}

/** `base` is what both began with. */
export function merge(base: Fields, mine: Fields, theirs: Fields): Merge {
  const merged: Merge = { fields: {}, conflicts: [], isTouched: false };
  for (const name of Object.keys(mine)) {
    const isMine = !isSame(base[name], mine[name]);
    const isTheirs = !isSame(base[name], theirs[name]);
    merged.fields[name] = (isMine ? mine[name] : theirs[name])!;
    merged.isTouched ||= isTheirs;
    if (isMine && isTheirs && !isSame(mine[name], theirs[name])) merged.conflicts.push(name);
  }
  return merged;
}

/** The items of `now` in the order of `wanted` (ids), those that it does not name behind the one they follow. */
export function inOrder<T extends { id: string }>(now: T[], wanted: string[]): T[] {
  const place = new Map(wanted.map((id, index) => [id, index]));
  let last = -1;
  const keyed = now.map((item, index) => {
    last = place.get(item.id) ?? last;
    return { item, key: last, index };
  });
  return keyed.sort((a, b) => a.key - b.key || a.index - b.index).map(({ item }) => item);
}

/** A copy with the item at `from` moved to `to`, which is kept within the list. */
export function moved<T>(items: T[], from: number, to: number): T[] {
  const result = [...items];
  const [item] = result.splice(from, 1);
  if (item !== undefined) result.splice(Math.max(0, Math.min(to, items.length - 1)), 0, item);
  return result;
}

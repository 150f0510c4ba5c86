/** What a node is called among those of its run: `t-31dd64a450-master-0` is `master-0`. */
export function shortNode(name: string): string {
  return /(?:master|worker|replica)-\d+$/.exec(name)?.[0] ?? name;
}

/** Nodes in the order in which people look for them: the master first, then by number. */
export function inOrder(names: readonly string[]): string[] {
  return names.toSorted((a, b) =>
    shortNode(a).localeCompare(shortNode(b), undefined, { numeric: true })
  );
}

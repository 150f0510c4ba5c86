/** Arguments of a plugin as Go's `flag` reads them: `--name=value`, `-name value`, and `--name` alone for true. */
export function flags(args: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [index, argument] of args.entries()) {
    const [, name, value] = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
    if (name !== undefined) {
      const next = args[index + 1];
      found.set(name, value ?? (next === undefined || next.startsWith('-') ? 'true' : next));
    }
  }
  return found;
}

export function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(1|t|true)$/i.test(value);
}

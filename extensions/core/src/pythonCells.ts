/** A line that makes the package known to a notebook. */
const IMPORT =
  /^\s*(?:import\s+(?:[\w.]+\s*,\s*)*topsdl\b(?!\s*\.|\s+as\b)|%(?:re)?load_ext\s+topsdl\b)/m;

/** Whether code makes `topsdl` known to the cells that follow it. */
export function knowsTopsdl(source: string): boolean {
  return IMPORT.test(source);
}

/** A text to be put in at a place. */
export interface Edit {
  readonly at: number;
  readonly text: string;
}

/**
 * What to put into a cell for an expression that is dropped into it: from behind, so that each place is
 * right when its turn comes.
 *
 * @param known whether the notebook knows the package already
 */
export function edits(source: string, offset: number, python: string, known: boolean): Edit[] {
  const dropped = { at: offset, text: python };
  if (known) {
    return [dropped];
  }
  // A cell magic has to stay in the first line.
  const line = source.startsWith('%%') ? source.indexOf('\n') + 1 || source.length : 0;
  const separate = line === source.length && line > 0 && !source.endsWith('\n') ? '\n' : '';
  const after = line < source.length ? '\n' : '';
  return line > offset
    ? [{ at: line, text: `${separate}import topsdl\n${python}${after}` }]
    : [dropped, { at: line, text: `${separate}import topsdl\n` }];
}

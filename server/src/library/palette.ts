/**
 * Twenty colours that stay apart on light and dark ground and for colour-blind eyes, in an order in
 * which neighbours differ most. The first seven are those of Okabe and Ito, "Color Universal Design".
 */
const PALETTE = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#d55e00',
  '#cc79a7',
  '#56b4e9',
  '#f0e442',
  '#7f3c8d',
  '#11a579',
  '#f2b701',
  '#3969ac',
  '#e73f74',
  '#80ba5a',
  '#e68310',
  '#008695',
  '#cf1c90',
  '#f97b72',
  '#4b4b8f',
  '#a5aa99',
  '#b07aa1'
] as const;

/** The palette's first colour that is used least. @param counts how often each is used, in lower case */
export function chooseColor(counts: ReadonlyMap<string, number>): string {
  let best: string = PALETTE[0];
  for (const color of PALETTE) {
    if ((counts.get(color) ?? 0) < (counts.get(best) ?? 0)) {
      best = color;
    }
  }
  return best;
}

/** The next free digit in the order of the keyboard, 1 to 9 and then 0; null when all are taken. */
export function nextShortcut(used: ReadonlySet<string | null>): string | null {
  return ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'].find(key => !used.has(key)) ?? null;
}

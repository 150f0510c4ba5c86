/** How the command speaks: on stderr, with the time since it began, so that stdout stays free for results. */
const began = performance.now();

export function say(text: string): void {
  const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(5);
  const [dim, plain] = process.stderr.isTTY ? ['\u001b[2m', '\u001b[0m'] : ['', ''];
  process.stderr.write(`${dim}[${seconds}s]${plain} ${text}\n`);
}

/** What went wrong in words for the person at the terminal; shown without a trace. */
export class Trouble extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Trouble';
  }
}

/** Arguments as one would type them in a shell, so that it is seen where each begins and ends. */
export function commandLine(words: readonly string[]): string {
  return words
    .map(word =>
      /^[\p{L}\p{N}_@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
    )
    .join(' ');
}

/** A field of a `data,label` line: in quotation marks, doubled inside, if it has a comma, a mark or a line break. */
function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A `data,label` line in the quoting of RFC 4180, which Python's csv module and pandas read. */
export function csvLine(data: string, label: string): string {
  return `${csvField(data)},${csvField(label)}\n`;
}

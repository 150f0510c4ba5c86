/** Where a server listens for other machines. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Reads `host:port` or `[IPv6]:port`; undefined for anything else. */
export function parseAddress(text: string): Address | undefined {
  const [, host = '', port = ''] = /^(\[[0-9a-f:]+\]|[^\s:/[\]]+):(\d{1,5})$/i.exec(text) ?? [];
  const number = Number(port);
  return number >= 1 && number <= 65_535
    ? { host: host.replace(/^\[|\]$/g, ''), port: number }
    : undefined;
}

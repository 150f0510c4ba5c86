/** An error whose message is all that people need to know: no stack is shown with it. */
export class Trouble extends Error {
  override readonly name = 'Trouble';
}

interface SystemError extends Error {
  readonly code?: string;
  readonly path?: string;
  readonly address?: string;
  readonly port?: number;
}

/** What the operating system and SQLite refuse, by their codes, where people can do something about it. */
const SENTENCES: Readonly<Record<string, (error: SystemError, directory: string) => string>> = {
  ENOSPC: noSpace,
  EDQUOT: noSpace,
  SQLITE_FULL: noSpace,
  EACCES: notAllowed,
  EPERM: notAllowed,
  SQLITE_READONLY: notAllowed,
  SQLITE_CANTOPEN: notAllowed,
  EROFS: ({ path }, directory) => `${path ?? directory} is on a file system that is read-only`,
  ENOTDIR: notDirectory,
  EEXIST: notDirectory,
  EADDRINUSE: error => `${addressOf(error)} is in use by another program`,
  EADDRNOTAVAIL: error => `${addressOf(error)} is no address of this machine`,
  SQLITE_CORRUPT: damaged,
  SQLITE_NOTADB: damaged
};

function noSpace(_: SystemError, directory: string): string {
  return `there is no space left on the disk of ${directory}`;
}

function notAllowed({ path, address }: SystemError, directory: string): string {
  return address === undefined
    ? `this user has no access to ${path ?? directory}`
    : `this user may not listen on ${address}`;
}

function notDirectory({ path }: SystemError, directory: string): string {
  return `${path ?? directory} is not a directory`;
}

function damaged(_: SystemError, directory: string): string {
  return `the database in ${directory} is damaged: restore a backup`;
}

function addressOf({ address = '', port }: SystemError): string {
  return port === undefined ? address : `${address}:${port}`;
}

/**
 * An error as a sentence for people, if it is one of those that the machine causes and people can mend.
 *
 * @param directory what was worked on
 */
export function asTrouble(error: unknown, directory: string): unknown {
  const { code } = error as SystemError;
  const sentence = typeof code === 'string' ? SENTENCES[code] : undefined;
  return sentence
    ? new Trouble(sentence(error as SystemError, directory), { cause: error })
    : error;
}

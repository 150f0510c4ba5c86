import type { FileSet, SetVersion } from '@topsdl/contract';
import {
  driveTitle,
  PUBLIC_MARK,
  type ITopsApi,
  type ITopsSession,
  type ITopsTranslation
} from '@topsdl/lab';
import { parse } from './model.ts';
import { refusal, refusalOf } from './refusal.ts';

/** Whose sets, and what is needed to ask for them. */
export interface LookupOptions {
  /** A feature's word in the contract. */
  readonly feature: 'algorithms' | 'models';
  readonly api: ITopsApi;
  readonly session: ITopsSession;
  readonly translation: ITopsTranslation;
}

/** Where in a version something is; the empty path is the version itself. */
export interface Inside {
  readonly params: { readonly versionId: string };
  readonly path: string;
  readonly writable: boolean;
}

/** Sets and versions asked for at once. */
const PAGE = 200;

/** Finds the sets and versions that a drive's paths name, and says what is wrong in the user's language. */
export class SetLookup {
  private readonly options: LookupOptions;

  constructor(options: LookupOptions) {
    this.options = options;
  }

  private get trans() {
    return this.options.translation.trans;
  }

  /** The project whose sets these are; none before one is chosen. */
  get projectId(): string | undefined {
    return this.options.session.project?.id;
  }

  /** The typed client and the operations of the kind; the contract comes with the first call. */
  async calls() {
    const [{ operations }, client] = await Promise.all([
      import('@topsdl/contract'),
      this.options.api.client()
    ]);
    return { client, operations: operations[this.options.feature] };
  }

  /** The sets of the project and the public ones. */
  async sets(search?: string): Promise<FileSet[]> {
    await this.options.session.ready;
    const { client, operations } = await this.calls();
    const { projectId } = this;
    if (projectId === undefined) {
      return [];
    }
    return everything(cursor =>
      client.call(operations.list, {
        params: { projectId },
        query: { visibility: 'all', limit: PAGE, search, cursor }
      })
    );
  }

  /** @throws ResponseError there is none of the title */
  async set(title: string): Promise<FileSet> {
    const name = title.endsWith(PUBLIC_MARK) ? title.slice(0, -PUBLIC_MARK.length) : title;
    const found = (await this.sets(name)).find(set => driveTitle(set) === title);
    return found ?? this.missing(title);
  }

  async versions(set: FileSet): Promise<SetVersion[]> {
    const { client, operations } = await this.calls();
    return everything(cursor =>
      client.call(operations.listVersions, {
        params: { setId: set.id },
        query: { limit: PAGE, cursor }
      })
    );
  }

  /** A path that leads into a version or to one. @throws ResponseError it leads elsewhere, or nowhere */
  async inside(localPath: string): Promise<Inside> {
    const { set: title, version: number, path } = parse(localPath);
    if (title === undefined || number === undefined) {
      throw refusal(403, this.trans.__('Files belong into a version: open one first.'));
    }
    const set = await this.set(title);
    const same = (version: SetVersion) => version.number === number;
    const version = set.versions.find(same) ?? (await this.versions(set)).find(same);
    if (!version) {
      return this.missing(`${title}/v${number}`);
    }
    const { session } = this.options;
    const may = set.public ? session.may('admin') : session.may('platform', 'admin');
    return { params: { versionId: version.id }, path, writable: may && !version.sealed };
  }

  /** A file or a directory of a version. @throws ResponseError it is a set or a version */
  async entry(localPath: string): Promise<Inside> {
    const { version, path } = parse(localPath);
    if (version === undefined || path === '') {
      throw refusal(
        403,
        this.trans.__('Sets and versions are made, named and deleted in the sidebar Develop.')
      );
    }
    return this.inside(localPath);
  }

  /** @throws ResponseError always: there is nothing of the name */
  missing(path: string): never {
    throw refusal(404, this.trans.__('There is no “%1”.', path));
  }

  /**
   * Does something of the drive. JupyterLab shows an error's message as it is, so it has to be a
   * sentence, and decides by the status what comes next.
   *
   * @throws ResponseError what is wrong, as the server or the catalog says it
   */
  async tell<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw await refusalOf(error, this.trans);
    }
  }
}

/** All of a list, page by page. */
async function everything<T>(
  ask: (cursor: string | undefined) => Promise<{ items: T[]; next?: string | undefined }>
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await ask(cursor);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return items;
}

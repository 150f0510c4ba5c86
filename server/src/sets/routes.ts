import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { writeZip, type ZipInput } from '@topsdl/formats';
import { MAX_FILE_BYTES, type algorithms, type models } from '@topsdl/contract';
import type { Access } from '../access/access.ts';
import type { ProjectDirectory } from '../features/projects/directory.ts';
import type { UploadClaims } from '../features/uploads/index.ts';
import { sendDownload, disposition } from '../http/download.ts';
import { ProblemError } from '../http/problem.ts';
import type { ApiRouter } from '../http/router.ts';
import type { Uses } from '../uses.ts';
import { Assembly } from './assemble.ts';
import { problemOf, type Change, type Contents } from './contents.ts';
import { presentEntry, presentSet, presentVersion } from './present.ts';
import type { Sets } from './sets.ts';
import type { Received, Tree, TreeEntry } from './tree.ts';
import { mapPage } from '../db/rows.ts';

/** What the operations of sets work with. */
export interface SetParts {
  readonly sets: Sets;
  readonly contents: Contents;
  readonly access: Access;
  readonly uses: Uses;
  readonly uploads: () => UploadClaims;
  readonly requireStorage: ProjectDirectory['requireStorage'];
}

/** A kind's word for one of its versions, as others register what uses it. */
export type VersionKind = 'algorithm-version' | 'model-version';

type SetOperations = typeof algorithms | typeof models;

/** Implements the operations of a kind of sets. */
export function implementSets(
  api: ApiRouter,
  operations: SetOperations,
  versionKind: VersionKind,
  parts: SetParts
): void {
  implementRows(api, operations, versionKind, parts);
  implementFiles(api, operations, parts);
}

function implementRows(
  api: ApiRouter,
  operations: SetOperations,
  versionKind: VersionKind,
  { sets, contents, access, uses, uploads }: SetParts
): void {
  const userRef = (id: string | null) => access.userRef(id);

  api.implement(operations.list, ({ params, query, caller }) => {
    const { mine, ...rest } = query;
    const page = sets.list(params.projectId, {
      ...rest,
      ...(mine ? { createdBy: caller.userId } : {})
    });
    return mapPage(page, item => presentSet(item, userRef));
  });

  api.implement(operations.create, ({ params, body, caller }) => {
    if (body.public && !caller.permissions.has('admin')) {
      throw new ProblemError('not-allowed', {}, 'body.public');
    }
    const set = sets.create({
      projectId: body.public ? null : params.projectId,
      name: body.name,
      scenario: body.scenario,
      details: body.details ?? '',
      userId: caller.userId
    });
    return presentSet(sets.summary(set), userRef);
  });

  api.implement(operations.get, ({ params }) =>
    presentSet(sets.summary(sets.get(params.setId)), userRef)
  );

  api.implement(operations.update, ({ params, body, caller }) =>
    presentSet(sets.summary(sets.update(params.setId, body.details, caller.userId)), userRef)
  );

  api.implement(operations.delete, ({ params, caller }) => {
    uses.refuseUsed(versionKind.replace('-version', ''), params.setId);
    sets.delete(params.setId, {
      userId: caller.userId,
      admin: caller.permissions.has('admin')
    });
  });

  api.implement(operations.listVersions, ({ params, query }) => {
    const page = sets.listVersions(params.setId, query);
    return mapPage(page, item => presentVersion(item, userRef));
  });

  api.implement(operations.createVersion, async ({ params, body, caller }) => {
    const from = body.fromVersionId ?? null;
    const source = from === null ? undefined : sets.findVersion(from);
    if (from !== null && (!source || !access.mayKnow(caller, source.set.projectId))) {
      throw new ProblemError('not-found', { kind: versionKind }, 'body.fromVersionId');
    }
    const { projectId } = sets.get(params.setId);
    const row = await contents.create(
      sets,
      {
        setId: params.setId,
        origin: from === null ? { kind: 'empty' } : { kind: 'version', versionId: from },
        sealed: false,
        userId: caller.userId
      },
      new Assembly(body.files ?? [], projectId, uploads())
    );
    return presentVersion(row, userRef);
  });

  api.implement(operations.getVersion, ({ params }) =>
    presentVersion(sets.getVersion(params.versionId).version, userRef)
  );

  api.implement(operations.deleteVersion, ({ params, caller }) =>
    contents.delete(sets, params.versionId, caller.userId, () =>
      uses.refuseUsed(versionKind, params.versionId)
    )
  );
}

function implementFiles(
  api: ApiRouter,
  operations: SetOperations,
  { sets, contents, uploads, requireStorage }: SetParts
): void {
  api.implement(operations.listFiles, async ({ params, query }) => {
    const tree = contents.tree(params.versionId);
    const path = query.path ?? '';
    try {
      const entries = query.recursive === 'true' ? await tree.all(path) : await tree.list(path);
      return { items: entries.map(presentEntry) };
    } catch (error) {
      throw problemOf(error);
    }
  });

  api.implement(operations.readFile, ({ params, query, req, res, signal }) =>
    sendFile(contents.tree(params.versionId), query.path, { req, res, signal })
  );

  api.implement(operations.writeFile, async ({ params, query, caller, bytes }) => {
    contents.requireOpen(sets, params.versionId);
    const tree = contents.tree(params.versionId);
    // The bytes first, and only then the version's turn: a slow upload holds up nobody.
    const received = await tree.receive(bytes(MAX_FILE_BYTES), MAX_FILE_BYTES);
    try {
      const { projectId } = sets.getVersion(params.versionId).set;
      if (projectId !== null) {
        requireStorage(projectId, received.bytes);
      }
      const entry = await contents.change(sets, params.versionId, caller.userId, current =>
        placed(current, received, query.path)
      );
      return presentEntry(entry);
    } finally {
      await received.discard();
    }
  });

  api.implement(operations.placeUpload, async ({ params, body: { path, uploadId }, caller }) => {
    contents.requireOpen(sets, params.versionId);
    const { projectId } = sets.getVersion(params.versionId).set;
    const claims = uploads();
    const check = () => claims.check([uploadId], projectId, () => 'body.uploadId');
    check();
    const received = await contents.tree(params.versionId).adopt(claims.path(uploadId));
    try {
      const entry = await contents.change(
        sets,
        params.versionId,
        caller.userId,
        current => {
          // What is no longer there was used meanwhile, and nothing may be left of it to adopt.
          check();
          return placed(current, received, path);
        },
        () => {
          claims.claim([uploadId], projectId, uploadId, () => 'body.uploadId');
          claims.consume(uploadId);
        }
      );
      return presentEntry(entry);
    } finally {
      await received.discard();
    }
  });

  api.implement(operations.createDirectory, async ({ params, body, caller }) =>
    presentEntry(
      await contents.change(sets, params.versionId, caller.userId, async tree => ({
        result: await tree.makeDirectory(body.path),
        files: 0,
        bytes: 0
      }))
    )
  );

  api.implement(operations.moveFile, async ({ params, body, caller }) =>
    presentEntry(
      await contents.change(sets, params.versionId, caller.userId, async tree => ({
        result: await tree.move(body.from, body.to),
        files: 0,
        bytes: 0
      }))
    )
  );

  api.implement(operations.deleteFile, async ({ params, query, caller }) => {
    await contents.change(sets, params.versionId, caller.userId, async tree => {
      const { files, bytes } = await tree.remove(query.path);
      return { result: null, files: -files, bytes: -bytes };
    });
  });

  api.implement(operations.archive, async ({ params, query, res, signal }) => {
    const { set, version } = sets.getVersion(params.versionId);
    const path = query.path ?? '';
    const tree = contents.tree(params.versionId);
    const entries = await tree.all(path).catch((error: unknown) => {
      throw problemOf(error);
    });
    const last = path.split('/').at(-1) ?? '';
    const name = last === '' ? `${set.name} v${version.number}` : last;
    res.setHeader('Content-Type', 'application/zip');
    res.setHeader('Content-Disposition', disposition(`${name}.zip`));
    const skipped = path === '' ? 0 : path.length + 1;
    const inputs = async function* (): AsyncGenerator<ZipInput> {
      for (const entry of entries) {
        yield await zipInput(tree, entry, entry.path.slice(skipped));
      }
    };
    await pipeline(Readable.from(writeZip(inputs())), res, { signal });
  });
}

/** Puts received bytes in their place in a version. */
async function placed(tree: Tree, received: Received, path: string): Promise<Change<TreeEntry>> {
  const { entry: result, replaced } = await tree.place(received, path);
  return { result, files: replaced === null ? 1 : 0, bytes: result.bytes - (replaced ?? 0) };
}

/** The parts of a call that a download needs. */
interface Raw {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly signal: AbortSignal;
}

/** Sends a file of a tree as an attachment that no browser runs; ranges are honoured. */
export async function sendFile(tree: Tree, path: string, { req, res, signal }: Raw): Promise<void> {
  const { handle, entry } = await tree.open(path).catch((error: unknown) => {
    throw problemOf(error);
  });
  try {
    await sendDownload(
      req,
      res,
      {
        size: entry.bytes,
        contentType: 'application/octet-stream',
        fileName: entry.name,
        etag: `${entry.modifiedAt.getTime().toString(36)}-${entry.bytes.toString(36)}`,
        open: range => handle.createReadStream({ ...range, autoClose: false })
      },
      signal
    );
  } finally {
    await handle.close();
  }
}

/** Files up to this size are held in memory and shrunk; larger ones, such as models, hardly shrink. */
const SHRUNK_BYTES = 1024 * 1024;

async function zipInput(tree: Tree, entry: TreeEntry, path: string): Promise<ZipInput> {
  const modified = entry.modifiedAt;
  if (entry.kind === 'directory') {
    return { path: `${path}/`, content: new Uint8Array(), modified, mode: 0o755 };
  }
  const { handle } = await tree.open(entry.path);
  if (entry.bytes > SHRUNK_BYTES) {
    return { path, content: handle.createReadStream(), modified };
  }
  try {
    return { path, content: await handle.readFile(), compress: true, modified };
  } finally {
    await handle.close();
  }
}

import { Readable } from 'node:stream';
import { operations } from '@topsdl/contract';
import type { Access } from '../../access/access.ts';
import { sendDownload } from '../../http/download.ts';
import { ProblemError } from '../../http/problem.ts';
import type { ApiRouter } from '../../http/router.ts';
import { presentImage, presentImages } from '../../library/present.ts';
import type { PackStore } from '../../packs/store.ts';
import type { Thumbnails } from '../../pictures/thumbnails.ts';
import type { Uses } from '../../uses.ts';
import type { Images } from './images.ts';
import { presentDataset, presentVersion } from './present.ts';
import type { Datasets } from './service.ts';
import { mapPage } from '../../db/rows.ts';

const { datasets: contract } = operations;

/** Bytes never change under a hash, but who may see them does: the browser asks each time, by ETag. */
const REVALIDATE = 'private, no-cache';

const DEFAULT_THUMBNAIL = 256;

export interface DatasetRoutes {
  readonly api: ApiRouter;
  readonly access: Access;
  readonly uses: Uses;
  readonly datasets: Datasets;
  readonly images: Images;
  readonly packs: PackStore;
  readonly thumbnails: Thumbnails;
}

/** Datasets, their versions and images. */
export function registerDatasetRoutes(routes: DatasetRoutes): void {
  const { api, access, uses, datasets } = routes;
  const user = (id: string | null) => access.userRef(id);

  api.implement(contract.list, call =>
    mapPage(
      datasets.list(call.params.projectId, {
        ...call.query,
        createdBy: call.query.mine ? call.caller.userId : undefined
      }),
      summary => presentDataset(summary, user)
    )
  );
  api.implement(contract.create, call => {
    const { name, annotationType } = call.body;
    if (call.body.public && !call.caller.permissions.has('admin')) {
      throw new ProblemError('not-allowed', {}, 'body.public');
    }
    const created = datasets.create({
      projectId: call.params.projectId,
      public: call.body.public ?? false,
      name,
      annotationType,
      userId: call.caller.userId
    });
    return presentDataset(created, user);
  });
  api.implement(contract.get, call =>
    presentDataset(datasets.summary(datasets.get(call.params.datasetId)), user)
  );
  api.implement(contract.update, call =>
    presentDataset(datasets.rename(call.params.datasetId, call.body.name, call.caller.userId), user)
  );
  api.implement(contract.delete, call => {
    uses.refuseUsed('dataset', call.params.datasetId);
    datasets.delete(call.params.datasetId, call.caller.userId);
  });
  api.implement(contract.listVersions, call =>
    mapPage(datasets.listVersions(call.params.datasetId, call.query), version =>
      presentVersion(version, user)
    )
  );
  api.implement(contract.createVersion, async call =>
    presentVersion(
      await datasets.createVersion(
        call.params.datasetId,
        call.body.baseVersionId ?? null,
        call.caller.userId
      ),
      user
    )
  );
  api.implement(contract.getVersion, call =>
    presentVersion(datasets.getVersion(call.params.versionId), user)
  );
  api.implement(contract.deleteVersion, call => {
    uses.refuseUsed('dataset-version', call.params.versionId);
    datasets.deleteVersion(call.params.versionId, call.caller.userId);
  });
  registerImages(routes);
}

function registerImages({ api, access, datasets, images, packs, thumbnails }: DatasetRoutes): void {
  const user = (id: string | null) => access.userRef(id);
  api.implement(contract.listImages, async call => {
    const version = datasets.getVersion(call.params.versionId);
    const listing = await images.list(version, call.query, call.signal);
    return {
      ...listing,
      items: presentImages(listing.items, version.id, user)
    };
  });
  api.implement(contract.getImage, call => {
    const { record, version } = images.get(call.params.imageId);
    return presentImage(record, version.id, user);
  });
  api.implement(contract.imageContent, async call => {
    const { record } = images.get(call.params.imageId);
    await sendDownload(
      call.req,
      call.res,
      {
        size: record.bytes,
        contentType: `image/${record.format}`,
        etag: record.sha256,
        cacheControl: REVALIDATE,
        open: range => packs.stream(record.contentKey, range)
      },
      call.signal
    );
  });
  api.implement(contract.thumbnail, async call => {
    const { record } = images.get(call.params.imageId);
    const size = call.query.size ?? DEFAULT_THUMBNAIL;
    const content = { key: record.contentKey, sha256: record.sha256 };
    const picture = await thumbnails.get(content, size);
    await sendDownload(
      call.req,
      call.res,
      {
        size: picture.length,
        contentType: 'image/webp',
        etag: `${record.sha256}-${size}`,
        cacheControl: REVALIDATE,
        open: ({ start, end }) => Readable.from([picture.subarray(start, end + 1)])
      },
      call.signal
    );
  });
  api.implement(contract.deleteImages, call =>
    presentVersion(
      datasets.deleteImages(call.params.versionId, call.body.imageIds, call.caller.userId),
      user
    )
  );
}

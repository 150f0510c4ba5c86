import type { Access } from '../../access/access.ts';
import type { Feature } from '../../feature.ts';
import { datasetMounts } from '../../library/mounting.ts';
import { mergeNames } from '../../library/names.ts';
import { registerFunctions } from '../../library/versions.ts';
import { collect } from '../../packs/collect.ts';
import { PackStore } from '../../packs/store.ts';
import { PictureCache } from '../../pictures/cache.ts';
import { Thumbnails } from '../../pictures/thumbnails.ts';
import { uploadClaims } from '../uploads/index.ts';
import { Exports } from './artifacts/exports.ts';
import { Mounts } from './artifacts/mounts.ts';
import { forgetGone } from './artifacts/forget.ts';
import { ArtifactPlaces } from './artifacts/places.ts';
import { registerArtifactRoutes } from './artifacts/routes.ts';
import { TrainingDataService } from './artifacts/training-data.ts';
import { Imports } from './import/imports.ts';
import { registerImportRoutes } from './import/routes.ts';
import { importTask } from './import/run.ts';
import { Housekeeping } from './housekeeping.ts';
import { Images } from './images.ts';
import { registerDatasetRoutes } from './routes.ts';
import { Datasets } from './service.ts';

/** Bytes of thumbnails that are kept. */
const THUMBNAIL_BYTES = 2 * 1024 ** 3;

/** Pictures that are decoded at once. */
const DECODERS = 2;

/** Datasets, their versions, images, imports and exports. */
export const feature: Feature = {
  name: 'datasets',
  register(app) {
    const { db, files, access, life, tasks, services } = app;
    registerFunctions(db.sqlite);
    const packs = new PackStore(db.sqlite, files.path('packs'), app.log);
    const pictures = new PictureCache(files.scratchDatabase('thumbnails.db'), THUMBNAIL_BYTES);
    const thumbnails = new Thumbnails(packs, pictures, DECODERS);
    const housekeeping = new Housekeeping(app.log, async () => {
      await datasets.sweep();
      forgetGone(db, places);
      await collect(db, packs);
      await mergeNames(db, () => housekeeping.stopped);
    });
    const datasets = new Datasets(db, tasks, () => housekeeping.request());
    const images = new Images(db);
    const imports = new Imports(db, datasets, tasks, () => services.get(uploadClaims));

    tasks.define(
      importTask({
        db,
        databasePath: files.database,
        datasets,
        imports,
        packs,
        uploads: () => services.get(uploadClaims),
        onDiscarded: () => housekeeping.request()
      })
    );
    const places = new ArtifactPlaces(files);
    const parts = { db, databasePath: files.database, datasets, tasks, packs, places };
    const exports = new Exports(parts);
    const trainingData = new TrainingDataService(parts);
    const mounts = new Mounts({ ...parts, trainingData });
    services.provide(datasetMounts, mounts);
    registerOwners(access, datasets, images, imports, exports);
    registerArtifactRoutes(app, { datasets, exports, trainingData });
    const { api, uses } = app;
    registerDatasetRoutes({ api, access, uses, datasets, images, packs, thumbnails });
    registerImportRoutes(app, imports);
    uses.register('project', id => datasets.namesIn(id).map(name => ({ kind: 'dataset', name })));
    app.usage.registerCount('datasets', id => datasets.namesIn(id).length);
    app.usage.registerStorage(id => datasets.bytesIn(id));
    life.onStart(() => {
      packs.recover();
      packs.onQuiet = () => housekeeping.request();
      places.removeUnfinished();
      mounts.evict();
      housekeeping.request();
    });
    life.onStop('datasets', async () => {
      await housekeeping.stop();
      pictures.close();
    });
  }
};

/** To whom the objects of this feature belong: all of them to their dataset's project. */
function registerOwners(
  access: Access,
  datasets: Datasets,
  images: Images,
  imports: Imports,
  exports: Exports
): void {
  const ofDataset = (id: string) => {
    const row = datasets.find(id);
    return row && { projectId: row.projectId };
  };
  const ofVersion = (id: string) => {
    const version = datasets.findVersion(id);
    return version && ofDataset(version.datasetId);
  };
  access.registerOwner('/datasets/{datasetId}', ofDataset);
  access.registerOwner('/dataset-versions/{versionId}', ofVersion);
  access.registerOwner('/images/{imageId}', id => {
    const found = images.findVersionOf(id);
    return found && ofDataset(found.version.datasetId);
  });
  access.registerOwner('/imports/{importId}', id => {
    const row = imports.find(id);
    return row && ofVersion(row.versionId);
  });
  access.registerOwner('/exports/{exportId}', id => {
    const row = exports.find(id);
    return row && ofVersion(row.versionId);
  });
}

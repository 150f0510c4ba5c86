import { operations, type Label } from '@topsdl/contract';
import type { App } from '../../app.ts';
import { presentAnnotation } from '../../library/present.ts';
import type { LabelRow } from '../../library/table.ts';
import { historyOf } from './history.ts';
import type { Labeling } from './service.ts';

const { labeling: contract } = operations;

export function registerLabelingRoutes({ api, access, db }: App, service: Labeling): void {
  const user = (id: string | null) => access.userRef(id);

  api.implement(contract.listLabels, ({ params }) => ({
    items: service.list(params.versionId).map(({ label, images }) => presentLabel(label, images))
  }));
  api.implement(contract.listLabelers, ({ params }) => ({
    items: service
      .labelers(params.versionId)
      .flatMap(id => user(id) ?? [])
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }));
  api.implement(contract.createLabel, ({ params, body, caller }) =>
    presentLabel(service.create(params.datasetId, body, caller.userId), 0)
  );
  api.implement(contract.updateLabel, ({ params, body, caller }) => {
    const label = service.update(params.labelId, body, caller.userId);
    return presentLabel(label, service.used(label));
  });
  api.implement(contract.deleteLabel, ({ params, caller }) =>
    service.delete(params.labelId, caller.userId)
  );
  api.implement(contract.save, ({ params, body, caller, commit }) =>
    commit(tx => ({
      images: service
        .save(tx, params.versionId, body.images, caller.userId)
        .map(({ id, revision, state, annotations }) => ({
          imageId: id,
          revision,
          state,
          annotations: annotations.map(annotation => presentAnnotation(annotation, user))
        }))
    }))
  );
  api.implement(contract.history, ({ params }) => ({
    items: historyOf(db, params.imageId).map(({ userId, at, ...entry }) => ({
      ...entry,
      at: new Date(at).toISOString(),
      by: user(userId)
    }))
  }));
}

function presentLabel(label: LabelRow, imageCount: number): Label {
  const { id, datasetId, name, color, shortcut, position } = label;
  return { id, datasetId, name, color, shortcut, position, imageCount };
}

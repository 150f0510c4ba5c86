import { operations, type Dataset, type DatasetVersion, type MountRef } from '@topsdl/contract';
import { setVersionSearch, versionSearch, type Host, type Option } from '@topsdl/ui';

/** Labels of versions that were chosen before. */
export function chosenOf(refs: readonly MountRef[]): Option[] {
  return refs.map(({ versionId, name, number }) => ({
    value: versionId,
    label: `${name} v${number}`
  }));
}

/** What a job can mount, searched as one types. */
export function mountSearches(host: Host, projectId: string) {
  const { client, trans } = host;
  return {
    datasets: versionSearch<Dataset, DatasetVersion>(
      async name => {
        const query = { visibility: 'all' as const, limit: 20, ...(name ? { search: name } : {}) };
        return (await client.call(operations.datasets.list, { params: { projectId }, query }))
          .items;
      },
      async ({ id }) => {
        const call = { params: { datasetId: id }, query: { limit: 200 } };
        return (await client.call(operations.datasets.listVersions, call)).items;
      },
      (dataset, version) => ({
        value: version.id,
        label: `${dataset.name} v${version.number}`,
        ...(dataset.public ? { note: trans.__('public') } : {})
      })
    ),
    algorithms: setVersionSearch(host, operations.algorithms, projectId),
    models: setVersionSearch(host, operations.models, projectId),
    /** Model sets of the project, to save into. */
    modelSets: async (text: string) => {
      const found = await client.call(operations.models.list, {
        params: { projectId },
        query: { visibility: 'project', limit: 20, ...(text ? { search: text } : {}) }
      });
      return found.items.map((set): Option => ({ value: set.id, label: set.name }));
    }
  };
}

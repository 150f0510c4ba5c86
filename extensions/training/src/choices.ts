import { operations, type MountRef } from '@topsdl/contract';
import type { Host, Option } from '@topsdl/ui';

/** A set with its newest versions, as the three lists of sets have it. */
interface SetLike {
  readonly name: string;
  readonly public: boolean;
  readonly versions: readonly { readonly id: string; readonly number: number }[];
}

/** The newest versions of sets as choices. */
function optionsOf({ trans }: Host, sets: readonly SetLike[]): Option[] {
  return sets.flatMap(set =>
    set.versions.map(version => ({
      value: version.id,
      label: `${set.name} v${version.number}`,
      ...(set.public ? { note: trans.__('public') } : {})
    }))
  );
}

/** Labels of versions that were chosen before. */
export function chosenOf(refs: readonly MountRef[]): Option[] {
  return refs.map(({ versionId, name, number }) => ({
    value: versionId,
    label: `${name} v${number}`
  }));
}

/** What a job can mount, searched as one types. */
export function mountSearches(host: Host, projectId: string) {
  const { client } = host;
  const ask = (text: string) => ({
    params: { projectId },
    query: { visibility: 'all' as const, limit: 20, ...(text ? { search: text } : {}) }
  });
  return {
    datasets: async (text: string) =>
      optionsOf(host, (await client.call(operations.datasets.list, ask(text))).items),
    algorithms: async (text: string) =>
      optionsOf(host, (await client.call(operations.algorithms.list, ask(text))).items),
    models: async (text: string) =>
      optionsOf(host, (await client.call(operations.models.list, ask(text))).items),
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

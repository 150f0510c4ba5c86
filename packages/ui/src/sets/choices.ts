import type { FileSet, SetVersion } from '@topsdl/contract';
import type { Option } from '../form/fields.ts';
import { versionSearch } from '../form/versions.ts';
import type { Host } from '../host.tsx';
import type { SetOperations } from './kind.ts';

/** Versions of a project's sets and of public ones as choices of a form, searched as one types. */
export function setVersionSearch(
  { client, trans }: Host,
  operations: SetOperations,
  projectId: string
): (text: string) => Promise<Option[]> {
  return versionSearch<FileSet, SetVersion>(
    async name => {
      const query = { visibility: 'all' as const, limit: 20, ...(name ? { search: name } : {}) };
      return (await client.call(operations.list, { params: { projectId }, query })).items;
    },
    async ({ id }) => {
      const params = { setId: id };
      return (await client.call(operations.listVersions, { params, query: { limit: 200 } })).items;
    },
    (set, version) => ({
      value: version.id,
      label: `${set.name} v${version.number}`,
      ...(set.public ? { note: trans.__('public') } : {})
    })
  );
}

import type { TranslationBundle } from '@jupyterlab/translation';
import type { Permission } from '@topsdl/contract';

/** What permissions are called. */
export function permissionNames(
  permissions: readonly Permission[],
  trans: TranslationBundle
): string[] {
  const names: Readonly<Record<Permission, string>> = {
    platform: trans.__('Platform'),
    data: trans.__('Data'),
    label: trans.__('Labeling'),
    review: trans.__('Review'),
    admin: trans.__('Administration')
  };
  return permissions.map(permission => names[permission]);
}

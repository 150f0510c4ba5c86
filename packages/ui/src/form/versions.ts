import type { Option } from './fields.ts';

/** Something that has versions, as lists have it: with the newest of them. */
export interface Versioned<V> {
  readonly versionCount: number;
  readonly versions: readonly V[];
}

/** When words leave no more than these, they have singled them out. */
const FEW = 3;

/**
 * Searches versions as one types: by the name of what has them, or by what a version is called, such as
 * “digits v12”. Of many the newest versions are choices; of those that the words have singled out, all.
 *
 * @param find by name; everything for an empty one
 * @param all the versions of one, newest first
 */
export function versionSearch<S extends Versioned<V>, V extends { readonly number: number }>(
  find: (name: string) => Promise<readonly S[]>,
  all: (owner: S) => Promise<readonly V[]>,
  option: (owner: S, version: V) => Option
): (text: string) => Promise<Option[]> {
  return async text => {
    const [, name = text, number = ''] = /^(.*\S)\s+v(\d*)$/i.exec(text) ?? [];
    const owners = await find(name);
    const singledOut = text !== '' && owners.length <= FEW;
    const choices = await Promise.all(
      owners.map(async owner => {
        const complete = owner.versions.length === owner.versionCount;
        const versions = singledOut && !complete ? await all(owner) : owner.versions;
        return versions
          .filter(version => String(version.number).startsWith(number))
          .map(version => option(owner, version));
      })
    );
    return choices.flat();
  };
}

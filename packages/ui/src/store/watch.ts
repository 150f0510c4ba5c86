import type { ChangeEvent, EventKind } from '@topsdl/contract';

/** Which changes make something that is cached old. */
export interface Watch {
  readonly kinds: readonly EventKind[];
  /** Only of this object. */
  readonly id?: string | undefined;
  /** Only of what belongs to this object. */
  readonly parentId?: string | undefined;
}

export function concerns(watch: readonly Watch[], event: ChangeEvent): boolean {
  return watch.some(
    ({ kinds, id, parentId }) =>
      kinds.includes(event.kind) &&
      (id === undefined || id === event.id) &&
      (parentId === undefined || parentId === event.parentId)
  );
}

import type { PanelProps } from '@topsdl/lab';
import type { JSX } from 'react';
import { ImportInto } from './ImportInto.tsx';

/** Imports archives and images into a version; the panel's id is the version's. */
export default function ImportPanel({ panel, id }: PanelProps): JSX.Element {
  return <ImportInto panel={panel} versionId={id} />;
}

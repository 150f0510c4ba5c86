import { operations } from '@topsdl/contract';
import type { JSX } from 'react';
import { Notice } from '../detail/Detail.tsx';
import { useTops } from '../host.tsx';
import { useQuery } from '../store/hooks.ts';
import { formatExact } from './time.tsx';

/** That what is shown of runs and services is old, while the compute engine hears nothing of them; otherwise nothing. */
export function Silence(): JSX.Element | null {
  const { translation } = useTops();
  const { data } = useQuery(operations.system.installation, {}, [{ kinds: ['installation'] }]);
  const silence = data?.silence;
  if (!silence) {
    return null;
  }
  return (
    <Notice tone="wait">
      <span title={silence.detail}>
        {translation.trans.__(
          'The cluster has not answered since %1. What is shown is how it was then; what runs goes on.',
          formatExact(silence.since, translation)
        )}
      </span>
    </Notice>
  );
}

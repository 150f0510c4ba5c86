import { operations, type Installation } from '@topsdl/contract';
import { CopyId, Notice, useQuery, useTops } from '@topsdl/ui';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { JSX } from 'react';

/** What cannot run on this machine, and the lines that change it; nothing where all can. */
export function Machine(): JSX.Element | null {
  const { trans } = useTops();
  const { data } = useQuery(operations.system.installation, {});
  const consequence = data && consequenceOf(data, trans);
  if (!data || consequence === null || consequence === undefined) {
    return null;
  }
  return (
    <Notice tone={data.capabilities.isolation === 'none' ? 'bad' : 'wait'}>
      <div>
        <p>{consequence}</p>
        {data.missing.length > 0 && (
          <ul className="topsdl-Overview-missing">
            {data.missing.map(({ program, install }) => (
              <li key={program}>
                {trans.__('%1 is missing. Install it with', program)} <CopyId text={install} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </Notice>
  );
}

function consequenceOf(
  { capabilities, missing }: Installation,
  trans: TranslationBundle
): string | null {
  switch (capabilities.isolation) {
    case 'none':
      return trans.__(
        'No program can be run on this machine: no training, TensorBoard, build or service.'
      );
    case 'process':
      return trans.__(
        'Runs are plain processes of one node on this machine; nothing limits them or keeps them apart.'
      );
    default:
      if (!capabilities.multiNode) {
        return trans.__('Runs have one node on this machine.');
      }
      return missing.length > 0 ? trans.__('Commands that need a missing program fail.') : null;
  }
}

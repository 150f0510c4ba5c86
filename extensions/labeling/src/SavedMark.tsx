import type { SaveState } from '@topsdl/annotator';
import { Button, describeError, useTops } from '@topsdl/ui';
import type { JSX } from 'react';

/** Whether what was done is saved, in words. */
export function SavedMark(props: { state: SaveState; onDiscard(): void }): JSX.Element {
  const host = useTops();
  const { trans } = host;
  const { state } = props;
  if (state.kind === 'refused') {
    return (
      <span className="topsdl-Labeling-saved topsdl-mod-bad" role="alert">
        {describeError(host, state.error)}{' '}
        <Button onClick={props.onDiscard}>{trans.__('Give It Up')}</Button>
      </span>
    );
  }
  const words = {
    saved: () => trans.__('Saved'),
    saving: (images: number) => trans._n('Saving %1 image', 'Saving %1 images', images),
    offline: (images: number) =>
      trans._n('%1 image waits for the server', '%1 images wait for the server', images)
  };
  return (
    <span className="topsdl-Labeling-saved" role="status">
      {state.kind === 'saved' ? words.saved() : words[state.kind](state.images)}
    </span>
  );
}

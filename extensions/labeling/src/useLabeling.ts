import { clear, noSelection, type SaveState, type Selection } from '@topsdl/annotator';
import type { Image, ImageState } from '@topsdl/contract';
import { useTops } from '@topsdl/ui';
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react';
import { follow, remember, type Followed } from './following.ts';
import { ImageWindow, type ImageFilter } from './images.ts';
import { Labeler } from './labeler.ts';
import { backOff, browserJournal, sender } from './saving.ts';

/** How long changes are collected before the list is asked for anew, in milliseconds. */
const COLLECT = 250;

/** Images, selection and labeler of one version, kept together and alive by events. */
export function useLabeling(versionId: string, filter: ImageFilter) {
  const { client, events, session } = useTops();
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const [error, setError] = useState<unknown>(undefined);
  const [saveState, setSaveState] = useState<SaveState>({ kind: 'saved' });
  const [conflicts, setConflicts] = useState(0);
  const [selection, setSelection] = useState<Selection>(() => noSelection(0));
  const userId = session.session?.user.id ?? '';
  const images = useRef<ImageWindow | undefined>(undefined);
  const followed = useRef<Followed | undefined>(undefined);
  const select = useCallback((wanted: Selection) => {
    followed.current = remember(wanted, index => images.current?.at(index));
    setSelection(wanted);
  }, []);

  const labeler = useMemo(
    () =>
      new Labeler({
        send: sender(client, versionId),
        journal: browserJournal(window.localStorage, userId, versionId),
        backOff,
        onChange: draw,
        onState: setSaveState,
        onConflict: ids => {
          setConflicts(count => count + ids.length);
          images.current?.invalidate();
        }
      }),
    [client, versionId, userId]
  );
  useEffect(() => () => labeler.close(), [labeler]);

  const key = JSON.stringify(filter);
  const window_ = useMemo(() => {
    const made = new ImageWindow(
      client,
      versionId,
      JSON.parse(key) as ImageFilter,
      () => {
        setError(undefined);
        labeler.learn([...made.entries()].map(([, image]) => image));
        const { total } = made;
        if (total !== undefined) {
          setSelection(before => follow(before, followed.current, made.entries(), total));
        }
        draw();
      },
      setError
    );
    return made;
  }, [client, versionId, key, labeler]);
  images.current = window_;
  useEffect(() => {
    select(noSelection(window_.total ?? 0));
    window_.look(0, 60);
    return () => window_.dispose();
  }, [window_, select]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        window_.invalidate();
      }, COLLECT);
    };
    const onEvent: Parameters<typeof events.changed.connect>[0] = (_, event) => {
      if (event.kind === 'dataset-version' && event.id === versionId) {
        later();
      }
    };
    events.changed.connect(onEvent);
    events.reset.connect(later);
    return () => {
      clearTimeout(timer);
      events.changed.disconnect(onEvent);
      events.reset.disconnect(later);
    };
  }, [events, window_, versionId]);

  const onLook = useCallback((first: number, last: number) => window_.look(first, last), [window_]);

  /** Labels what is selected; null takes the label away. */
  const assign = async (title: string, labelId: string | null, state: ImageState) => {
    const chosen: Image[] = await window_.gather(selection.selected);
    const changed = labeler.assign(title, chosen, labelId);
    // What no longer belongs to this tab goes from it at once; the next image takes its place.
    const leaves = (state === 'unlabeled') === (labelId !== null);
    if (changed > 0 && leaves) {
      followed.current = undefined;
      setSelection(clear);
    }
    return changed;
  };

  return {
    total: window_.total,
    at: (index: number) => window_.at(index),
    onLook,
    error,
    reload: () => window_.invalidate(),
    selection,
    select,
    labeler,
    assign,
    saveState,
    conflicts,
    forgetConflicts: () => setConflicts(0)
  };
}

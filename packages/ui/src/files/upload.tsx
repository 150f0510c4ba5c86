import { closeIcon } from '@jupyterlab/ui-components';
import { upload } from '@topsdl/client';
import type { Upload } from '@topsdl/contract';
import { formatBytes } from '@topsdl/lab';
import { useEffect, useRef, useState, type DragEvent, type JSX, type ReactNode } from 'react';
import { ProgressBar } from '../feedback/marks.tsx';
import { describeError } from '../feedback/sentences.ts';
import { Button } from '../feedback/states.tsx';
import { useProjectId, useTops } from '../host.tsx';
import { keep, kept } from '../memory.ts';
import type { WorkControl } from '../work/pageWork.ts';

/** A file on its way to the server. */
export interface Sending {
  readonly file: File;
  readonly sent: number;
  /** Set when all of it is there. */
  readonly done: Upload | null;
  readonly error: unknown;
}

export interface Uploads {
  readonly all: readonly Sending[];
  readonly busy: boolean;
  /** Ids of the finished uploads, in the order of the files. */
  readonly ids: readonly string[];
  add(files: Iterable<File>): void;
  remove(file: File): void;
  /** Goes on with one that failed. */
  retry(file: File): void;
}

/** How many files are sent at once: more would only share the same line. */
const AT_ONCE = 2;

/**
 * Sends files in parts. What broke off goes on where it was, also after the page was closed and the same file chosen again.
 *
 * @param owner the project of what the files are for, where that may be another than the one at hand
 */
export function useUploads(owner?: string | null): Uploads {
  const { client, session, trans, works } = useTops();
  const current = useProjectId();
  const projectId = owner ?? current;
  const [all, setAll] = useState<readonly Sending[]>([]);
  const running = useRef(new Map<File, { cancel(): void }>());

  const change = (file: File, part: Partial<Sending>) =>
    setAll(old => old.map(one => (one.file === file ? { ...one, ...part } : one)));

  const drop = (file: File) => setAll(old => old.filter(one => one.file !== file));

  const send = async (file: File, { cancel, progress, signal }: WorkControl) => {
    running.current.set(file, { cancel });
    const memory = `upload:${session.session?.user.id}:${projectId}:${file.name}:${file.size}:${file.lastModified}`;
    const options = {
      projectId,
      fileName: file.name,
      content: file,
      signal,
      onProgress: (sent: number, _total: number, current: Upload) => {
        keep(memory, current.id);
        change(file, { sent });
        progress(file.size === 0 ? 1 : sent / file.size);
      }
    };
    const begun = kept<string | null>(memory, null);
    try {
      const done = await (begun === null
        ? upload(client, options)
        : upload(client, { ...options, uploadId: begun }).catch((error: unknown) => {
            if (signal.aborted) {
              throw error;
            }
            // What was begun is no longer there, or was used: from the beginning.
            return upload(client, options);
          }));
      keep(memory, undefined);
      change(file, { done, sent: file.size, error: undefined });
    } catch (error) {
      if (signal.aborted) {
        drop(file);
      } else {
        change(file, { error });
      }
    } finally {
      running.current.delete(file);
    }
  };

  useEffect(() => {
    const waiting = all.filter(
      ({ file, done, error }) => !done && error === undefined && !running.current.has(file)
    );
    for (const { file } of waiting.slice(0, Math.max(0, AT_ONCE - running.current.size))) {
      const work = { title: trans.__('Upload'), subject: file.name };
      void works.run(work, control => send(file, control));
    }
  }, [all]);

  useEffect(
    () => () => {
      for (const { cancel } of running.current.values()) {
        cancel();
      }
    },
    []
  );

  return {
    all,
    busy: all.some(({ done, error }) => !done && error === undefined),
    ids: all.flatMap(({ done }) => (done ? [done.id] : [])),
    add: files => {
      const added = [...files].map(file => ({ file, sent: 0, done: null, error: undefined }));
      setAll(old => [...old, ...added]);
    },
    remove: file => {
      running.current.get(file)?.cancel();
      drop(file);
    },
    retry: file => change(file, { error: undefined })
  };
}

/** Where files are dropped or chosen, with how far each has come. */
export function UploadBox(props: {
  readonly uploads: Uploads;
  /** As the `accept` of a file input. */
  readonly accept?: string;
  readonly children: ReactNode;
}): JSX.Element {
  const host = useTops();
  const { trans, translation } = host;
  const { uploads } = props;
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    uploads.add(event.dataTransfer.files);
  };
  return (
    <div className="topsdl-Upload">
      <div
        className={`topsdl-Upload-drop ${over ? 'topsdl-mod-over' : ''}`}
        onDragOver={event => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <p>{props.children}</p>
        <Button onClick={() => input.current?.click()}>{trans.__('Choose Files…')}</Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          accept={props.accept}
          aria-label={trans.__('Files to upload')}
          onChange={event => {
            uploads.add(event.target.files ?? []);
            // The same file may be chosen again after it was taken away.
            event.target.value = '';
          }}
        />
      </div>
      <ul>
        {uploads.all.map(({ file, sent, done, error }, index) => (
          <li key={index}>
            <span className="topsdl-Upload-name">{file.name}</span>
            <span className="topsdl-mod-muted">
              {done
                ? formatBytes(file.size, translation.locale)
                : `${formatBytes(sent, translation.locale)} / ${formatBytes(file.size, translation.locale)}`}
            </span>
            <ProgressBar
              share={file.size === 0 ? (done ? 1 : 0) : sent / file.size}
              label={file.name}
              tone={error !== undefined ? 'bad' : done ? 'good' : 'busy'}
            />
            <Button
              minimal
              icon={closeIcon}
              label={trans.__('Remove %1', file.name)}
              onClick={() => uploads.remove(file)}
            />
            {error !== undefined && (
              <div className="topsdl-Field-fault" role="alert">
                {describeError(host, error)}{' '}
                <Button minimal onClick={() => uploads.retry(file)}>
                  {trans.__('Go on')}
                </Button>
              </div>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

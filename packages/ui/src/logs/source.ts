import type { InputOf, LogPage, Operation } from '@topsdl/contract';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import type { Host } from '../host.tsx';
import type { LogModel } from './model.ts';

/** Where the lines of a log come from. */
export interface LogSource {
  /** Begins to fill the model; disposing stops it. */
  open(model: LogModel, onError: (error: unknown) => void): IDisposable;
  /** Address of the whole log as text, of one node or of all. */
  download?(node: string | null): string;
}

export interface OperationLog<O extends Operation> {
  /** An operation that answers with a `LogPage`. */
  readonly operation: O;
  readonly params: InputOf<O>['params'];
  /** Topic that sends the pages that follow; left out for logs that do not grow. */
  readonly topic?: string;
  download?(node: string | null): string;
}

/** Lines a request; the largest that the server gives. */
const PAGE = 10_000;

/**
 * A log that an operation gives in pages: what is there already first, then what comes, from exactly
 * where the pages ended, over a broken connection too.
 */
export function operationLog<O extends Operation>(host: Host, log: OperationLog<O>): LogSource {
  const { client, events } = host;
  const source: LogSource = {
    open(model, onError) {
      const stop = new AbortController();
      let subscription: IDisposable | null = null;
      let position: string | undefined;
      const take = (page: LogPage) => {
        position = page.position;
        model.droppedBytes = page.droppedBytes;
        model.append(page.lines);
        if (page.ended) {
          model.end(page.droppedBytes);
        }
        return page;
      };
      const read = async () => {
        for (;;) {
          const input = { params: log.params, query: { from: position, limit: PAGE } };
          const page = take(
            (await client.call(log.operation, input as unknown as InputOf<O>, {
              signal: stop.signal
            })) as unknown as LogPage
          );
          if (page.ended || page.lines.length === 0) {
            return page.ended;
          }
        }
      };
      const follow = async () => {
        const ended = await read();
        if (!ended && log.topic !== undefined && !stop.signal.aborted) {
          subscription = events.subscribe(log.topic, {
            from: () => position,
            onData: page => void take(page as LogPage),
            onEnd: () => model.end()
          });
        }
      };
      follow().catch((error: unknown) => {
        if (!stop.signal.aborted) {
          onError(error);
        }
      });
      return new DisposableDelegate(() => {
        stop.abort();
        subscription?.dispose();
      });
    },
    ...(log.download && { download: log.download })
  };
  return source;
}

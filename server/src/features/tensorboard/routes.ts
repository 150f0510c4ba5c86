import { tensorboard } from '@topsdl/contract';
import type { App } from '../../app.ts';
import { ProblemError } from '../../http/problem.ts';
import { presentTensorBoard } from './present.ts';
import type { TensorBoards } from './service.ts';

/** Implements the operations of the feature. */
export function registerRoutes({ api }: App, boards: TensorBoards): void {
  api.implement(tensorboard.create, async ({ params, caller, language, signal }) =>
    presentTensorBoard(await boards.create(params.runId, caller.userId, signal), language)
  );

  api.implement(tensorboard.find, ({ params, language }) => {
    const found = boards.ofRun(params.runId);
    if (!found) {
      throw new ProblemError('not-found', { kind: 'tensorboard' });
    }
    return presentTensorBoard(found, language);
  });

  api.implement(tensorboard.get, ({ params, language }) =>
    presentTensorBoard(boards.get(params.tensorboardId), language)
  );

  api.implement(tensorboard.stop, ({ params, caller }) => {
    boards.stop(params.tensorboardId, caller.name);
  });
}

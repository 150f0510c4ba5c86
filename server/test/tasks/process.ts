/**
 * A process with the task runner and one kind of task, for tests to kill: `import` copies numbers into
 * a table, a few at a time; `export` cannot be resumed. Says what happens on standard output.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { startDatabase } from '../../src/db/start.ts';
import { Events } from '../../src/events/hub.ts';
import { DataDirectory } from '../../src/files/layout.ts';
import { createLog } from '../../src/log.ts';
import { TaskRunner } from '../../src/tasks/runner.ts';

interface Input {
  readonly count: number;
  readonly fail?: boolean;
  /** So many times its end cannot be written. */
  readonly stuck?: number;
}

const [data = '', order = ''] = process.argv.slice(2);
const files = new DataDirectory(data);
const log = createLog(order.includes('stuck') ? 'fatal' : 'error');
const db = startDatabase(files, 1, log);
const events = new Events(db, log);
db.sqlite.exec('CREATE TABLE IF NOT EXISTS numbers (n INTEGER PRIMARY KEY, task TEXT NOT NULL)');
const runner = new TaskRunner(db, files, log, 2);
const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`);

let tries = 0;
for (const kind of ['dataset-import', 'dataset-export'] as const) {
  runner.define<Input, number>({
    kind,
    onRestart: kind === 'dataset-import' ? 'resume' : 'fail',
    concurrency: 1,
    async run({ input, checkpoint, signal, progress, save, task, note }) {
      say({ running: task.id, from: checkpoint ?? 0 });
      progress({ total: input.count, step: 'counting' });
      const insert = db.sqlite.prepare('INSERT INTO numbers (n, task) VALUES (?, ?)');
      for (let n = checkpoint ?? 0; n < input.count; n++) {
        signal.throwIfAborted();
        db.write(tx => {
          insert.run(n, task.id);
          save(tx, n + 1);
        });
        progress({ done: n + 1 });
        note(`number ${n}`);
        await pause(5);
      }
      if (input.fail) {
        throw new Error('as asked');
      }
      return () => say({ last: task.id });
    },
    undo(task) {
      db.sqlite.prepare('DELETE FROM numbers WHERE task = ?').run(task.id);
    },
    onEnd(tx, task, state) {
      const { stuck = 0 } = task.input as Input;
      if (tries++ < stuck) {
        throw new Error('the end cannot be written');
      }
      tx.afterCommit(() => say({ ended: task.id, state, problem: task.problemCode }));
    }
  });
}

process.stdin.on('data', line => {
  runner.cancel(String(line).trim());
});
process.on('SIGTERM', () => {
  void runner.stop().then(async () => {
    events.close();
    await db.close();
    process.exit(0);
  });
});

db.write(tx => {
  for (const { kind, ...input } of JSON.parse(order || '[]') as (Input & {
    kind: 'dataset-import' | 'dataset-export';
  })[]) {
    runner.create<Input>(tx, {
      kind,
      projectId: 'p',
      subject: { kind: 'dataset-version', id: 's', name: 'subject' },
      input,
      createdBy: null
    });
  }
});
runner.start();

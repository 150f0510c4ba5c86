import type { Orm } from './database.ts';

const roots = new WeakMap<Orm, Orm>();

/** Says which database a transaction is one of. */
export function isOf(transaction: Orm, database: Orm): void {
  roots.set(transaction, database);
}

/**
 * A statement that is built once for each database and runs in its transactions, too, for these are on the same connection. Drizzle takes
 * longer to write a statement than SQLite to run it: for what runs with every change. `sql.placeholder` stands for what differs.
 */
export function prepared<S>(build: (orm: Orm) => S): (orm: Orm) => S {
  const built = new WeakMap<Orm, S>();
  return orm => {
    const database = roots.get(orm) ?? orm;
    let statement = built.get(database);
    if (statement === undefined) {
      statement = build(database);
      built.set(database, statement);
    }
    return statement;
  };
}

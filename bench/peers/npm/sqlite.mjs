/**
 * SQLite: one transaction of inserts an append; a write-ahead log and no flush. By a package with the interface of `node:sqlite`, since that
 * one came with Node 22. better-sqlite3, somewhat faster, has no binary in its package.
 */
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';

export function open({ directory, records }) {
  const database = new DatabaseSync(join(directory, 'log.db'));
  database.exec('pragma journal_mode = wal; pragma synchronous = off');
  database.exec('create table log (sequence integer primary key, value blob not null)');
  const [begin, commit] = [database.prepare('begin'), database.prepare('commit')];
  const insert = database.prepare('insert into log (value) values (?)');
  const select = database.prepare('select value from log where sequence = ?');
  return {
    append() {
      begin.run();
      for (const { value } of records) insert.run(value);
      commit.run();
    },
    // SQLite counts from 1.
    read: (sequence) => select.get(sequence + 1)?.value,
    close: () => database.close(),
  };
}

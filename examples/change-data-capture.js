#!/usr/bin/env node
/**
 * Change-data capture: each change of a SQL table becomes a record of a log, and a replica and a view are made from the log alone.
 *
 * SQLite runs in this process (`sql.js`). Triggers hand every changed row, before and after, to the program; a transaction becomes one append
 * when it commits, so that readers see all of it or nothing, and nothing of one that was rolled back. Records are keyed by primary key, and a
 * deletion is a record without a value: what Kafka's compaction expects. Because the log has everything, the table can also be had as it was
 * at any offset.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from 'millrace';
import initSqlJs from 'sql.js';

const SCHEMA =
  'CREATE TABLE accounts (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, city TEXT NOT NULL, balance INTEGER NOT NULL)';
const ROW = (name) =>
  `json_object('id', ${name}.id, 'owner', ${name}.owner, 'city', ${name}.city, 'balance', ${name}.balance)`;
const ALL = 'SELECT * FROM accounts ORDER BY id';

/** A database whose changes to `accounts` are appended to `log`, a transaction at a time. */
class CapturedDatabase {
  #changes = [];

  constructor(SQL, log) {
    this.db = new SQL.Database();
    this.log = log;
    this.db.run(SCHEMA);
    this.db.create_function('captured', (id, before, after) => {
      this.#changes.push({ id, before, after });
      return null;
    });
    this.db.run(`
      CREATE TRIGGER captured_insert AFTER INSERT ON accounts BEGIN SELECT captured(new.id, NULL, ${ROW('new')}); END;
      CREATE TRIGGER captured_update AFTER UPDATE ON accounts BEGIN SELECT captured(new.id, ${ROW('old')}, ${ROW('new')}); END;
      CREATE TRIGGER captured_delete AFTER DELETE ON accounts BEGIN SELECT captured(old.id, ${ROW('old')}, NULL); END;
    `);
  }

  /** Runs `change` in a transaction. Its records are appended before it commits: when the log refuses them, the table stays as it was. */
  transaction(change) {
    this.#changes = [];
    this.db.run('BEGIN');
    try {
      change(this.db);
      const records = this.#changes.map(({ id, before, after }) => ({
        key: `${id}`,
        value: after,
        headers: before === null ? {} : { before },
      }));
      const receipt = records.length === 0 ? null : this.log.append(records);
      this.db.run('COMMIT');
      return receipt;
    } catch (error) {
      this.db.run('ROLLBACK');
      throw error;
    }
  }
}

/** A table that is made from the log: as far as it was asked for, and further when it is asked again. */
class Replica {
  #offset = 0;

  constructor(SQL) {
    this.db = new SQL.Database();
    this.db.run(SCHEMA);
  }

  /** Takes in the changes before `offset`. */
  catchUp(log, offset = log.endOffset) {
    for (const { key, value } of changesOf(log, this.#offset, offset)) {
      if (value === null) this.db.run('DELETE FROM accounts WHERE id = ?', [Number(key)]);
      else {
        const { id, owner, city, balance } = JSON.parse(value);
        this.db.run('INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?)', [id, owner, city, balance]);
      }
    }
    this.#offset = offset;
    return this;
  }
}

/** A view that is kept up to date change by change: what lies in the accounts of each city. */
function balanceByCity(log) {
  const cities = new Map();
  const add = (row, sign) => cities.set(row.city, (cities.get(row.city) ?? 0) + sign * row.balance);
  for (const { value, headers } of changesOf(log, 0, log.endOffset)) {
    if (headers.length > 0) add(JSON.parse(headers[0].value), -1);
    if (value !== null) add(JSON.parse(value), 1);
  }
  return Object.fromEntries([...cities].sort(([a], [b]) => a.localeCompare(b)));
}

/** The records of a log from offset `from` to before `to`. */
function* changesOf(log, from, to) {
  for (let offset = from; offset < to;) {
    const run = log.read(offset);
    for (const batch of run) for (const record of batch) if (record.offset < to) yield record;
    offset = run.nextOffset;
  }
}

const rowsOf = (db) => db.exec(ALL)[0]?.values ?? [];
const show = (db) =>
  rowsOf(db)
    .map((row) => `  ${row.join('  ')}`)
    .join('\n');
const isSame = (a, b) => JSON.stringify(rowsOf(a)) === JSON.stringify(rowsOf(b));

async function demonstrate(directory) {
  const SQL = await initSqlJs();
  const store = await openStore(directory);
  // One partition: the order of changes over all rows is that of the transactions.
  await store.createTopic('accounts', { config: { 'cleanup.policy': 'compact' } });
  const log = store.partition('accounts', 0);
  const bank = new CapturedDatabase(SQL, log);

  bank.transaction((db) => {
    db.run(
      "INSERT INTO accounts VALUES (1, 'Ada', 'London', 300), (2, 'Emmy', 'Erlangen', 200), (3, 'Sofja', 'Stockholm', 100)",
    );
  });
  const opening = log.endOffset;
  bank.transaction((db) => {
    db.run('UPDATE accounts SET balance = balance - 50 WHERE id = 1');
    db.run('UPDATE accounts SET balance = balance + 50 WHERE id = 3');
  });
  try {
    bank.transaction((db) => {
      db.run('UPDATE accounts SET balance = 0');
      throw new Error('changed my mind');
    });
  } catch (error) {
    console.log(`rolled back (${error.message}): the log still ends at ${log.endOffset}\n`);
  }
  bank.transaction((db) => db.run("UPDATE accounts SET city = 'Göttingen' WHERE id = 2"));
  const receipt = bank.transaction((db) => db.run('DELETE FROM accounts WHERE id = 1'));
  await receipt.durable;

  console.log('the changes, as the log has them:');
  for (const { offset, key, value } of changesOf(log, 0, log.endOffset))
    console.log(`  ${offset}  ${key}  ${value ?? '(deleted)'}`);
  const replica = new Replica(SQL).catchUp(log);
  console.log(
    `\na replica, made from the log:\n${show(replica.db)}\n  ${isSame(bank.db, replica.db) ? 'the same as the table' : 'NOT THE SAME'}`,
  );
  console.log(`\nthe table as it was at offset ${opening}:\n${show(new Replica(SQL).catchUp(log, opening).db)}`);

  for (let id = 10; id < 1010; id++) {
    bank.transaction((db) =>
      db.run('INSERT INTO accounts VALUES (?, ?, ?, ?)', [id, `n-${id}`, id % 2 === 0 ? 'Rome' : 'Paris', id]),
    );
  }
  replica.catchUp(log);
  console.log(
    `\na thousand transactions later: ${rowsOf(replica.db).length} rows, ${isSame(bank.db, replica.db) ? 'the same' : 'NOT THE SAME'}`,
  );
  console.log(`balance by city, from the log: ${JSON.stringify(balanceByCity(log))}`);
  if (!isSame(bank.db, replica.db)) process.exitCode = 1;
  await store.close();
}

const temporary = mkdtempSync(join(tmpdir(), 'millrace-change-data-capture-'));
try {
  await demonstrate(temporary);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

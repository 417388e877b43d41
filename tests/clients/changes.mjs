// Change records of a database, as Debezium writes them, and the list of what was refused: a record
// without a mapping is listed, and taken when it is tried again after the mapping was written.
import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {Concord} from './support.mjs';

const without = `version = 1
[[source]]
name = "helpdesk"
department = "service"
may = ["entry", "retract"]
`;
const mapped = without + `
  [[source.file]]
  table = "public.tickets"
  date_format = "unix_us"
  event = "entry"
  kind = "case"
  key = "no"
  id = ["no", "changed"]
  at = "changed"
  customer = [{ type = "email", column = "requester" }]
    [source.file.fields]
    subject = "title"
    status = "state"
    [source.file.state]
    "Neu" = "new"
    "Erledigt" = "closed"
`;
const source = {db: 'desk', schema: 'public', table: 'tickets', ts_ms: 1_795_000_000_000};
const row = (state, changed) => ({no: 'T-1', requester: 'cleo@example.test', title: 'Lamp broken',
                                  state, changed: changed * 1_000_000});
const created = {before: null, after: row('Neu', 1_795_000_000), op: 'c', ts_ms: 1_795_000_000_100,
                 source: {...source, lsn: 100}};
const closed = {before: null, after: row('Erledigt', 1_795_000_100), op: 'u',
                source: {...source, lsn: 200}};
const gone = {before: row('Erledigt', 1_795_000_200), after: null, op: 'd',
              source: {...source, lsn: 300, ts_ms: 1_795_000_300_000}};
const statuses = (rows) => rows.map((one) => one.status);

const concord = await Concord.start();
try {
  await concord.end();
  const file = join(concord.folder, 'live.toml');
  writeFileSync(file, without);
  await concord.serve(['--sources', file]);
  const [refused, unlisted] = await concord.send(
      [created, {id: '1', source: 'elsewhere', at: '2026-11-22T09:00:00Z', heartbeat: {}}]);
  assert.equal(refused.error.code, 'no_mapping');
  assert.equal(unlisted.error.code, 'not_allowed');
  const listed = await concord.get('/v1/rejections?code=no_mapping');
  assert.equal(listed.kept, 2);
  assert.equal(listed.rejections.length, 1);
  const id = listed.rejections[0].id;
  assert.deepEqual(JSON.parse((await concord.get('/v1/rejections/' + id)).raw), created);
  const still = await concord.post('/v1/rejections/retry', {ids: [id]});
  assert.equal(still.rejections[0].status, 'rejected');

  await concord.end();
  writeFileSync(file, mapped);
  await concord.serve(['--sources', file]);
  const again = await concord.post('/v1/rejections/retry', {code: 'no_mapping'});
  assert.deepEqual(again.rejections.map((one) => [one.id, one.status]), [[id, 'accepted']]);
  assert.equal((await concord.get('/v1/rejections')).kept, 1);
  assert.equal((await concord.customer('email:cleo@example.test')).open.case, 1);

  assert.deepEqual(statuses(await concord.send([created, closed, null])),
                   ['duplicate', 'accepted', 'skipped']);
  let answer = await concord.customer('email:cleo@example.test');
  assert.equal(answer.open.case, undefined);
  assert.equal(answer.timeline.entries[0].subject, 'Lamp broken');
  assert.equal(answer.timeline.entries[0].state_type, 'closed');
  assert.deepEqual(statuses(await concord.send([gone, gone])), ['accepted', 'duplicate']);
  answer = await concord.customer('email:cleo@example.test');
  assert.equal(answer.timeline.total, 0);
} finally {
  await concord.stop();
}
console.log('changes: listed, mended, tried again, mapped, retracted, replayed');

// The package `cloudevents`, unchanged, in its three modes: delivered and seen, a replay told as
// known, an unknown type refused with those that are known.
import assert from 'node:assert/strict';

import {CloudEvent, HTTP, Mode, emitterFor, httpTransport} from 'cloudevents';

import {Concord} from './support.mjs';

const concord = await Concord.start();
const sink = concord.url + '/v1/events';
const rows = (answer) => answer.body.trim().split('\n').map((line) => JSON.parse(line));

const ticket = (key) => new CloudEvent({
  id: `event-${key}`,
  source: '/desk/eu',
  type: 'concord.entry.v1',
  time: '2026-11-20T10:00:00.000Z',
  data: {customer: ['email:cleo@example.test'], department: 'service',
         entry: {kind: 'case', key, subject: `Töller ${key}`, state_type: 'open'}},
});

try {
  for (const mode of [Mode.BINARY, Mode.STRUCTURED]) {
    const emit = emitterFor(httpTransport(sink), {binding: HTTP, mode});
    const event = ticket(mode);
    assert.deepEqual(rows(await emit(event)).map((row) => [row.id, row.status]),
                     [[event.id, 'accepted']]);
    assert.deepEqual(rows(await emit(event)).map((row) => row.status), ['duplicate']);
  }
  const batch = {headers: {'content-type': 'application/cloudevents-batch+json'},
                 body: JSON.stringify([ticket('batch-1'), ticket('batch-2')])};
  assert.equal(HTTP.toEvent(batch).length, 2);  // the package itself reads it as a batch
  assert.deepEqual(rows(await httpTransport(sink)(batch)).map((row) => row.status),
                   ['accepted', 'accepted']);

  const answer = await concord.customer('email:cleo@example.test');
  assert.deepEqual(answer.timeline.entries.map((one) => one.subject).sort(),
                   ['Töller batch-1', 'Töller batch-2', 'Töller binary', 'Töller structured']);
  assert.equal(answer.open.case, 4);

  const unknown = new CloudEvent({source: '/desk/eu', type: 'com.example.thing', data: {}});
  const [row] = rows(await emitterFor(httpTransport(sink))(unknown));
  assert.equal(row.status, 'rejected');
  assert.equal(row.error.code, 'unknown_type');
  assert.match(row.error.detail, /concord\.entry\.v1/);
  const listed = await concord.get('/v1/rejections');
  assert.equal(listed.rejections[0].code, 'unknown_type');
} finally {
  await concord.stop();
}
console.log('cloudevents: binary, structured, batch, replay, unknown type');

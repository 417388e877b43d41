// Overload, planted by a queue of a few events: many clients at once are turned away again and
// again with 429 and Retry-After, wait, and nothing is lost. The control: a client that does not
// come back loses some.
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';

import {Analytics} from '@segment/analytics-node';

import {Concord, Recorder} from './support.mjs';

const Rudder = createRequire(import.meta.url)('@rudderstack/rudder-sdk-node');
const kClients = 24;
const kEach = 20;
const names = (who) => Array.from({length: kClients * kEach},
                                  (_, i) => `${who} ${Math.floor(i / kEach)}.${i % kEach}`);
const found = async (concord, who) =>
    (await concord.entries(`user_id:${who}`)).map((one) => one.subject).sort();

async function segment(concord) {
  const clients = [];
  for (let i = 0; i < kClients; ++i) {
    const client = new Analytics({writeKey: 'web', host: concord.url, flushAt: 5,
                                  maxRetries: 100, httpRequestTimeout: 30_000});
    for (let j = 0; j < kEach; ++j)
      client.track({userId: 'segment', event: `segment ${i}.${j}`});
    clients.push(client);
  }
  await Promise.all(clients.map((one) => one.closeAndFlush({timeout: 120_000})));
  assert.deepEqual(await found(concord, 'segment'), names('segment').sort());
}

async function rudder(concord) {
  let delivered = 0;
  const all = new Promise((resolve, reject) => {
    for (let i = 0; i < kClients; ++i) {
      const client = new Rudder('web', {
        dataPlaneUrl: concord.url, flushAt: 5, flushInterval: 50, retryCount: 100,
        logLevel: 'none', axiosRetryConfig: {retryDelay: () => 100}, errorHandler: reject});
      for (let j = 0; j < kEach; ++j)
        client.track({userId: 'rudder', event: `rudder ${i}.${j}`}, () => {
          if (++delivered === kClients * kEach) resolve();
        });
    }
  });
  await all;
  assert.deepEqual(await found(concord, 'rudder'), names('rudder').sort());
}

// Every client's batches at once, and none sent again.
async function control(concord, recorder) {
  const answers = await Promise.all(Array.from({length: kClients * 4}, (_, i) => {
    const batch = Array.from({length: 5}, (_, j) => (
        {type: 'track', userId: 'control', event: `control ${i}.${j}`, messageId: `c-${i}.${j}`}));
    return recorder.send({method: 'POST', path: '/v1/batch', headers: {},
                          body: Buffer.from(JSON.stringify({batch}))});
  }));
  const away = answers.filter((one) => one.status !== 200);
  assert.ok(away.length > 0, 'the control was never turned away: this test shows nothing');
  for (const one of away) {
    assert.ok(one.status === 429 || one.status === 503, String(one.status));
    assert.ok(Number(one.headers['retry-after']) >= 1);
  }
  assert.ok((await found(concord, 'control')).length < kClients * 4 * 5);
}

const concord = await Concord.start(['--queue-events-max', '8']);
const recorder = await Recorder.start(concord.url);
try {
  await control(concord, recorder);
  await segment(concord);
  await rudder(concord);
} finally {
  await recorder.stop();
  await concord.stop();
}
console.log('overload: turned away, come back, nothing lost; the control loses');
process.exit(0);

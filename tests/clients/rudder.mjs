// @rudderstack/rudder-sdk-node, unchanged, with and without gzip: six verbs delivered and seen, a
// replay told as known.
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';

import {Concord, Recorder, expect_all, expect_replay, say_all} from './support.mjs';

const Rudder = createRequire(import.meta.url)('@rudderstack/rudder-sdk-node');

for (const gzip of [true, false]) {
  const concord = await Concord.start();
  const recorder = await Recorder.start(concord.url);
  try {
    const failures = [];
    const client = new Rudder('web', {dataPlaneUrl: recorder.url, gzip, flushAt: 20,
                                      flushInterval: 100, logLevel: 'error',
                                      errorHandler: (error) => failures.push(error)});
    say_all(client, 'rita');
    for (let tries = 0; tries < 100 && await concord.revision() < 8; ++tries) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      await client.flush();
    }
    assert.deepEqual(failures, []);
    assert.ok(recorder.requests.every(
        (one) => (one.headers['content-encoding'] === 'gzip') === gzip));
    await expect_all(assert, concord, 'rita');
    await expect_replay(assert, concord, recorder);
  } finally {
    await recorder.stop();
    await concord.stop();
  }
  console.log(`rudderstack: six verbs, replay (gzip ${gzip ? 'on' : 'off'})`);
}
process.exit(0);  // its timers never end

// @segment/analytics-node, unchanged: six verbs delivered and seen, a replay told as known.
import assert from 'node:assert/strict';

import {Analytics} from '@segment/analytics-node';

import {Concord, Recorder, expect_all, expect_replay, say_all} from './support.mjs';

const concord = await Concord.start();
const recorder = await Recorder.start(concord.url);
try {
  const client = new Analytics({writeKey: 'web', host: recorder.url});
  client.on('error', (error) => { throw error; });
  say_all(client, 'uma');
  await client.closeAndFlush();
  await expect_all(assert, concord, 'uma');
  await expect_replay(assert, concord, recorder);
} finally {
  await recorder.stop();
  await concord.stop();
}
console.log('segment: six verbs, replay');

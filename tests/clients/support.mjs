// A concord of its own for each script: a small base in a temporary folder, served on a free port,
// and a recorder in front of it that can send again what a client sent.
import {spawn, spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import http from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import readline from 'node:readline';

const program = process.env.CONCORD_PROGRAM;

const sources = `version = 1
[[source]]
name = "crm"
department = "sales"
may = ["profile"]
  [[source.file]]
  path = "people.csv"
  event = "profile"
  at = "since"
  customer = [{ type = "email", column = "email" }]
    [source.file.fields]
    name = "name"
`;

export class Concord {
  // `flags`: more of `concord serve`.
  static async start(flags = []) {
    const one = new Concord();
    one.folder = mkdtempSync(join(tmpdir(), 'concord-clients-'));
    writeFileSync(join(one.folder, 'sources.toml'), sources);
    writeFileSync(join(one.folder, 'people.csv'),
                  'email,name,since\nada@example.test,Ada Example,2024-01-01T00:00:00Z\n');
    const data = join(one.folder, 'data');
    const indexed = spawnSync(
        program, ['index', '--sources', join(one.folder, 'sources.toml'), '--out', data]);
    if (indexed.status !== 0) throw new Error('concord index: ' + indexed.stderr);
    one.data = data;
    await one.serve(flags);
    return one;
  }
  async serve(flags) {
    this.server = spawn(program, ['serve', '--data', this.data, '--listen', '127.0.0.1:0', '--json',
                                  '--ballast-bytes', '0', ...flags],
                        {stdio: ['ignore', 'pipe', 'inherit']});
    const lines = readline.createInterface({input: this.server.stdout});
    this.url = await new Promise((resolve, reject) => {
      lines.once('line', (line) => resolve(JSON.parse(line).url));
      this.server.once('exit', (code) => reject(new Error('concord serve ended: ' + code)));
    });
  }
  async end() {
    this.server.removeAllListeners('exit');
    const gone = new Promise((resolve) => this.server.once('exit', resolve));
    this.server.kill('SIGTERM');
    await gone;
  }
  async stop() {
    await this.end();
    rmSync(this.folder, {recursive: true, force: true});
  }
  async get(path) {
    const answer = await fetch(this.url + path);
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
  // The rows of the answer to lines of JSON.
  async send(lines, query = '') {
    const answer = await fetch(this.url + '/v1/events' + query, {
      method: 'POST', headers: {'content-type': 'application/x-ndjson'},
      body: lines.map((one) => JSON.stringify(one)).join('\n')});
    if (!answer.ok) throw new Error(`events: ${answer.status} ${await answer.text()}`);
    return (await answer.text()).trim().split('\n').map((line) => JSON.parse(line));
  }
  async post(path, body) {
    const answer = await fetch(this.url + path, {
      method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(body)});
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
  customer(key, options = '') {
    return this.get(`/v1/customers/${encodeURIComponent(key)}${options}`);
  }
  // All entries of a customer, by walking the pages.
  async entries(key) {
    const path = `/v1/customers/${encodeURIComponent(key)}/timeline?limit=500`;
    const found = [];
    for (let cursor = ''; cursor !== undefined;) {
      const page = await this.get(path + (cursor ? '&cursor=' + encodeURIComponent(cursor) : ''));
      found.push(...page.entries);
      cursor = page.next_cursor;
    }
    return found;
  }
  async metric(pattern) {
    const text = await (await fetch(this.url + '/metrics')).text();
    let sum = 0;
    for (const line of text.split('\n'))
      if (line.match(pattern)) sum += Number(line.split(' ').at(-1));
    return sum;
  }
  async revision() {
    return (await this.get('/readyz')).revision;
  }
}

// Hands requests on to `target` and keeps them.
export class Recorder {
  static async start(target) {
    const one = new Recorder();
    one.target = target;
    one.requests = [];
    one.server = http.createServer((request, response) => one.hand_on(request, response));
    await new Promise((resolve) => one.server.listen(0, '127.0.0.1', resolve));
    one.url = `http://127.0.0.1:${one.server.address().port}`;
    return one;
  }
  async hand_on(request, response) {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const kept = {method: request.method, path: request.url, headers: request.headers,
                  body: Buffer.concat(pieces)};
    this.requests.push(kept);
    const answer = await this.send(kept);
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  }
  send(kept) {
    return new Promise((resolve, reject) => {
      const headers = {...kept.headers, host: new URL(this.target).host,
                       'content-length': kept.body.length};
      delete headers['transfer-encoding'];
      delete headers.connection;
      const request = http.request(this.target + kept.path, {method: kept.method, headers});
      request.on('response', async (answer) => {
        const pieces = [];
        for await (const piece of answer) pieces.push(piece);
        resolve({status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces)});
      });
      request.on('error', reject);
      request.end(kept.body);
    });
  }
  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

// The six verbs as every Segment-like client has them, and what must be seen of them afterwards.
export function say_all(client, id) {
  client.identify({userId: id, traits: {name: 'Uma Example', email: `${id}@example.test`,
                                        plan: 'gold'}});
  client.track({userId: id, event: 'Order Completed',
                properties: {revenue: 19.99, currency: 'EUR', order: 'O-1'}});
  client.page({userId: id, name: 'Pricing', properties: {url: 'https://shop.test/pricing'}});
  client.screen({userId: id, name: 'Basket'});
  client.group({userId: id, groupId: `acme-${id}`, traits: {name: 'Acme', employees: 7}});
  client.alias({previousId: `anonymous-${id}`, userId: id});
}

export async function expect_all(assert, concord, id) {
  const answer = await concord.customer(`user_id:${id}`);
  assert.equal(answer.profile.name, 'Uma Example');
  assert.equal(answer.profile.attributes.plan.value, 'gold');
  assert.equal((await concord.customer(`email:${id}@example.test`)).customer_id,
               answer.customer_id);
  assert.equal((await concord.customer(`anonymous_id:anonymous-${id}`)).customer_id,
               answer.customer_id);
  assert.equal(answer.accounts.length, 1);
  const account = await concord.customer(`account:acme-${id}`);
  assert.equal(account.profile.attributes.employees.value, 7);
  const by_subject = Object.fromEntries(answer.timeline.entries.map((one) => [one.subject, one]));
  assert.deepEqual(Object.keys(by_subject).sort(), ['Basket', 'Order Completed', 'Pricing']);
  const order = by_subject['Order Completed'];
  assert.equal(order.kind, 'interaction');
  assert.equal(order.topic, 'order_completed');
  assert.equal(order.amount_minor, 1999);
  assert.equal(order.attributes.order, 'O-1');
  for (const time of ['timestamp', 'original_timestamp', 'sent_at', 'received_at'])
    assert.ok(order.attributes[time], time);
  assert.equal(by_subject.Pricing.kind, 'visit');
  assert.equal(by_subject.Pricing.url, 'https://shop.test/pricing');
  assert.equal(by_subject.Basket.channel, 'app');
  assert.equal((await concord.get('/v1/rejections')).kept, 0);
}

// Everything again, byte for byte and as it came: answered as success, and nothing changes.
export async function expect_replay(assert, concord, recorder) {
  const before = await concord.revision();
  assert.ok(recorder.requests.length > 0);
  for (const kept of recorder.requests) assert.equal((await recorder.send(kept)).status, 200);
  assert.equal(await concord.revision(), before);
  assert.ok(await concord.metric(/^concord_events_ingested_total.*result="duplicate"/) > 0);
}

// A workload on the cluster client of node-redis, Redis's own for Node. Each line of standard input is a
// phase: seconds, and whether errors are to be expected in it; the answer is a line of JSON.

import { createInterface } from "node:readline";
import { strict as assert } from "node:assert";
import { createRequire } from "node:module";

const { createCluster } = createRequire(process.env.SLOTLAB_NODE_MODULES ?? import.meta.url)("@redis/client");

const KEYS = 60;
const PATIENCE_MS = 1000;
// What a client may say while a node is gone: nothing else is expected, and nothing at all otherwise.
const EXPECTED =
  /CLUSTERDOWN|Socket closed|Connection timeout|ECONNREFUSED|ECONNRESET|ETIMEDOUT|client is closed|client is offline|None of the|No answer in time|Could not connect|Disconnects client|aborted|timed out/i;

const port = Number(process.argv[2]);
const cluster = createCluster({
  rootNodes: [0, 1, 2].map((n) => ({ url: `redis://127.0.0.1:${port + n}` })),
  RESP: Number(process.argv[3] ?? 3),
  defaults: { socket: { connectTimeout: PATIENCE_MS, reconnectStrategy: () => 100 }, disableOfflineQueue: true },
});
let strange = [];
const hear = (error) => {
  if (!EXPECTED.test(String(error?.message ?? error))) strange.push(String(error));
};
for (const event of ["error", "node-error"]) cluster.on(event, hear);

/** The answer, or an error when it does not come. */
function soon(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("No answer in time")), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function work(turn) {
  const key = `key:${turn % KEYS}`;
  assert.equal(await soon(cluster.set(key, `value ${turn}`)), "OK");
  assert.equal(await soon(cluster.get(key)), `value ${turn}`);
  await soon(cluster.hSet(`hash:${turn % KEYS}`, { turn, half: turn / 2 }));
  assert.equal((await soon(cluster.hGetAll(`hash:${turn % KEYS}`))).turn, String(turn));
  await soon(cluster.zAdd(`zset:${turn % KEYS}`, { score: turn, value: "member" }));
  assert.equal(await soon(cluster.zScore(`zset:${turn % KEYS}`, "member")), turn);
}

let turn = 0;

async function phase(seconds, errorsAreFine) {
  const until = Date.now() + seconds * 1000;
  const unexpected = [];
  let done = 0;
  let errors = 0;
  while (Date.now() < until) {
    turn += 1;
    try {
      await work(turn);
      done += 1;
    } catch (error) {
      errors += 1;
      if (!errorsAreFine || !EXPECTED.test(error.message)) unexpected.push(String(error));
      // A client that is offline says so at once.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  unexpected.push(...strange);
  strange = [];
  return { done, errors, unexpected: unexpected.slice(0, 5) };
}

await cluster.connect();
console.log(JSON.stringify({ ready: cluster.masters.length + cluster.replicas.length }));
for await (const line of createInterface({ input: process.stdin })) {
  const [seconds, errorsAreFine] = line.split(" ");
  console.log(JSON.stringify(await phase(Number(seconds), errorsAreFine === "yes")));
}
cluster.destroy();

// A workload on the cluster client of node-redis, Redis's own for Node.

import { strict as assert } from "node:assert";
import { createRequire } from "node:module";
import { phases } from "./phases.mjs";

const { createCluster } = createRequire(process.env.SLOTLAB_NODE_MODULES ?? import.meta.url)("@redis/client");

const KEYS = 60;
const PATIENCE_MS = 1000;
const client = phases(
  /CLUSTERDOWN|Socket closed|Connection timeout|ECONNREFUSED|ECONNRESET|ETIMEDOUT|client is closed|client is offline|None of the|No answer in time|Could not connect|Disconnects client|aborted|timed out/i,
);

const port = Number(process.argv[2]);
const cluster = createCluster({
  rootNodes: [0, 1, 2].map((n) => ({ url: `redis://127.0.0.1:${port + n}` })),
  RESP: Number(process.argv[3] ?? 3),
  defaults: { socket: { connectTimeout: PATIENCE_MS, reconnectStrategy: () => 100 }, disableOfflineQueue: true },
});
for (const event of ["error", "node-error"]) cluster.on(event, client.hear);

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

await cluster.connect();
await client.play(cluster.masters.length + cluster.replicas.length, work);
cluster.destroy();

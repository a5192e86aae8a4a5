// A workload on ioredis's cluster client.

import { strict as assert } from "node:assert";
import { createRequire } from "node:module";
import { phases } from "./phases.mjs";

const { Cluster } = createRequire(process.env.SLOTLAB_NODE_MODULES ?? import.meta.url)("ioredis");

const KEYS = 60;
const client = phases(
  /CLUSTERDOWN|Connection is closed|Failed to refresh slots|Command timed out|Too many Cluster redirections|ECONNREFUSED|ECONNRESET|ETIMEDOUT|None of startup nodes/,
);

const port = Number(process.argv[2]);
const cluster = new Cluster(
  [0, 1, 2].map((n) => ({ host: "127.0.0.1", port: port + n })),
  {
    retryDelayOnFailover: 100,
    retryDelayOnClusterDown: 100,
    slotsRefreshTimeout: 1000,
    redisOptions: { commandTimeout: 1000, connectTimeout: 1000 },
  },
);
cluster.on("error", client.hear);

async function work(turn) {
  const key = `key:${turn % KEYS}`;
  assert.equal(await cluster.set(key, `value ${turn}`), "OK");
  assert.equal(await cluster.get(key), `value ${turn}`);
  await cluster.hset(`hash:${turn % KEYS}`, { turn, half: turn / 2 });
  assert.equal((await cluster.hgetall(`hash:${turn % KEYS}`)).turn, String(turn));
  await cluster.zadd(`zset:${turn % KEYS}`, turn, "member");
  assert.equal(Number(await cluster.zscore(`zset:${turn % KEYS}`, "member")), turn);
}

await new Promise((resolve) => cluster.once("ready", resolve));
await client.play(cluster.nodes().length, work);
cluster.disconnect();

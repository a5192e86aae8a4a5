// A workload on ioredis's cluster client. Each line of standard input is a phase: seconds, and whether
// errors are to be expected in it; the answer is a line of JSON.

import { createInterface } from "node:readline";
import { strict as assert } from "node:assert";
import { createRequire } from "node:module";

const { Cluster } = createRequire(process.env.SLOTLAB_NODE_MODULES ?? import.meta.url)("ioredis");

const KEYS = 60;
// What a client may say while a node is gone: nothing else is expected, and nothing at all otherwise.
const EXPECTED =
  /CLUSTERDOWN|Connection is closed|Failed to refresh slots|Command timed out|Too many Cluster redirections|ECONNREFUSED|ECONNRESET|ETIMEDOUT|None of startup nodes/;

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
let strange = [];
cluster.on("error", (error) => {
  if (!EXPECTED.test(error.message)) strange.push(error.message);
});

async function work(turn) {
  const key = `key:${turn % KEYS}`;
  assert.equal(await cluster.set(key, `value ${turn}`), "OK");
  assert.equal(await cluster.get(key), `value ${turn}`);
  await cluster.hset(`hash:${turn % KEYS}`, { turn, half: turn / 2 });
  assert.equal((await cluster.hgetall(`hash:${turn % KEYS}`)).turn, String(turn));
  await cluster.zadd(`zset:${turn % KEYS}`, turn, "member");
  assert.equal(Number(await cluster.zscore(`zset:${turn % KEYS}`, "member")), turn);
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
    }
  }
  unexpected.push(...strange);
  strange = [];
  return { done, errors, unexpected: unexpected.slice(0, 5) };
}

await new Promise((resolve) => cluster.once("ready", resolve));
console.log(JSON.stringify({ ready: cluster.nodes().length }));
for await (const line of createInterface({ input: process.stdin })) {
  const [seconds, errorsAreFine] = line.split(" ");
  console.log(JSON.stringify(await phase(Number(seconds), errorsAreFine === "yes")));
}
cluster.disconnect();

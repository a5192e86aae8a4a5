"""A workload on redis-py's cluster client. Each line of standard input is a phase: its name and whether
errors are to be expected in it; the answer is a line of JSON. After every phase all must be well."""

import json
import sys
import time

from redis.cluster import ClusterNode, RedisCluster
from redis.exceptions import (
    ClusterDownError,
    ClusterError,
    ConnectionError,
    RedisClusterException,
    TimeoutError,
)

KEYS = 60
# What a client may say while a node is gone: nothing else is expected, and nothing at all otherwise.
EXPECTED = (ClusterDownError, ClusterError, ConnectionError, RedisClusterException, TimeoutError)


def main(port, protocol):
    client = RedisCluster(
        startup_nodes=[ClusterNode("127.0.0.1", port + n) for n in range(3)],
        protocol=protocol,
        socket_timeout=1,
        socket_connect_timeout=1,
    )
    turn = 0
    print(json.dumps({"ready": len(client.get_nodes())}), flush=True)
    for line in sys.stdin:
        seconds, errors_are_fine = line.split()
        expected, unexpected, done = 0, [], 0
        until = time.monotonic() + float(seconds)
        while time.monotonic() < until:
            turn += 1
            try:
                work(client, turn)
                done += 1
            except EXPECTED as error:
                expected += 1
                if errors_are_fine == "no":
                    unexpected.append(repr(error))
            except Exception as error:  # whatever it is, it is told
                unexpected.append(repr(error))
        print(json.dumps({"done": done, "errors": expected, "unexpected": unexpected[:5]}), flush=True)


def work(client, turn):
    key = f"key:{turn % KEYS}"
    value = f"value {turn}"
    assert client.set(key, value) is True
    assert client.get(key) == value.encode()
    client.hset(f"hash:{turn % KEYS}", mapping={"turn": turn, "half": turn / 2})
    assert client.hgetall(f"hash:{turn % KEYS}")[b"turn"] == str(turn).encode()
    client.zadd(f"zset:{turn % KEYS}", {"member": turn})
    assert client.zscore(f"zset:{turn % KEYS}", "member") == turn
    if turn % 20 == 0:
        with client.pipeline() as pipe:
            for n in range(10):
                pipe.set(f"pipe:{n}", turn)
            pipe.get("pipe:3")
            assert pipe.execute()[-1] == str(turn).encode()
        assert client.mget_nonatomic([f"pipe:{n}" for n in range(10)]) == [str(turn).encode()] * 10


main(int(sys.argv[1]), int(sys.argv[2]))

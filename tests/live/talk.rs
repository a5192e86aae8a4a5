//! Random commands, made from patterns of words.
//!
//! `K` a key, `K2` one that is never there, `T` a time to live that does not end soon, `V` a value, `I` a number or what looks like one, `S` a small number, `F` a float, `M` a
//! member, `L` an end of a range of members, `D` degrees, `R` a radius, `Q` a stream, `G` a group, `J` an
//! id of an entry, `a|b` one of several, `[x` optional words up to `]`.

use bytes::Bytes;
use slotlab::words::{Argv, Rng};

const PATTERNS: &[&str] = &[
    "GET K",
    "SET K V [ NX|XX ] [ GET ] [ KEEPTTL ]",
    "SET K V EX|PX T",
    "SETNX K V",
    "GETSET K V",
    "GETDEL K",
    "GETEX K [ PERSIST|EX T ]",
    "APPEND K V",
    "STRLEN K",
    "GETRANGE K S S",
    "SUBSTR K S S",
    "SETRANGE K S V",
    "MGET K K K",
    "MSET K V K V",
    "MSET K V K",
    "MSETNX K V K V",
    "INCR K",
    "DECR K",
    "INCRBY K I",
    "DECRBY K I",
    "INCRBYFLOAT K 0.5|2|-1.25|abc",
    "LCS K K [ LEN ]",
    "SETEX K T V",
    "PSETEX K T V",
    "DEL K K",
    "UNLINK K",
    "EXISTS K K K",
    "TOUCH K",
    "TYPE K",
    "RENAME K K",
    "RENAMENX K K",
    "COPY K K [ REPLACE ]",
    "DBSIZE",
    "PERSIST K",
    "TTL K2",
    "EXPIRE K T [ NX|XX|GT|LT ]",
    "EXPIREAT K 33177117420 [ NX|XX|GT|LT ]",
    "PEXPIREAT K 33177117420000",
    "EXPIRETIME K2",
    "OBJECT ENCODING K",
    "KEYS *|{t}?|nomatch|{t}[a-c]",
    "MOVE K 1",
    "SORT K [ ALPHA ] [ DESC ]",
    "SORT K ALPHA LIMIT S S",
    "SORT K BY nosort [ DESC ]",
    "SORT K BY w_*|x->* [ STORE K ]",
    "SORT K GET #|*",
    "SORT_RO K [ DESC ] [ STORE K ]",
    "GEORADIUS {t}geo D D R km STOREDIST {t}geo2",
    "SORT K STORE K",
    "SCAN 0 COUNT 1000",
    "LPUSH K M V",
    "RPUSH K M M M",
    "LPUSHX K V",
    "RPUSHX K V",
    "LPOP K [ S ]",
    "RPOP K [ S ]",
    "LLEN K",
    "LRANGE K S S",
    "LINDEX K S",
    "LSET K S V",
    "LINSERT K BEFORE|AFTER|x M V",
    "LREM K S M",
    "LTRIM K S S",
    "LPOS K M [ RANK S ] [ COUNT S ]",
    "RPOPLPUSH K K",
    "LMOVE K K LEFT|RIGHT LEFT|x",
    "SADD K M M V",
    "SREM K M M",
    "SMEMBERS K",
    "SCARD K",
    "SISMEMBER K M",
    "SMISMEMBER K M M",
    "SMOVE K K M",
    "SINTER K K",
    "SUNION K K",
    "SDIFF K K",
    "SINTERSTORE K K K",
    "SUNIONSTORE K K K",
    "SDIFFSTORE K K K",
    "SINTERCARD S K K [ LIMIT S ]",
    "HSET K M V M V",
    "HSET K M",
    "HSETNX K M V",
    "HGET K M",
    "HMGET K M M",
    "HDEL K M",
    "HGETALL K",
    "HKEYS K",
    "HVALS K",
    "HLEN K",
    "HEXISTS K M",
    "HSTRLEN K M",
    "HINCRBY K M I",
    "HINCRBYFLOAT K M 0.5|abc",
    "HMSET K M V",
    "ZADD K [ NX|XX ] [ GT|LT ] [ CH ] F M F M",
    "ZADD K INCR F M",
    "ZINCRBY K F M",
    "ZREM K M M",
    "ZSCORE K M",
    "ZMSCORE K M M",
    "ZCARD K",
    "ZRANK K M",
    "ZREVRANK K M",
    "ZCOUNT K F F",
    "ZRANGE K S S [ REV ] [ WITHSCORES ]",
    "ZRANGE K F F BYSCORE [ LIMIT S S ]",
    "ZREVRANGE K S S [ WITHSCORES ]",
    "ZRANGEBYSCORE K F F [ WITHSCORES ] [ LIMIT S S ]",
    "ZREVRANGEBYSCORE K F (F",
    "ZPOPMIN K [ S ]",
    "ZPOPMAX K",
    "ZREMRANGEBYRANK K S S",
    "ZREMRANGEBYSCORE K F F",
    "ZUNION 2 K K [ WEIGHTS F F ] [ AGGREGATE sum|MIN|max|x ] [ WITHSCORES ]",
    "ZINTER 2 K K [ WEIGHTS F F ] [ AGGREGATE sum|MIN|max ] [ WITHSCORES ]",
    "ZDIFF S K K [ WITHSCORES ]",
    "ZINTERCARD S K K [ LIMIT S ]",
    "ZUNIONSTORE K 2 K K [ WEIGHTS F F ] [ AGGREGATE MAX ]",
    "ZINTERSTORE K S K K [ WEIGHTS F ]",
    "ZDIFFSTORE K 2 K K",
    "ZRANGESTORE K K S S [ REV ]",
    "ZRANGESTORE K K F F BYSCORE [ LIMIT S S ]",
    "ZADD {t}lex 0 M 0 V",
    "ZADD {t}lex 0 M 0 M",
    "ZRANGEBYLEX {t}lex L L [ LIMIT S S ]",
    "ZREVRANGEBYLEX {t}lex L L",
    "ZRANGE {t}lex L L BYLEX [ REV ] [ LIMIT S S ] [ WITHSCORES ]",
    "ZLEXCOUNT {t}lex L L",
    "ZREMRANGEBYLEX {t}lex L L",
    "LMPOP S K K LEFT|RIGHT|x [ COUNT S ]",
    "LMPOP 2 K K LEFT|RIGHT [ COUNT S ]",
    "ZMPOP 2 K K MIN|MAX|x [ COUNT S ]",
    "BLMPOP 0.01|x S K K LEFT [ COUNT S ]",
    "BZMPOP 0.01 2 K K MAX [ COUNT S ]",
    "BZPOPMIN K K 0.01|x",
    "BZPOPMAX K 0.01",
    "GEOADD {t}geo [ NX|XX ] [ CH ] D D M D D M",
    "GEOADD {t}geo D D M",
    "GEOADD {t}geo D D M",
    "GEODIST {t}geo M M [ m|km|ft|mi|x ]",
    "GEOHASH {t}geo M M",
    "GEOPOS {t}geo M V",
    "GEOSEARCH {t}geo FROMLONLAT D D BYRADIUS R m|km|mi ASC|DESC [ WITHDIST ] [ WITHCOORD ]",
    "GEOSEARCH {t}geo FROMMEMBER M BYBOX R R km|ft ASC [ COUNT S [ ANY ] ] [ WITHHASH ]",
    "GEOSEARCH {t}geo FROMLONLAT D D BYRADIUS R km [ COUNT 2 ANY ]",
    "GEOSEARCH {t}geo FROMMEMBER M BYBOX R R m",
    "GEOSEARCHSTORE {t}geo2 {t}geo FROMMEMBER M BYRADIUS R km [ STOREDIST ]",
    "GEORADIUS {t}geo D D R km [ WITHDIST ] [ ASC ] [ STORE {t}geo2 ]",
    "GEORADIUSBYMEMBER_RO {t}geo M R km [ COUNT S ]",
    "ZRANGE {t}geo2 0 -1 WITHSCORES",
    "GEOADD K D D M",
    "GEODIST K a b",
    "XADD K 1-1|2-0|0-0|x f v",
    "XADD Q J f v",
    "XADD Q J f v",
    "XADD Q J M v M V",
    "XADD Q [ NOMKSTREAM ] MAXLEN|MINID =|~ S [ LIMIT S ] J f v",
    "XLEN Q",
    "XRANGE Q J J [ COUNT S ]",
    "XREVRANGE Q J J [ COUNT S ]",
    "XDEL Q J J",
    "XTRIM Q MAXLEN|MINID|x =|~ J|S [ LIMIT S ]",
    "XSETID Q J [ ENTRIESADDED S ] [ MAXDELETEDID J ]",
    "XREAD COUNT S STREAMS Q J",
    "XREAD STREAMS Q K2 0 0",
    "XREAD BLOCK 1 STREAMS Q Q $|J|x J",
    "XGROUP CREATE Q G J|$ [ MKSTREAM ] [ ENTRIESREAD S ]",
    "XGROUP CREATE Q G 0 MKSTREAM",
    "XGROUP CREATE Q G $ MKSTREAM",
    "XGROUP SETID Q G J|$ [ ENTRIESREAD S ]",
    "XGROUP DESTROY Q G",
    "XGROUP CREATECONSUMER Q G M",
    "XGROUP DELCONSUMER Q G M",
    "XREADGROUP GROUP G M [ COUNT S ] [ NOACK ] STREAMS Q >",
    "XREADGROUP GROUP G M [ COUNT S ] [ NOACK ] STREAMS Q >",
    "XREADGROUP GROUP G M COUNT 2 STREAMS Q >",
    "XREADGROUP GROUP G M [ COUNT S ] [ NOACK ] STREAMS Q J",
    "XREADGROUP GROUP G M BLOCK 1 STREAMS Q Q >|$ >|J",
    "XACK Q G J J",
    "XPENDING Q G",
    "XPENDING Q G IDLE 1000000 J J S [ M ]",
    "XCLAIM Q G M 0|1000000|x J J [ IDLE S ] [ RETRYCOUNT S ] [ FORCE ] [ JUSTID ] [ LASTID J ]",
    "XCLAIM Q G M 0 J J TIME 1000 [ RETRYCOUNT S ] [ FORCE ] [ JUSTID ]",
    "XAUTOCLAIM Q G M 0|1000000|x J [ COUNT S ] [ JUSTID ]",
    "XINFO GROUPS Q",
    "XINFO STREAM Q",
    "XINFO STREAM Q FULL [ COUNT S ]",
    "XINFO CONSUMERS Q G",
    "XPENDING Q G J J S [ M ]",
    "SPOP K 100",
    "SRANDMEMBER K 100",
    "HRANDFIELD K 100|0|x|-9223372036854775808 [ WITHVALUES|x ]",
    "ZRANDMEMBER K 100|0|x|-9223372036854775808|9223372036854775807 [ WITHSCORES|x ]",
    "ZRANDMEMBER K2 [ S ]",
    "ZADD {t}single 1 m",
    "ZRANDMEMBER {t}single [ S [ WITHSCORES ] ]",
    "SRANDMEMBER K 0|x|-9223372036854775808",
    "ZREVRANGEBYSCORE K +inf -inf WITHSCORES",
    "HSCAN K 0",
    "ZSCAN K 0",
    "SSCAN K 0",
    "COMMAND INFO nosuch",
    "CLUSTER INFO x",
    "PUBSUB SHARDNUMSUB ch",
    "PUBSUB CHANNELS",
    "SETBIT K 3|9|x 0|1|2",
    "GETBIT K 3|100",
    "BITCOUNT K [ S S ]",
    "BITCOUNT K S S BYTE|BIT|x",
    "BITPOS K 0|1|2 [ S ]",
    "BITPOS K 0|1 S S [ BIT|BYTE|x ]",
    "BITFIELD K GET u8|i5|u63|i64|u64|i0|x S",
    "BITFIELD K GET u4 #1 SET i8|u8|i64 S I",
    "BITFIELD K OVERFLOW SAT|FAIL|WRAP|x INCRBY i8|u8|u1|i64 S I",
    "BITFIELD K INCRBY u16 #S I INCRBY i3 2 I",
    "BITFIELD_RO K GET u8 S [ SET u8 0 1 ]",
    "BITOP AND|OR|XOR|NOT K K K",
    "PFADD {t}hll M V",
    "PFCOUNT {t}hll K2",
    "PFADD {t}hll M I V F",
    "PFADD {t}hll2 [ V M ]",
    "PFCOUNT {t}hll|{t}hll2|{t}a",
    "PFMERGE {t}hll2 {t}hll",
    "PFDEBUG DECODE|ENCODING|TODENSE|x {t}hll|{t}hll2|{t}hll2|K",
    "GET {t}hll|{t}hll2",
    "DEL {t}hll2",
    "DEL {t}hll",
    "MULTI",
    "EXEC",
    "DISCARD",
    "WATCH K",
    "UNWATCH",
    "PING [ V ]",
    "ECHO V",
    "SELECT 0|1|x",
    "CLUSTER COUNTKEYSINSLOT 15891|99999|x",
    "CLUSTER KEYSLOT V",
    "CLUSTER GETKEYSINSLOT 15891 S",
    "CLUSTER SETSLOT 5 STABLE",
    "CLUSTER BOGUS",
    "READONLY",
    "READWRITE",
    "ASKING",
    "NOSUCH V V",
    "GET",
    "GET K K",
    "HELLO 9",
    "CLIENT GETNAME",
    "CLIENT SETNAME a|b",
    "OBJECT BOGUS K",
    "CONFIG GET hz|save|port*x|maxmemory*|*zip*",
    "CONFIG SET hz 10|x|-5",
    "CONFIG SET nosuch 1",
    "CONFIG SET cluster-node-timeout 15000|x",
    "DEBUG SLEEP 0",
    "MGET K foo",
    "EVAL K2",
    "COMMAND GETKEYS SET K V",
    "COMMAND GETKEYSANDFLAGS SET K V [ GET ]",
    "COMMAND GETKEYS ZUNION S K K",
    "ACL DRYRUN default|bob GET|SET|nosuch K [ V ]",
    "ACL GETUSER default|bob",
    "CLIENT UNBLOCK 999|x [ TIMEOUT|ERROR|x ]",
    "CLIENT TRACKING off|x [ BCAST|OPTIN|x ]",
    "CLIENT NO-EVICT on|off|x",
    "LOLWUT [ VERSION 7|x ]",
    "COMMAND GETKEYS PING",
    "COMMAND COUNT",
    "RESTORE K 0 xx",
    "SPUBLISH K V",
    "PUBLISH ch V",
    "PUBSUB NUMSUB ch",
    "WAIT 0 0",
    "FLUSHALL x",
];

/// A random command.
pub(crate) fn command(rng: &mut Rng) -> Argv {
    from_pattern(rng, PATTERNS)
}

/// A random command on a stream.
pub(crate) fn stream_command(rng: &mut Rng) -> Argv {
    // One is long enough to have several nodes, and has no groups.
    const OTHERS: [&str; 12] = [
        "DEL Q",
        "COPY Q Q",
        "RENAME Q Q",
        "OBJECT ENCODING Q",
        "DUMP {t}long",
        "XTRIM {t}long MAXLEN|MINID ~|= 90|150|5-100|5-250",
        "XADD {t}long MAXLEN|MINID ~ 120|5-260 5-* f v g 300",
        "XDEL {t}long 5-50|5-101|5-160 5-99|5-220|6",
        "XADD {t}long *-1|5-* f|g V",
        "XINFO STREAM {t}long",
        "XREVRANGE {t}long + 5-110 COUNT 3",
        "XRANGE {t}long 5-95|5-240 + COUNT 9",
    ];
    let of_streams = PATTERNS.iter().filter(|pattern| pattern.contains(" Q")).copied();
    let all: Vec<&str> = of_streams.chain(OTHERS).collect();
    match rng.below(600) {
        0 => Argv::from("DEL {t}long"),
        1..200 => Argv::from("XADD {t}long 5-* f v"),
        _ => from_pattern(rng, &all),
    }
}

fn from_pattern(rng: &mut Rng, patterns: &[&str]) -> Argv {
    let pattern = one(rng, patterns);
    let mut words = expand(rng, pattern, word);
    if rng.below(60) == 0 {
        words.pop();
    }
    if words == ["COMMAND", "INFO"] {
        words.clear();
    }
    // COMMAND alone lists everything, which is another test's business; HELLO tells the client's id.
    if words.is_empty() || words == ["COMMAND"] || words == ["HELLO"] {
        words.push(Bytes::from_static(b"PING"));
    }
    Argv::new(words)
}

/// The words of a pattern; `word` says what stands for a token.
pub(crate) fn expand(
    rng: &mut Rng,
    pattern: &str,
    mut word: impl FnMut(&mut Rng, &str) -> Bytes,
) -> Vec<Bytes> {
    let mut words: Vec<Bytes> = Vec::new();
    let mut skipping = false;
    for token in pattern.split(' ') {
        match token {
            "[" => skipping = rng.below(3) != 0,
            "]" => skipping = false,
            _ if skipping => {}
            _ => words.push(word(rng, token)),
        }
    }
    words
}

/// One of several.
pub(crate) fn one<T: Copy>(rng: &mut Rng, choices: &[T]) -> T {
    choices[rng.below(choices.len() as u64) as usize]
}

/// What stands for a token: see above.
pub(crate) fn word(rng: &mut Rng, token: &str) -> Bytes {
    let long = "y".repeat(70);
    let text = match token {
        "K" => one(rng, &["{t}a", "{t}b", "{t}c", "{t}d", "{t}e", "{t}f"]),
        "K2" => "{t}none",
        "Q" => one(rng, &["{t}stream", "{t}stream", "{t}stream2", "{t}a"]),
        "G" => one(rng, &["g", "g", "h", "nogroup"]),
        "J" => one(
            rng,
            &[
                "1-1", "1-2", "1-3", "1-4", "1-5", "1-6", "2-0", "2-1", "3", "3-*", "4-0", "1-*",
                "0-0", "-", "+", "(1-2", "9-9", "x",
            ],
        ),
        "T" => one(rng, &["0", "-1", "abc", "1.5", "1500000", "9223372036854775807"]),
        "V" => one(rng, &["x", "abc", "10", "-3", "3.5", "", "99999999999999999999", "007", &long]),
        "I" => one(rng, &["0", "1", "-1", "7", "-100", "100", "abc", "9223372036854775807", "1.5"]),
        "S" => one(rng, &["0", "1", "2", "-1", "-2", "3", "100", "-100", "x"]),
        "F" => one(rng, &["1", "2.5", "-inf", "+inf", "nan", "abc", "1e3", "0", "-0", "0.1"]),
        "(F" => one(rng, &["(1", "(2.5", "(x"]),
        "D" => one(
            rng,
            &["0", "1.5", "-0.25", "13.361389", "38.115556", "-84", "85.06", "-179.9", "x", "80"],
        ),
        "R" => one(rng, &["0", "1", "500", "10000", "1e3", "300000", "-1", "2.5", "x"]),
        "L" => one(rng, &["-", "+", "[a", "(b", "[c", "(10", "x", "[", "+a", "[yy"]),
        "M" => one(rng, &["a", "b", "c", "1", "2", "10"]),
        _ => one(rng, &token.split('|').collect::<Vec<_>>()),
    };
    Bytes::copy_from_slice(text.as_bytes())
}

/// An answer, its parts sorted where their order is that of a hash table.
pub(crate) fn canonical(argv: &Argv, reply: &[u8]) -> Vec<Vec<u8>> {
    const UNORDERED: [&str; 18] = [
        "keys",
        "sort",
        "smembers",
        "sinter",
        "sunion",
        "sdiff",
        "hgetall",
        "hkeys",
        "hvals",
        "scan",
        "exec",
        "spop",
        "srandmember",
        "hrandfield",
        "zrandmember",
        "hscan",
        "zscan",
        "sscan",
    ];
    let mut lines: Vec<Vec<u8>> = reply.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    let name = argv.name();
    if name.starts_with('x') || name == "exec" {
        hide_moments(&mut lines);
    }
    if UNORDERED.contains(&name.as_str()) || name == "config" {
        lines.sort();
    }
    lines
}

/// Empties what depends on the clock in what is told of a stream's groups: how long a consumer or a
/// pending entry is idle, when a consumer was seen, when an entry was given to it.
fn hide_moments(lines: &mut [Vec<u8>]) {
    /// A moment has more digits than any other number here.
    const MOMENT: usize = 12;
    for at in 1..lines.len() {
        let is = |back: usize, word: &[u8]| {
            at.checked_sub(back).is_some_and(|at| lines[at].trim_ascii_end() == word)
        };
        let is_named = is(1, b"idle") || is(1, b"seen-time");
        let is_of_a_pending_entry = is(5, b"*4") || MOMENT < lines[at].len();
        if is_named || is_of_a_pending_entry && lines[at].starts_with(b":") {
            lines[at].clear();
        }
    }
}

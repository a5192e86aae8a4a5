### What became true of a node, one plain sentence each. $who is the node that reports it.
### The id is "fact-" and the variant of shapes::Fact; its fields are the arguments.

## Process

fact-started = { $who } starts as a { $role }
fact-refused = { $who } does not start: { $text }
fact-own-address = { $who } learns its own address: { $ip }

## Membership

fact-handshake-started = { $who } begins a handshake with { $ip }:{ $port }
fact-node-joined = { $who } knows { $peer } by its real id now
fact-handshake-expired = { $who } gives up its handshake with { $ip }:{ $port }: no answer in time
fact-address-changed = { $who } sees that { $peer } moved to { $ip }:{ $port }
fact-address-lost = { $who } finds another node at the address of { $peer } and does not know where { $peer } is
fact-forgotten = { $who } forgets { $peer }
fact-link-over-limit =
    { $who } frees its link { $outbound ->
        [true] to
       *[false] from
    } { $peer }: { $bytes } bytes of send buffer are over the limit

fact-client-over-limit =
    { $who } closes the connection of { $class } at { $address }: { $bytes } bytes of output buffer are over the limit
class-normal = the client
class-replica = the replica
class-pubsub = the subscriber

## Failure detection

fact-pfail = { $who } marks { $peer } PFAIL: no answer within the node timeout
fact-pfail-cleared = { $who } hears { $peer } again and takes PFAIL back
fact-failure-reported = { $who } is told by { $by } that { $peer } does not answer
fact-fail =
    { $who } marks { $peer } FAIL: { $reports ->
        [one] 1 master reports it
       *[other] { $reports } masters report it
    }, { $needed } needed
fact-fail-heard = { $who } is told by { $from } that { $peer } is FAIL
fact-fail-cleared = { $who } takes FAIL of { $peer } back: { $why }
why-replica-reachable = it answers, and it is a replica
why-master-without-slots = it answers, and it has no slots
why-nobody-serves-its-slots = it answers, and nobody took over its slots

## Cluster state

fact-state-ok = { $who } sees the cluster as ok
fact-state-fail = { $who } sees the cluster as down: { $why }
why-slot-unassigned = slot { $slot } has no owner
why-slot-owner-failed = { $owner }, the owner of slot { $slot }, is FAIL
why-minority = it reaches { $reachable } of the { $needed } masters that make a majority

## Epochs and ownership

fact-epoch-bumped = { $who } takes config epoch { $epoch }
fact-epoch-collision = { $who } had the same config epoch as { $peer } and moves on to { $epoch }
fact-slots-moved =
    { $who } sees { $count ->
        [one] slot { $first }
       *[other] { $count } slots from { $first } on
    } go to { $to } in epoch { $epoch }
fact-stale-claim = { $who } tells { $peer } that its claim is stale: { $owner } owns those slots
fact-dirty-keys-deleted =
    { $who } deletes { $count ->
        [one] 1 key
       *[other] { $count } keys
    } of slots that it lost
fact-slot-adopted = { $who } has keys of slot { $slot }, which nobody owns, and takes it
fact-slot-held-for-other = { $who } has keys of slot { $slot }, which { $owner } owns, and sets it to importing
fact-role-seen = { $who } sees { $peer } as a { $role } now
fact-became-replica = { $who } becomes a replica of { $master }: { $why }
why-told = it was told to
why-lost-its-slots = its slots went there
why-master-lost-its-slots = its master's slots went there
why-master-is-replica = its master is a replica itself
why-migrated = that master had none

## Election

fact-election-scheduled = { $who } will ask for votes in { $delay } ms (rank { $rank }, offset { $offset })
fact-rank-updated = { $who } waits { $added } ms more: { $rank ->
        [one] 1 replica has more data
       *[other] { $rank } replicas have more data
    }
fact-election-started =
    { $who } asks for votes in epoch { $epoch }: { $needed ->
        [one] 1 vote needed
       *[other] { $needed } votes needed
    }
fact-voted = { $who } votes for { $candidate } in epoch { $epoch }
fact-vote-denied = { $who } does not vote for { $candidate }: { $why }
why-i-am-replica = { $who } is a replica
why-no-slots = { $who } has no slots
why-stale-epoch = it asked in epoch { $asked }, but the epoch is { $current } already
why-already-voted = { $who } has voted in epoch { $epoch } already
why-candidate-is-master = it is a master
why-master-unknown = its master is unknown here
why-master-is-up = its master is not FAIL here
why-voted-recently = { $who } voted for a replica of this master a moment ago ({ $wait } ms to go)
why-newer-claim = slot { $slot } was claimed in epoch { $have }, after its epoch { $asked }
fact-vote-received = { $who } has { $votes } of { $needed } votes: { $from } said yes
fact-election-won = { $who } wins the election of epoch { $epoch }
fact-promoted =
    { $who } is a master now, in epoch { $epoch }, with { $slots ->
        [one] 1 slot
       *[other] { $slots } slots
    }
fact-cannot-fail-over = { $who } does not fail over: { $why }
why-data-too-old = its data is too old
why-waiting-delay = it waits for its delay
why-expired = its attempt expired
why-waiting-votes = it waits for votes

## Manual failover

fact-manual-requested = { $who } was asked to take over from its master ({ $mode })
mode-default = CLUSTER FAILOVER
mode-force = CLUSTER FAILOVER FORCE
mode-takeover = CLUSTER FAILOVER TAKEOVER
fact-manual-paused = { $who } pauses its clients for the failover to { $replica }
fact-manual-offset = { $who } knows where its master's stream stops: { $offset }
fact-manual-caught-up = { $who } has all of its master's stream
fact-manual-timed-out = { $who } gives up the manual failover: 5 seconds are over

## Migration of replicas

fact-migrating = { $who } leaves for { $to }, which has no replica

## Replication

fact-sync-started = { $who } connects to its master { $master }
fact-partial-resync = { $who } sends { $replica } the missing { $bytes } bytes of the stream
fact-full-resync = { $who } sends { $replica } the whole dataset: { $why }
why-first-sync = it asks for the first time
why-other-history = its data comes from another history
why-beyond-my-history = it is ahead of this history
why-not-in-backlog = what it misses is no longer in the backlog
fact-sync-delayed = { $who } waits { $seconds } s for more replicas before it sends the dataset
fact-sync-done = { $who } follows { $master } from offset { $offset } on
fact-master-link-down = { $who } lost its master at offset { $offset }
fact-replica-lost = { $who } lost its replica { $replica }
fact-write-lost = { $who } lost an acknowledged write: { $key }

## Persistence

fact-loaded =
    { $who } read { $keys ->
        [one] 1 key
       *[other] { $keys } keys
    } from { $from }
from-aof = the append-only file
from-rdb = the snapshot
fact-started-empty = { $who } found no data on disk: what memory held before is gone
role-master = master
role-replica = replica

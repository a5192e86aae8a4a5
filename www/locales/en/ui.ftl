### The words of the page. What Redis, redis-cli and Docker print is not here: it is never translated.

## Top bar

brand = Slotlab
skip-to-stage = Skip to the stage
baseline = Redis 7.0.15
baseline-says = Behaves as Redis 7.0.15 does
state-nothing = Nothing runs
state-forming = No cluster yet
state-ok = Cluster ok
state-settling = Recovering
state-unserved = Unserved
state-down = Cluster down
state-slots =
    { $count ->
        [one] 1 slot
       *[other] { $count } slots
    }
state-nodes = { $up } of { $all } nodes up
virtual-time = virtual time
transport = Transport
go-start = Back to the start (Home)
go-back = Step back (,)
go-play = Play (Space)
go-pause = Pause (Space)
go-next = Next event (.)
go-skim = Skim to what matters (S)
speed = Speed
speed-spoken = Speed { $speed }
language = Language
theme-light = Light theme
theme-dark = Dark theme
more-open = More: theme, sharing, ledger, legend
more-title = More
help-open = Help and keyboard shortcuts (?)
rail-toggle = Lab panel ([)
inspector-toggle = Inspector panel (])

## Lab

lab = Lab
files = Files
editor = Editor, { $file }
remarks = Remarks
remarks-none = Nothing to remark on.
boot = Boot
boot-again = Apply and boot
boot-says = Build what the files say and start it from the beginning
lab-choose = Choose a lab: its files replace yours
lab-own = Your own files
lab-tutorial-6 = Six nodes, one laptop: the tutorial
lab-three-hosts = Three machines, six nodes
lab-bus-port-forgotten = Behind a Docker network: a port forgotten
lab-three-masters = Three masters, no replica

## Stage

stage = Stage
view-ring = Ring
views = View
client = client
client-slot = slot { $slot }
candidate = candidate
candidate-votes = epoch { $epoch } · vote { $votes } of { $needed }
network-shared = network of { $owner } · shared
arc-served = { $first }–{ $last }
arc-no-master = { $first }–{ $last } · no master
arc-unassigned = { $first }–{ $last } · no owner
tag-fail = FAIL
tag-pfail = PFAIL { $count } of { $of }
tag-off = down
tag-paused = paused
tag-loading = loading
tag-isolated = isolated
ring-whole = Ring: every slot has a master that answers
ring-holes = Ring: { $count } slots have no master that answers
spoken-master =
    Master { $name }, { $slots ->
        [0] no slots
        [one] 1 slot
       *[other] { $slots } slots
    }
spoken-replica = Replica { $name } of { $of }
spoken-fail = FAIL in { $fail } of { $of } views
spoken-pfail = PFAIL in { $pfail } of { $of } views
spoken-selected = selected
legend = Legend
legend-master = master
legend-replica = replica
legend-suspect = suspected
legend-fail = FAIL, agreed
legend-request = vote request
legend-vote = vote
legend-gossip = ping, pong
caption-beginning = docker compose up: nothing runs yet

## Timeline

timeline = Timeline
this-run = This run
run-of = Run { $number } of { $count }
run-next = Go over to the next run (B)
run-number = Run { $number }
run-began = Run { $number }: { $text }
run-spoken = { $name }. It parts from this run at { $at } s. Press to go over to it.
packet-request = Command
packet-reply = Reply
packet-stream = Replication
packet-knock = Connection
packet-lost = { $packet }: lost
scrubber = Scrubber
mark-spoken = { $at } s. { $text }

## Inspector

inspector = Inspector
inspector-none = Select a node to see what it believes.
inspector-master = { $container }
inspector-replica = { $container }, replica of { $of }
value-role = Role
value-current-epoch = Current epoch
value-config-epoch = Config epoch
value-state = Its view
value-offset = Offset
value-link = Replication
link-up = up
link-down = down
link-replicas =
    { $count ->
        [one] 1 replica
       *[other] { $count } replicas
    }
tab-nodes = CLUSTER NODES
tab-keys = Keys
tab-log = Log
nodes-raw = To the letter
log-raw = redis-server’s own log
column-node = node
column-flags = flags
column-of = of
column-epoch = ep.
column-slots = slots
nodes-none = It does not run: it believes nothing.
keys-none = No keys.
log-none = Nothing yet.
close = Close

## What can be done to a node

act-kill = Kill process
act-kill-says = SIGKILL to the server alone: its container and network stay, nothing starts it again
act-pause = Pause
act-pause-says = SIGSTOP: frozen with everything it believes
act-resume = Resume
act-resume-says = SIGCONT: it wakes up believing old things
act-start = Start
act-start-says = docker start
act-restart = Restart
act-restart-says = docker restart
act-stop = Kill container
act-stop-says = docker kill: it stays down; containers that share its network lose it
act-isolate = Isolate
act-rejoin = Reconnect
act-isolate-says = Cut its network off from everybody, or heal the network
act-terminal = Open a terminal
act-terminal-says = Talk to it with redis-cli in the console
act-failover = CLUSTER FAILOVER
act-failover-says = Ask this replica to take over from its master without losing data
act-why-not-running = It does not run
act-why-no-replica = Only a running replica can take over
refused-no-container = There is no such container.
refused-already-running = { $who } runs already.
refused-not-running = { $who } does not run.
refused-already-paused = { $who } is paused already.
refused-not-paused = { $who } is not paused.
refused-disk-in-use = { $who } uses its files. Stop it first.
refused-not-a-server = { $who } is no redis-server.
refused-no-packet = That packet is not in flight any more.
refused-no-client = That terminal does not exist any more.
refused-empty-command = A command has at least one word.
refused-no-keys = A workload has at least one list.
notice-nothing-to-run = The files describe nothing that can run. The remarks say why.

## What was done

did-kill-container = Somebody kills the container { $container } ({ $who })
did-kill-process = Somebody kills the process of { $who }
did-crash = The container of { $who } crashes
did-terminate = Somebody tells { $who } to shut down
did-stop = Somebody stops the container { $container } ({ $who })
did-start = Somebody starts { $who }
did-restart = Somebody restarts { $who }
did-pause = Somebody freezes { $who }
did-resume = Somebody lets { $who } go on
did-lose-disk = Somebody deletes the files of { $who }
did-cut-off = Somebody cuts { $who } off from the network
did-rule = Somebody changes a rule of the network
did-heal = Somebody heals the network
did-latency = Somebody changes the latency of the network
did-drop-packet = Somebody drops a packet
did-delay-packet = Somebody delays a packet
did-deliver-now = Somebody hurries a packet
did-type = Somebody types { $line }
did-command = Somebody sends { $line } to { $who }
did-run-job = Somebody runs redis-cli { $line }
did-start-load = A client begins to push { $writes } values to { $keys } lists
load-written = all values pushed: { $acknowledged } acknowledged, { $unsure } without an answer, { $refused } refused; on the way { $moved } MOVED, { $asked } ASK, { $waited } times told to wait, { $cut } connections lost
load-checked = { $lists ->
    [one] { $lists } list
   *[other] { $lists } lists
  } read: of the acknowledged values { $kept } are there and { $lost } lost{ $lost ->
    [0] {""}
   *[other] {" "}({ $first }{ $lost ->
      [one] {""}
     *[other] , ...
    })
  }; { $unsure } without an answer are there too; { $strange } twice, in another order or from nobody; { $unreadable } lists could not be read
life-created = The container of { $who } is made
life-starting = Docker starts { $who }
life-started = The process of { $who } runs
life-ready = { $who } accepts connections
life-killed = The process of { $who } is gone: killed
life-exited = The process of { $who } ended with code { $count }
life-restart-planned = Docker will start { $who } again in { $count } ms
life-address-in-use = { $who } cannot start: another container has its address
life-port-allocated = { $who } cannot start: port { $count } of the host is already allocated
life-no-network = { $who } cannot start: the container whose network it shares does not run
life-lost-network = { $who } lost its network: the container it shares it with stopped
life-paused = { $who } is frozen
life-resumed = { $who } goes on
life-disk-lost = The files of { $who } are gone

## Console

console = Console
console-log = Log
follow = Follow redirections, -c
ask-node = Node to talk to
logs-of = Whose lines to show
logs-all = All services
command-line = Command line
cli-empty = Type a command. Tab completes, the arrow keys bring back what was typed.
log-empty = Nothing yet.

## Phone

panels = Panels
sheet-node = Node
sheet-size = Panel size

## Help

help-title = Keyboard
help-note = Single letters work while no text field has the focus.
key-play = play, pause
key-step = step back, next event
key-millisecond = 1 ms back, 1 ms on
key-start = start
key-skim = skim to what matters
key-lane = to the next run, where the past was changed
key-speed = slower, faster
key-tab = into the stage, then between nodes
key-select = select a node; again for its replicas
key-menu = what can be done to the node that has the focus
key-kill = kill the process of the selected node
key-pause-node = pause or resume the selected node
key-restart = start or restart the selected node
key-isolate = isolate the selected node, or reconnect it
key-panels = Lab, inspector
key-console = to the console
key-share = share this moment, or open a recording
key-help = this help
key-close = close

## Ledger

ledger-open = What is claimed of Redis, and what holds it
ledger-title = The ledger
ledger-note = Every claim about Redis 7.0.15, its source, and the test that holds it. Written by the tests themselves.
ledger-search = Search: vote, cluster.c, gossip
ledger-states = States
ledger-shown = { $count ->
    [one] { $count } claim
   *[other] { $count } claims
}
ledger-all = All
ledger-matches = matches
ledger-differs = differs on purpose
ledger-open-yet = does not match yet
ledger-absent = not modelled

## Sharing

share-open = Share this moment, or open a recording (L)
share-title = Share this moment
share-note = The link holds the whole run up to now: what was built, its luck, and everything that was done. It stands behind the # of the address, so nothing is sent to a server.
share-link = Link to this moment
share-copy = Copy the link
share-copied = The link is copied.
share-select = The browser does not let a page copy. The link is selected: press Ctrl+C or ⌘C.
share-save = Download as a file
share-length = { $count } characters
share-too-long = As a link this run would have { $count } characters; beyond { $most }, mail and chats cut links off. Download it as a file: whoever drops that on this page sees the same moment.
share-nothing = Nothing runs: there is no moment to share. Boot a lab first.
record-title = Open a recording
record-note = A link, or a file that was downloaded here or written by slotlab serve --record. A file can also be dropped anywhere on the page. Your own files stay as they are.
record-link = Link or JSON
record-open = Open
record-file = Choose a file
opening-title = Playing the recording
opening-says = { $done } of { $of } virtual seconds
opening-cancel = Cancel
opening-failed = This recording cannot be opened
opening-progress = Progress
guest-title = A shared run is open
guest-what = { $servers ->
    [one] 1 server
   *[other] { $servers } servers
  }, { $actions ->
    [one] 1 action
   *[other] { $actions } actions
  }, recorded at { $at } s.
guest-files = It came without compose files. Those below are your own: they are as you left them, and not what runs now.
guest-same = This is the recorded moment, bit by bit.
guest-differs = Another version of Slotlab recorded it: this one came to a moment that differs.
guest-back = Back to your own lab
flaw-not-a-run = There is no recorded run in this text.
    .mend = A link to a run has #run= in it, and a recording is JSON that begins with a brace. Copy the whole of it.
flaw-damaged = Part of this link is missing or was changed on its way.
    .mend = Copy it again, from # to its very last letter. If mail or a chat has cut it off, ask for the file instead.
flaw-other-form = This link has form { $form }, which this Slotlab does not read.
    .mend = A newer Slotlab made it: load this page again, or open the link where it was made.
flaw-too-large = This recording is larger than { $most } MB.
    .mend = Play it with slotlab replay, or record a shorter run.
flaw-not-a-recording = This is no recording of a run: { $why }.
    .mend = Take a file that was downloaded here or written by slotlab serve --record, as it is.
flaw-no-servers = Nothing in this recording runs a redis-server.
    .mend = Record a lab that has one.
flaw-too-many-containers = This recording has { $count } containers; the page plays up to { $most }.
    .mend = Play it with slotlab replay.
flaw-too-many-actions = This recording has more than { $most } actions.
    .mend = Play it with slotlab replay, or record a shorter run.
flaw-too-long = This recording lasts longer than { $days } days.
    .mend = Play it with slotlab replay, or record a shorter run.
flaw-impossible = Something in this recording cannot be: { $part }.
    .mend = It was changed by hand, or damaged. Ask for the recording as it was made.
flaw-out-of-order = Action { $nth } of this recording comes before the one it follows, or after the end.
    .mend = It was changed by hand, or damaged. Ask for the recording as it was made.
flaw-refused = Action { $nth } of this recording is not possible. { $why }
    .mend = It was changed by hand, or another version of Slotlab made it: open it where it was made.
flaw-too-much = Playing this recording takes more memory than a page should have.
    .mend = Play it with slotlab replay, or record a shorter run.

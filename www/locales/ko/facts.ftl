### 노드에 대해 참이 된 일, 한 문장씩. $who는 그 일을 알리는 노드입니다.
### JOSA(낱말, 받침 뒤, 모음 뒤)는 알맞은 조사를 붙입니다.

## 프로세스

fact-started = { JOSA($who, "이", "가") } { JOSA($role, "으로", "로") } 시작합니다
fact-refused = { JOSA($who, "이", "가") } 시작하지 못합니다: { $text }
fact-own-address = { JOSA($who, "이", "가") } 자기 주소를 알았습니다: { $ip }

## 구성원

fact-handshake-started = { JOSA($who, "이", "가") } { $ip }:{ JOSA($port, "과", "와") } 핸드셰이크를 시작합니다
fact-node-joined = { JOSA($who, "이", "가") } 이제 { JOSA($peer, "을", "를") } 진짜 id로 압니다
fact-handshake-expired = { JOSA($who, "이", "가") } { $ip }:{ JOSA($port, "과", "와") }의 핸드셰이크를 포기합니다: 제때 답이 없습니다
fact-address-changed = { JOSA($who, "이", "가") } { $peer }의 주소가 { $ip }:{ JOSA($port, "으로", "로") } 바뀐 것을 봅니다
fact-address-lost = { JOSA($who, "은", "는") } { $peer }의 주소에서 다른 노드를 만나, 이제 { JOSA($peer, "이", "가") } 어디에 있는지 모릅니다
fact-forgotten = { JOSA($who, "이", "가") } { JOSA($peer, "을", "를") } 잊습니다
fact-link-over-limit =
    { JOSA($who, "이", "가") } { $outbound ->
        [true] { $peer }에 건 링크
       *[false] { $peer }에게서 온 링크
    }를 해제합니다: 송신 버퍼 { $bytes }바이트가 한도를 넘었습니다

fact-client-over-limit =
    { JOSA($who, "이", "가") } { $class } { $address }의 연결을 닫습니다: 출력 버퍼 { $bytes }바이트가 한도를 넘었습니다
class-normal = 클라이언트
class-replica = 레플리카
class-pubsub = 구독자

## 장애 감지

fact-pfail = { JOSA($who, "이", "가") } { JOSA($peer, "을", "를") } PFAIL로 표시합니다: 노드 제한 시간 안에 답이 없습니다
fact-pfail-cleared = { JOSA($who, "이", "가") } { $peer }의 답을 다시 듣고 PFAIL을 거둡니다
fact-failure-reported = { JOSA($who, "이", "가") } { $peer }의 무응답을 { $by }에게서 듣습니다
fact-fail = { JOSA($who, "이", "가") } { JOSA($peer, "을", "를") } FAIL로 표시합니다: 마스터 { $reports }개가 보고했고, { $needed }개가 필요합니다
fact-fail-heard = { JOSA($who, "이", "가") } { JOSA($peer, "이", "가") } FAIL이라고 { $from }에게서 듣습니다
fact-fail-cleared = { JOSA($who, "이", "가") } { $peer }의 FAIL을 거둡니다: { $why }
why-replica-reachable = 답하고 있고, 레플리카입니다
why-master-without-slots = 답하고 있고, 슬롯이 없습니다
why-nobody-serves-its-slots = 답하고 있고, 그 슬롯을 넘겨받은 노드가 없습니다

## 클러스터 상태

fact-state-ok = { JOSA($who, "은", "는") } 클러스터를 정상으로 봅니다
fact-state-fail = { JOSA($who, "은", "는") } 클러스터를 중단으로 봅니다: { $why }
why-slot-unassigned = 슬롯 { $slot }의 주인이 없습니다
why-slot-owner-failed = 슬롯 { $slot }의 주인 { JOSA($owner, "이", "가") } FAIL입니다
why-minority = 과반인 마스터 { $needed }개 가운데 { $reachable }개에만 닿습니다

## 에포크와 소유

fact-epoch-bumped = { JOSA($who, "이", "가") } 설정 에포크 { JOSA($epoch, "을", "를") } 갖습니다
fact-epoch-collision = { $who }의 설정 에포크가 { JOSA($peer, "과", "와") } 같아서 { JOSA($epoch, "으로", "로") } 옮깁니다
fact-slots-moved = { JOSA($who, "이", "가") } 슬롯 { $first }부터 { $count }개가 에포크 { $epoch }에서 { JOSA($to, "으로", "로") } 가는 것을 봅니다
fact-stale-claim = { JOSA($who, "이", "가") } { $peer }에게 주장이 낡았다고 알립니다: 그 슬롯의 주인은 { $owner }입니다
fact-dirty-keys-deleted = { JOSA($who, "이", "가") } 잃은 슬롯의 키 { $count }개를 지웁니다
fact-slot-adopted = { JOSA($who, "이", "가") } 주인 없는 슬롯 { $slot }의 키를 가지고 있어 그 슬롯을 맡습니다
fact-slot-held-for-other = { JOSA($who, "이", "가") } { $owner }의 슬롯 { $slot }의 키를 가지고 있어 importing으로 둡니다
fact-role-seen = { JOSA($who, "은", "는") } 이제 { JOSA($peer, "을", "를") } { JOSA($role, "으로", "로") } 봅니다
fact-became-replica = { JOSA($who, "이", "가") } { $master }의 레플리카가 됩니다: { $why }
why-told = 그렇게 하라는 명령을 받았습니다
why-lost-its-slots = 자기 슬롯이 그리로 갔습니다
why-master-lost-its-slots = 자기 마스터의 슬롯이 그리로 갔습니다
why-master-is-replica = 자기 마스터가 레플리카입니다
why-migrated = 그 마스터에 레플리카가 없었습니다

## 선거

fact-election-scheduled = { JOSA($who, "이", "가") } { $delay } ms 뒤에 투표를 요청합니다 (순위 { $rank }, 오프셋 { $offset })
fact-rank-updated = { JOSA($who, "이", "가") } { $added } ms 더 기다립니다: 데이터가 더 많은 레플리카가 { $rank }개 있습니다
fact-election-started = { JOSA($who, "이", "가") } 에포크 { $epoch }의 투표를 요청합니다: { $needed }표가 필요합니다
fact-voted = { JOSA($who, "이", "가") } 에포크 { $epoch }에서 { $candidate }에게 투표합니다
fact-vote-denied = { JOSA($who, "은", "는") } { $candidate }에게 투표하지 않습니다: { $why }
why-i-am-replica = { JOSA($who, "은", "는") } 레플리카입니다
why-no-slots = { $who }에 슬롯이 없습니다
why-stale-epoch = 에포크 { JOSA($asked, "으로", "로") } 요청했지만 이미 에포크 { $current }입니다
why-already-voted = { JOSA($who, "은", "는") } 에포크 { $epoch }에서 이미 투표했습니다
why-candidate-is-master = 요청한 노드가 마스터입니다
why-master-unknown = 그 마스터를 여기서는 모릅니다
why-master-is-up = 그 마스터는 여기서 FAIL이 아닙니다
why-voted-recently = { JOSA($who, "은", "는") } 조금 전에 이 마스터의 레플리카에 투표했습니다 ({ $wait } ms 남음)
why-newer-claim = 슬롯 { $slot }의 주인은 에포크 { $have }의 것으로, 요청의 에포크 { $asked }보다 새롭습니다
fact-vote-received = { JOSA($who, "이", "가") } { $needed }표 중 { $votes }표를 얻었습니다: { JOSA($from, "이", "가") } 찬성했습니다
fact-election-won = { JOSA($who, "이", "가") } 에포크 { $epoch }의 선거에서 이깁니다
fact-promoted = { JOSA($who, "이", "가") } 이제 에포크 { $epoch }의 마스터이고, 슬롯 { $slots }개를 맡습니다
fact-cannot-fail-over = { JOSA($who, "은", "는") } 페일오버하지 않습니다: { $why }
why-data-too-old = 데이터가 너무 낡았습니다
why-waiting-delay = 대기 시간이 끝나기를 기다립니다
why-expired = 시도가 만료되었습니다
why-waiting-votes = 표를 기다립니다

## 수동 페일오버

fact-manual-requested = { JOSA($who, "이", "가") } 마스터의 자리를 넘겨받으라는 명령을 받았습니다 ({ $mode })
mode-default = CLUSTER FAILOVER
mode-force = CLUSTER FAILOVER FORCE
mode-takeover = CLUSTER FAILOVER TAKEOVER
fact-manual-paused = { JOSA($who, "이", "가") } { JOSA($replica, "으로", "로") } 넘기려고 클라이언트를 멈춥니다
fact-manual-offset = { JOSA($who, "이", "가") } 마스터의 스트림이 멈춘 곳을 압니다: { $offset }
fact-manual-caught-up = { JOSA($who, "이", "가") } 마스터의 스트림을 모두 받았습니다
fact-manual-timed-out = { JOSA($who, "이", "가") } 수동 페일오버를 포기합니다: 5초가 지났습니다

## 레플리카 이동

fact-migrating = { JOSA($who, "이", "가") } 레플리카가 없는 { JOSA($to, "으로", "로") } 옮겨 갑니다

## 복제

fact-sync-started = { JOSA($who, "이", "가") } 마스터 { $master }에 연결합니다
fact-partial-resync = { JOSA($who, "이", "가") } { $replica }에 빠진 스트림 { $bytes }바이트를 보냅니다
fact-full-resync = { JOSA($who, "이", "가") } { $replica }에 데이터 전체를 보냅니다: { $why }
why-first-sync = 처음 요청합니다
why-other-history = 데이터가 다른 이력에서 왔습니다
why-beyond-my-history = 이 이력보다 앞서 있습니다
why-not-in-backlog = 빠진 부분이 백로그에 더는 없습니다
fact-sync-delayed = { JOSA($who, "이", "가") } 데이터를 보내기 전에 레플리카를 더 기다립니다 ({ $seconds }초)
fact-sync-done = { JOSA($who, "이", "가") } 오프셋 { $offset }부터 { JOSA($master, "을", "를") } 따라갑니다
fact-master-link-down = { JOSA($who, "이", "가") } 오프셋 { $offset }에서 마스터와 끊겼습니다
fact-replica-lost = { JOSA($who, "이", "가") } 레플리카 { JOSA($replica, "과", "와") } 끊겼습니다
fact-write-lost = { JOSA($who, "이", "가") } 확인된 쓰기를 잃었습니다: { $key }

## 지속성

fact-loaded = { JOSA($who, "이", "가") } { $from }에서 키 { $keys }개를 읽었습니다
from-aof = 추가 전용 파일
from-rdb = 스냅샷
fact-started-empty = { JOSA($who, "은", "는") } 디스크에서 데이터를 찾지 못했습니다: 메모리에 있던 것은 사라졌습니다
role-master = 마스터
role-replica = 레플리카

### 화면의 낱말. Redis, redis-cli, Docker가 출력하는 글은 번역하지 않으므로 여기에 없습니다.

## 위쪽 막대

brand = Slotlab
skip-to-stage = 무대로 건너뛰기
baseline = Redis 7.0.15
baseline-says = Redis 7.0.15와 똑같이 움직입니다
state-nothing = 실행 중인 것 없음
state-forming = 아직 클러스터 없음
state-ok = 클러스터 정상
state-settling = 복구 중
state-unserved = 응답 없음
state-down = 클러스터 중단
state-slots = 슬롯 { $count }개
state-nodes = 노드 { $up }/{ $all } 실행
virtual-time = 가상 시각
transport = 재생 조작
go-start = 처음으로 (Home)
go-back = 한 단계 뒤로 (,)
go-play = 재생 (Space)
go-pause = 멈춤 (Space)
go-next = 다음 사건 (.)
go-skim = 중요한 순간까지 훑기 (S)
speed = 속도
speed-spoken = 속도 { $speed }
language = 언어
theme-light = 밝은 테마
theme-dark = 어두운 테마
more-open = 더 보기: 테마, 공유, 대조 장부, 범례
more-title = 더 보기
help-open = 도움말과 단축키 (?)
rail-toggle = 실습 패널 ([)
inspector-toggle = 노드 패널 (])

## 실습

lab = 실습 환경
files = 파일
editor = 편집기, { $file }
remarks = 진단
remarks-none = 짚어 볼 것이 없습니다.
boot = 부팅
boot-again = 적용하고 부팅
boot-says = 파일에 적힌 대로 만들어 처음부터 시작합니다
lab-choose = 실습 고르기: 지금 파일을 바꿉니다
lab-own = 내 파일
lab-tutorial-6 = 노트북 한 대, 노드 여섯: 튜토리얼
lab-three-hosts = 머신 세 대, 노드 여섯
lab-bus-port-forgotten = 도커 네트워크 뒤에서: 잊은 포트
lab-three-masters = 마스터 셋, 레플리카 없음

## 무대

stage = 무대
view-ring = 링
views = 보기
client = 클라이언트
client-slot = 슬롯 { $slot }
candidate = 후보
candidate-votes = 에포크 { $epoch } · { $needed }표 중 { $votes }표
network-shared = { $owner }의 네트워크 · 함께 씀
arc-served = { $first }–{ $last }
arc-no-master = { $first }–{ $last } · 마스터 없음
arc-unassigned = { $first }–{ $last } · 주인 없음
tag-fail = FAIL
tag-pfail = PFAIL { $of } 중 { $count }
tag-off = 꺼짐
tag-paused = 일시 정지
tag-loading = 읽는 중
tag-isolated = 격리됨
ring-whole = 링: 모든 슬롯에 응답하는 마스터가 있습니다
ring-holes = 링: 슬롯 { $count }개에 응답하는 마스터가 없습니다
spoken-master = 마스터 { $name }, 슬롯 { $slots }개
spoken-replica = { $of }의 레플리카 { $name }
spoken-fail = { $of }개 시각 중 { $fail }개에서 FAIL
spoken-pfail = { $of }개 시각 중 { $pfail }개에서 PFAIL
spoken-selected = 선택됨
legend = 범례
legend-master = 마스터
legend-replica = 레플리카
legend-suspect = 의심받음
legend-fail = FAIL, 합의됨
legend-request = 투표 요청
legend-vote = 찬성표
legend-gossip = 핑, 퐁
caption-beginning = docker compose up: 아직 아무것도 실행되지 않았습니다

## 시간줄

timeline = 시간줄
this-run = 이 실행
run-of = 실행 { $count }개 중 { $number }번
run-next = 다음 실행으로 옮기기 (B)
run-number = 실행 { $number }번
run-began = 실행 { $number }번: { $text }
run-spoken = { $name }. 이 실행과는 { $at }초에 갈라집니다. 누르면 그 실행으로 옮깁니다.
packet-request = 명령
packet-reply = 응답
packet-stream = 복제
packet-knock = 연결
packet-lost = { $packet }: 사라짐
scrubber = 시각 조절
mark-spoken = { $at }초. { $text }

## 노드 패널

inspector = 노드 패널
inspector-none = 노드를 고르면 그 노드가 무엇을 믿는지 보입니다.
inspector-master = { $container }
inspector-replica = { $container }, { $of }의 레플리카
value-role = 역할
value-current-epoch = 현재 에포크
value-config-epoch = 설정 에포크
value-state = 보는 상태
value-offset = 오프셋
value-link = 복제
link-up = 연결됨
link-down = 끊김
link-replicas = 레플리카 { $count }개
tab-nodes = CLUSTER NODES
tab-keys = 키
tab-log = 기록
nodes-raw = 출력 그대로
log-raw = redis-server 로그 그대로
column-node = 노드
column-flags = 플래그
column-of = 마스터
column-epoch = 에포크
column-slots = 슬롯
nodes-none = 실행 중이 아니므로 아무것도 믿지 않습니다.
keys-none = 키가 없습니다.
log-none = 아직 아무 일도 없습니다.
close = 닫기

## 노드에 할 수 있는 일

act-kill = 프로세스 죽이기
act-kill-says = 서버 프로세스에만 SIGKILL: 컨테이너와 네트워크는 남고, 아무도 다시 시작하지 않습니다
act-pause = 일시 정지
act-pause-says = SIGSTOP: 믿던 것을 그대로 가진 채 얼어붙습니다
act-resume = 계속
act-resume-says = SIGCONT: 옛일을 믿으며 깨어납니다
act-start = 시작
act-start-says = docker start
act-restart = 재시작
act-restart-says = docker restart
act-stop = 컨테이너 죽이기
act-stop-says = docker kill: 꺼진 채로 남습니다. 그 네트워크를 함께 쓰는 컨테이너는 네트워크를 잃습니다
act-isolate = 격리
act-rejoin = 다시 잇기
act-isolate-says = 네트워크를 모두에게서 끊거나, 네트워크를 되살립니다
act-terminal = 터미널 열기
act-terminal-says = 콘솔의 redis-cli로 이 노드와 대화합니다
act-failover = CLUSTER FAILOVER
act-failover-says = 데이터를 잃지 않고 마스터의 자리를 넘겨받으라고 이 레플리카에 요청합니다
act-why-not-running = 실행 중이 아닙니다
act-why-no-replica = 실행 중인 레플리카만 넘겨받을 수 있습니다
refused-no-container = 그런 컨테이너가 없습니다.
refused-already-running = { JOSA($who, "은", "는") } 이미 실행 중입니다.
refused-not-running = { JOSA($who, "은", "는") } 실행 중이 아닙니다.
refused-already-paused = { JOSA($who, "은", "는") } 이미 멈춰 있습니다.
refused-not-paused = { JOSA($who, "은", "는") } 멈춰 있지 않습니다.
refused-disk-in-use = { JOSA($who, "이", "가") } 파일을 쓰고 있습니다. 먼저 멈추세요.
refused-not-a-server = { JOSA($who, "은", "는") } redis-server가 아닙니다.
refused-no-packet = 그 패킷은 이제 날아가는 중이 아닙니다.
refused-no-client = 그 터미널은 이제 없습니다.
refused-empty-command = 명령에는 낱말이 하나라도 있어야 합니다.
refused-no-keys = 부하에는 리스트가 하나 이상 있어야 합니다.
notice-nothing-to-run = 파일에 실행할 수 있는 것이 없습니다. 까닭은 진단에 있습니다.

## 누군가 한 일

did-kill-container = 누군가 컨테이너 { JOSA($container, "을", "를") } 죽입니다 ({ $who })
did-kill-process = 누군가 { $who }의 프로세스를 죽입니다
did-crash = { $who }의 컨테이너가 비정상 종료합니다
did-terminate = 누군가 { $who }에게 종료하라고 합니다
did-stop = 누군가 컨테이너 { JOSA($container, "을", "를") } 멈춥니다 ({ $who })
did-start = 누군가 { JOSA($who, "을", "를") } 시작합니다
did-restart = 누군가 { JOSA($who, "을", "를") } 재시작합니다
did-pause = 누군가 { JOSA($who, "을", "를") } 얼립니다
did-resume = 누군가 { JOSA($who, "을", "를") } 다시 움직이게 합니다
did-lose-disk = 누군가 { $who }의 파일을 지웁니다
did-cut-off = 누군가 { JOSA($who, "을", "를") } 네트워크에서 끊습니다
did-rule = 누군가 네트워크의 규칙을 바꿉니다
did-heal = 누군가 네트워크를 되살립니다
did-latency = 누군가 네트워크의 지연을 바꿉니다
did-drop-packet = 누군가 패킷 하나를 버립니다
did-delay-packet = 누군가 패킷 하나를 늦춥니다
did-deliver-now = 누군가 패킷 하나를 재촉합니다
did-type = 누군가 { JOSA($line, "을", "를") } 입력합니다
did-command = 누군가 { $who }에 { JOSA($line, "을", "를") } 보냅니다
did-run-job = 누군가 redis-cli { JOSA($line, "을", "를") } 실행합니다
did-start-load = 클라이언트가 값 { $writes }개를 리스트 { $keys }개에 쓰기 시작합니다
load-written = 값을 모두 썼습니다: 승인 { $acknowledged }, 응답 없음 { $unsure }, 거절 { $refused }; 도중에 MOVED { $moved }번, ASK { $asked }번, 대기 { $waited }번, 끊긴 연결 { $cut }번
load-checked = 리스트 { $lists }개를 읽었습니다: 승인된 값 중 { $kept }개가 있고 { $lost }개가 사라졌습니다{ $lost ->
    [0] {""}
   *[other] {" "}({ $first })
  }; 응답이 없던 값 중 { $unsure }개가 있고, 중복·순서 바뀜·출처 불명 { $strange }개, 읽지 못한 리스트 { $unreadable }개
life-created = { $who }의 컨테이너가 만들어졌습니다
life-starting = Docker가 { JOSA($who, "을", "를") } 시작합니다
life-started = { $who }의 프로세스가 실행됩니다
life-ready = { JOSA($who, "이", "가") } 연결을 받습니다
life-killed = { $who }의 프로세스가 강제로 종료되었습니다
life-exited = { $who }의 프로세스가 코드 { JOSA($count, "으로", "로") } 끝났습니다
life-restart-planned = Docker가 { $count } ms 뒤에 { JOSA($who, "을", "를") } 다시 시작합니다
life-address-in-use = { JOSA($who, "을", "를") } 시작할 수 없습니다: 다른 컨테이너가 그 주소를 쓰고 있습니다
life-port-allocated = { JOSA($who, "을", "를") } 시작할 수 없습니다: 호스트 포트 { $count }번이 이미 할당되어 있습니다
life-no-network = { JOSA($who, "을", "를") } 시작할 수 없습니다: 네트워크를 함께 쓰는 컨테이너가 실행 중이 아닙니다
life-lost-network = { JOSA($who, "이", "가") } 네트워크를 잃었습니다: 함께 쓰던 컨테이너가 멈췄습니다
life-paused = { JOSA($who, "이", "가") } 얼어붙었습니다
life-resumed = { JOSA($who, "이", "가") } 다시 움직입니다
life-disk-lost = { $who }의 파일이 사라졌습니다

## 콘솔

console = 콘솔
console-log = 기록
follow = 리다이렉트 따라가기, -c
ask-node = 말을 걸 노드
logs-of = 로그를 볼 서비스
logs-all = 모든 서비스
command-line = 명령 줄
cli-empty = 명령을 입력하세요. Tab으로 완성하고, 화살표로 앞서 입력한 것을 불러옵니다.
log-empty = 아직 아무 일도 없습니다.

## 휴대전화

panels = 패널
sheet-node = 노드
sheet-size = 패널 크기

## 도움말

help-title = 단축키
help-note = 한 글자 단축키는 글자를 입력하는 칸에 있지 않을 때 듣습니다.
key-play = 재생, 멈춤
key-step = 한 단계 뒤로, 다음 사건
key-millisecond = 1 ms 뒤로, 1 ms 앞으로
key-start = 처음
key-skim = 중요한 순간까지 훑기
key-lane = 과거를 바꿔 갈라진 다음 실행으로
key-speed = 느리게, 빠르게
key-tab = 무대로, 이어서 노드 사이로
key-select = 노드 고르기, 한 번 더 누르면 그 레플리카
key-menu = 초점이 있는 노드에 할 수 있는 일
key-kill = 고른 노드의 프로세스 죽이기
key-pause-node = 고른 노드를 멈추거나 계속
key-restart = 고른 노드를 시작하거나 재시작
key-isolate = 고른 노드를 격리하거나 다시 잇기
key-panels = 실습 패널, 노드 패널
key-console = 콘솔로
key-share = 이 순간 공유하기, 기록 열기
key-help = 이 도움말
key-close = 닫기

## 대조 장부

ledger-open = Redis에 대해 무엇을 주장하고 무엇으로 확인했나
ledger-title = 대조 장부
ledger-note = Redis 7.0.15에 대한 주장마다 근거와 이를 확인하는 테스트를 적었습니다. 장부는 테스트가 직접 만들며, 주장은 테스트에 적힌 영어 그대로입니다.
ledger-search = 검색: vote, cluster.c, gossip
ledger-states = 상태
ledger-shown = 주장 { $count }개
ledger-all = 전체
ledger-matches = 일치
ledger-differs = 의도적으로 다름
ledger-open-yet = 아직 다름
ledger-absent = 구현하지 않음

## 공유

share-open = 이 순간 공유하기, 기록 열기 (L)
share-title = 이 순간 공유하기
share-note = 링크에는 지금까지의 실행이 모두 들어 있습니다. 무엇을 만들었는지, 난수 시드, 그동안 한 일 전부입니다. 주소의 # 뒤에 있으므로 서버로는 아무것도 전송되지 않습니다.
share-link = 이 순간의 링크
share-copy = 링크 복사
share-copied = 링크를 복사했습니다.
share-select = 브라우저가 복사를 허용하지 않습니다. 링크를 선택해 두었으니 Ctrl+C 또는 ⌘C를 누르세요.
share-save = 파일로 내려받기
share-length = { $count }자
share-too-long = 이 실행을 링크로 만들면 { $count }자입니다. { $most }자가 넘으면 메일이나 메신저에서 링크가 잘립니다. 파일로 내려받으세요. 그 파일을 이 페이지에 끌어다 놓으면 누구나 같은 순간을 봅니다.
share-nothing = 실행 중인 것이 없어 공유할 순간이 없습니다. 먼저 실습 환경을 부팅하세요.
record-title = 기록 열기
record-note = 링크, 여기서 내려받은 파일, slotlab serve --record로 만든 파일을 열 수 있습니다. 파일은 페이지 아무 데나 끌어다 놓아도 됩니다. 내 파일은 그대로 남습니다.
record-link = 링크 또는 JSON
record-open = 열기
record-file = 파일 고르기
opening-title = 기록을 재생하는 중
opening-says = 가상 시간 { $of }초 중 { $done }초
opening-cancel = 취소
opening-failed = 이 기록을 열 수 없습니다
opening-progress = 진행 정도
guest-title = 공유받은 실행을 보고 있습니다
guest-what = 서버 { $servers }대, 동작 { $actions }개, { $at }초에 기록됨.
guest-files = compose 파일 없이 온 실행입니다. 아래는 내 파일로, 두었던 그대로이며 지금 실행 중인 것과는 다릅니다.
guest-same = 기록된 순간과 비트 단위까지 같습니다.
guest-differs = 다른 버전의 Slotlab이 기록한 것입니다. 이 버전에서는 다른 순간에 이르렀습니다.
guest-back = 내 실습으로 돌아가기
flaw-not-a-run = 이 글에는 실행 기록이 없습니다.
    .mend = 실행 링크에는 #run=이 들어 있고, 기록 파일은 중괄호로 시작하는 JSON입니다. 빠짐없이 복사하세요.
flaw-damaged = 링크가 전달되는 사이에 일부가 빠졌거나 바뀌었습니다.
    .mend = #부터 마지막 글자까지 다시 복사하세요. 메일이나 메신저가 잘랐다면 파일로 받으세요.
flaw-other-form = 이 링크는 { $form }번 형식인데, 이 Slotlab은 그 형식을 읽지 못합니다.
    .mend = 더 새로운 Slotlab이 만든 링크입니다. 페이지를 다시 불러오거나, 링크를 만든 곳에서 여세요.
flaw-too-large = 이 기록은 { $most } MB보다 큽니다.
    .mend = slotlab replay로 재생하거나, 더 짧은 실행을 기록하세요.
flaw-not-a-recording = 실행 기록이 아닙니다: { $why }.
    .mend = 여기서 내려받았거나 slotlab serve --record로 만든 파일을 고치지 말고 그대로 여세요.
flaw-no-servers = 이 기록에는 redis-server를 실행하는 것이 없습니다.
    .mend = 서버가 있는 실습 환경을 기록하세요.
flaw-too-many-containers = 이 기록에는 컨테이너가 { $count }개 있습니다. 페이지는 { $most }개까지 재생합니다.
    .mend = slotlab replay로 재생하세요.
flaw-too-many-actions = 이 기록에는 동작이 { $most }개보다 많습니다.
    .mend = slotlab replay로 재생하거나, 더 짧은 실행을 기록하세요.
flaw-too-long = 이 기록은 { $days }일보다 깁니다.
    .mend = slotlab replay로 재생하거나, 더 짧은 실행을 기록하세요.
flaw-impossible = 이 기록에 있을 수 없는 것이 있습니다: { $part }.
    .mend = 누군가 고쳤거나 손상된 기록입니다. 처음 만들어진 그대로 다시 받으세요.
flaw-out-of-order = 이 기록의 { $nth }번째 동작이 앞선 동작보다 이르거나 끝난 뒤에 있습니다.
    .mend = 누군가 고쳤거나 손상된 기록입니다. 처음 만들어진 그대로 다시 받으세요.
flaw-refused = 이 기록의 { $nth }번째 동작은 할 수 없는 일입니다. { $why }
    .mend = 누군가 고쳤거나 다른 버전의 Slotlab이 만든 기록입니다. 만든 곳에서 여세요.
flaw-too-much = 이 기록을 재생하려면 페이지가 쓸 수 있는 것보다 많은 메모리가 필요합니다.
    .mend = slotlab replay로 재생하거나, 더 짧은 실행을 기록하세요.

//! What `docker compose` prints, beside the lines that the tutorial's author saw.

use slotlab::compose::print::{self, COLUMNS, Progress, Row};
use slotlab::words::Time;

/// Korea, in minutes east of UTC.
const KOREA: i32 = 540;

#[test]
fn the_table_of_up_is_drawn_as_in_the_article() {
    let row = |what: &str, status: &str, ms| Row {
        what: what.into(),
        status: status.into(),
        progress: Progress::Done,
        ms,
    };
    let rows = [
        row("Network redis_cluster_ex_redis-cluster-network", "Created", 112),
        row("Container redis-replica-1", "Started", 2345),
    ];
    let gap = " ".repeat(57);
    let pad = " ".repeat(21);
    assert_eq!(
        print::up(&rows, COLUMNS),
        [
            "[+] Running 2/2".to_owned(),
            format!(" ✔ Network redis_cluster_ex_redis-cluster-network  Created{gap}0.1s"),
            format!(" ✔ Container redis-replica-1{pad}  Started{gap}2.3s"),
        ]
    );
}

#[test]
fn a_line_of_a_log_carries_the_clock_of_its_reader() {
    let at = Time::from_unix_s(1_726_896_968);
    let line = ">>> Performing hash slots allocation on 6 nodes...";
    assert_eq!(print::stamped(at, KOREA, line), format!("2024-09-21 14:36:08 {line}"));
    assert_eq!(print::stamped(at, 0, line), format!("2024-09-21 05:36:08 {line}"));
}

#[test]
fn an_obsolete_version_is_warned_of_in_composes_words() {
    let at = Time::from_unix_s(1_726_661_836);
    assert_eq!(
        print::version_obsolete(at, KOREA, "C:\\config\\docker-compose.yml"),
        "time=\"2024-09-18T21:17:16+09:00\" level=warning \
         msg=\"C:\\\\config\\\\docker-compose.yml: `version` is obsolete\""
    );
}

#[test]
fn a_log_names_its_container() {
    assert_eq!(print::log_line("create", 8, "ok"), "create    | ok");
}

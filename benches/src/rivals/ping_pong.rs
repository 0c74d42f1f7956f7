//! Two tasks hand numbers to and fro. flume has channels without room as ours; Tokio's smallest holds one message; crossbeam's ends are
//! threads, and each message wakes one.

use super::on_tokio;

const ROUND_TRIPS: i64 = 2_000_000;
/// What threads get done in about the same time; the harness does not run them.
const FOR_THREADS: i64 = 20_000;

pub(super) fn flume() -> i64 {
    on_tokio(async {
        let (ask, asked) = flume::bounded::<i64>(0);
        let (answers, answered) = flume::bounded(0);
        tokio::spawn(async move {
            while let Ok(n) = asked.recv_async().await {
                answers.send_async(n + 1).await.expect("main listens");
            }
        });
        let mut sum = 0;
        for n in 0..ROUND_TRIPS {
            ask.send_async(n).await.expect("the other listens");
            sum += answered.recv_async().await.expect("the other answers");
        }
        sum
    })
}

pub(super) fn tokio() -> i64 {
    on_tokio(async {
        let (ask, mut asked) = tokio::sync::mpsc::channel::<i64>(1);
        let (answers, mut answered) = tokio::sync::mpsc::channel(1);
        tokio::spawn(async move {
            while let Some(n) = asked.recv().await {
                answers.send(n + 1).await.expect("main listens");
            }
        });
        let mut sum = 0;
        for n in 0..ROUND_TRIPS {
            ask.send(n).await.expect("the other listens");
            sum += answered.recv().await.expect("the other answers");
        }
        sum
    })
}

pub(super) fn crossbeam() -> i64 {
    let (ask, asked) = crossbeam_channel::bounded::<i64>(0);
    let (answers, answered) = crossbeam_channel::bounded(0);
    std::thread::spawn(move || asked.iter().for_each(|n| answers.send(n + 1).expect("main listens")));
    let mut sum = 0;
    for n in 0..FOR_THREADS {
        ask.send(n).expect("the other listens");
        sum += answered.recv().expect("the other answers");
    }
    sum
}

//! Each number to a hundred subscribers with a queue of their own, the slowest of which is waited for. (Tokio's `broadcast` drops messages
//! instead, so it does another work.)

use super::on_tokio;
use std::thread::spawn;

const SUBSCRIBERS: usize = 100;
const MESSAGES: i64 = 100_000;
const SLOTS: usize = 64;

pub(super) fn flume() -> i64 {
    on_tokio(async {
        let (mut senders, mut sums) = (vec![], vec![]);
        for _ in 0..SUBSCRIBERS {
            let (sender, receiver) = flume::bounded(SLOTS);
            senders.push(sender);
            sums.push(tokio::spawn(async move {
                let mut sum = 0;
                while let Ok(n) = receiver.recv_async().await {
                    sum += n;
                }
                sum
            }));
        }
        for n in 0..MESSAGES {
            for sender in &senders {
                sender.send_async(n).await.expect("the subscriber listens");
            }
        }
        drop(senders);
        total(sums).await
    })
}

pub(super) fn tokio() -> i64 {
    on_tokio(async {
        let (mut senders, mut sums) = (vec![], vec![]);
        for _ in 0..SUBSCRIBERS {
            let (sender, mut receiver) = tokio::sync::mpsc::channel(SLOTS);
            senders.push(sender);
            sums.push(tokio::spawn(async move {
                let mut sum = 0;
                while let Some(n) = receiver.recv().await {
                    sum += n;
                }
                sum
            }));
        }
        for n in 0..MESSAGES {
            for sender in &senders {
                sender.send(n).await.expect("the subscriber listens");
            }
        }
        drop(senders);
        total(sums).await
    })
}

async fn total(sums: Vec<tokio::task::JoinHandle<i64>>) -> i64 {
    let mut total = 0;
    for sum in sums {
        total += sum.await.expect("subscribers do not panic");
    }
    total
}

pub(super) fn crossbeam() -> i64 {
    let (mut senders, mut sums) = (vec![], vec![]);
    for _ in 0..SUBSCRIBERS {
        let (sender, receiver) = crossbeam_channel::bounded::<i64>(SLOTS);
        senders.push(sender);
        sums.push(spawn(move || receiver.iter().sum::<i64>()));
    }
    for n in 0..MESSAGES {
        for sender in &senders {
            sender.send(n).expect("the subscriber listens");
        }
    }
    drop(senders);
    sums.into_iter().map(|sum| sum.join().expect("subscribers do not panic")).sum()
}

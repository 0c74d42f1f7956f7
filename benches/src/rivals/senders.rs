//! Eight senders, one receiver.

use super::on_tokio;
use std::thread::spawn;

const SENDERS: usize = 8;
const EACH: i64 = 1_000_000;
const SLOTS: usize = 128;

pub(super) fn flume() -> i64 {
    on_tokio(async {
        let (sender, receiver) = flume::bounded(SLOTS);
        for _ in 0..SENDERS {
            let sender = sender.clone();
            tokio::spawn(async move {
                for n in 0..EACH {
                    sender.send_async(n).await.expect("main listens");
                }
            });
        }
        drop(sender);
        let mut sum = 0;
        while let Ok(n) = receiver.recv_async().await {
            sum += n;
        }
        sum
    })
}

pub(super) fn tokio() -> i64 {
    on_tokio(async {
        let (sender, mut receiver) = tokio::sync::mpsc::channel(SLOTS);
        for _ in 0..SENDERS {
            let sender = sender.clone();
            tokio::spawn(async move {
                for n in 0..EACH {
                    sender.send(n).await.expect("main listens");
                }
            });
        }
        drop(sender);
        let mut sum = 0;
        while let Some(n) = receiver.recv().await {
            sum += n;
        }
        sum
    })
}

pub(super) fn crossbeam() -> i64 {
    let (sender, receiver) = crossbeam_channel::bounded(SLOTS);
    for _ in 0..SENDERS {
        let sender = sender.clone();
        spawn(move || (0..EACH).for_each(|n| sender.send(n).expect("main listens")));
    }
    drop(sender);
    receiver.iter().sum()
}

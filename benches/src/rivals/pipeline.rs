//! A source, four stages that add 1, and a sum; five channels with 128 slots.

use super::on_tokio;
use std::thread::spawn;

const ITEMS: i64 = 2_000_000;
const STAGES: usize = 4;
const SLOTS: usize = 128;

pub(super) fn flume() -> i64 {
    on_tokio(async {
        let (first, mut input) = flume::bounded(SLOTS);
        tokio::spawn(async move {
            for n in 0..ITEMS {
                first.send_async(n).await.expect("the first stage listens");
            }
        });
        for _ in 0..STAGES {
            let (output, next) = flume::bounded(SLOTS);
            tokio::spawn(async move {
                while let Ok(n) = input.recv_async().await {
                    output.send_async(n + 1).await.expect("the next stage listens");
                }
            });
            input = next;
        }
        let mut sum = 0;
        while let Ok(n) = input.recv_async().await {
            sum += n;
        }
        sum
    })
}

pub(super) fn tokio() -> i64 {
    on_tokio(async {
        let (first, mut input) = tokio::sync::mpsc::channel(SLOTS);
        tokio::spawn(async move {
            for n in 0..ITEMS {
                first.send(n).await.expect("the first stage listens");
            }
        });
        for _ in 0..STAGES {
            let (output, next) = tokio::sync::mpsc::channel(SLOTS);
            tokio::spawn(async move {
                while let Some(n) = input.recv().await {
                    output.send(n + 1).await.expect("the next stage listens");
                }
            });
            input = next;
        }
        let mut sum = 0;
        while let Some(n) = input.recv().await {
            sum += n;
        }
        sum
    })
}

pub(super) fn crossbeam() -> i64 {
    let (first, mut input) = crossbeam_channel::bounded(SLOTS);
    spawn(move || (0..ITEMS).for_each(|n| first.send(n).expect("the first stage listens")));
    for _ in 0..STAGES {
        let (output, next) = crossbeam_channel::bounded(SLOTS);
        spawn(move || input.iter().for_each(|n: i64| output.send(n + 1).expect("the next stage listens")));
        input = next;
    }
    input.iter().sum()
}

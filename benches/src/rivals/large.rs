//! Large messages that are not copied: one string again and again (shared by a count), and an array that goes to and fro and is changed in
//! place (moved).

use super::on_tokio;
use std::sync::Arc;
use std::thread::spawn;

const STRINGS: usize = 4_000_000;
const SLOTS: usize = 128;
const ROUND_TRIPS: i64 = 1_000_000;

fn page() -> Arc<str> {
    "x".repeat(1 << 20).into()
}

pub(super) fn string_flume() -> usize {
    on_tokio(async {
        let (sender, receiver) = flume::bounded(SLOTS);
        tokio::spawn(async move {
            let page = page();
            for _ in 0..STRINGS {
                sender.send_async(Arc::clone(&page)).await.expect("main listens");
            }
        });
        let mut bytes = 0;
        while let Ok(page) = receiver.recv_async().await {
            bytes += page.len();
        }
        bytes
    })
}

pub(super) fn string_tokio() -> usize {
    on_tokio(async {
        let (sender, mut receiver) = tokio::sync::mpsc::channel(SLOTS);
        tokio::spawn(async move {
            let page = page();
            for _ in 0..STRINGS {
                sender.send(Arc::clone(&page)).await.expect("main listens");
            }
        });
        let mut bytes = 0;
        while let Some(page) = receiver.recv().await {
            bytes += page.len();
        }
        bytes
    })
}

pub(super) fn string_crossbeam() -> usize {
    let (sender, receiver) = crossbeam_channel::bounded(SLOTS);
    spawn(move || {
        let page = page();
        (0..STRINGS).for_each(|_| sender.send(Arc::clone(&page)).expect("main listens"));
    });
    receiver.iter().map(|page| page.len()).sum()
}

pub(super) fn array_flume() -> String {
    on_tokio(async {
        let (ask, asked) = flume::bounded::<Vec<i64>>(0);
        let (answers, answered) = flume::bounded(0);
        tokio::spawn(async move {
            while let Ok(mut numbers) = asked.recv_async().await {
                numbers[0] += 1;
                answers.send_async(numbers).await.expect("main listens");
            }
        });
        let mut numbers = vec![0; 100_000];
        for _ in 0..ROUND_TRIPS {
            ask.send_async(numbers).await.expect("the other listens");
            numbers = answered.recv_async().await.expect("the other answers");
        }
        format!("{} {}", numbers.len(), numbers[0])
    })
}

pub(super) fn array_tokio() -> String {
    on_tokio(async {
        let (ask, mut asked) = tokio::sync::mpsc::channel::<Vec<i64>>(1);
        let (answers, mut answered) = tokio::sync::mpsc::channel(1);
        tokio::spawn(async move {
            while let Some(mut numbers) = asked.recv().await {
                numbers[0] += 1;
                answers.send(numbers).await.expect("main listens");
            }
        });
        let mut numbers = vec![0; 100_000];
        for _ in 0..ROUND_TRIPS {
            ask.send(numbers).await.expect("the other listens");
            numbers = answered.recv().await.expect("the other answers");
        }
        format!("{} {}", numbers.len(), numbers[0])
    })
}

//! Two stages that compute about 5 µs for each item: only on two CPUs at once do they take half the time.

use super::on_tokio;
use std::thread::spawn;

const ITEMS: i64 = 50_000;
const SLOTS: usize = 128;

pub(super) fn flume() -> i64 {
    on_tokio(async {
        let (sender, receiver) = flume::bounded(SLOTS);
        tokio::spawn(async move {
            for n in 0..ITEMS {
                sender.send_async(compute(n)).await.expect("main listens");
            }
        });
        let mut sum = 0;
        while let Ok(n) = receiver.recv_async().await {
            sum += compute(n);
        }
        sum
    })
}

pub(super) fn tokio() -> i64 {
    on_tokio(async {
        let (sender, mut receiver) = tokio::sync::mpsc::channel(SLOTS);
        tokio::spawn(async move {
            for n in 0..ITEMS {
                sender.send(compute(n)).await.expect("main listens");
            }
        });
        let mut sum = 0;
        while let Some(n) = receiver.recv().await {
            sum += compute(n);
        }
        sum
    })
}

pub(super) fn crossbeam() -> i64 {
    let (sender, receiver) = crossbeam_channel::bounded(SLOTS);
    spawn(move || (0..ITEMS).for_each(|n| sender.send(compute(n)).expect("main listens")));
    receiver.iter().map(compute).sum()
}

/// Each step needs the one before, so that no compiler shortens it (without the shift, LLVM takes several at once).
fn compute(mut n: i64) -> i64 {
    for i in 0..2_000 {
        n = (n ^ (n >> 7)).wrapping_mul(31).wrapping_add(i) & 0xFFFF_FFFF;
    }
    n
}

//! One task selects over eight channels, each with a sender of its own. (flume's selector blocks its thread and takes no part.)

use super::on_tokio;
use std::array::from_fn;
use std::thread::spawn;

const CHANNELS: i64 = 8;
const EACH: i64 = 250_000;
const SLOTS: usize = 64;

pub(super) fn tokio() -> i64 {
    on_tokio(async {
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = from_fn(|_| {
            let (sender, receiver) = tokio::sync::mpsc::channel(SLOTS);
            tokio::spawn(async move {
                for n in 0..EACH {
                    sender.send(n).await.expect("main listens");
                }
            });
            receiver
        });
        let mut sum = 0;
        for _ in 0..CHANNELS * EACH {
            sum += tokio::select! {
                Some(n) = a.recv() => n,
                Some(n) = b.recv() => n,
                Some(n) = c.recv() => n,
                Some(n) = d.recv() => n,
                Some(n) = e.recv() => n,
                Some(n) = f.recv() => n,
                Some(n) = g.recv() => n,
                Some(n) = h.recv() => n,
            };
        }
        sum
    })
}

pub(super) fn crossbeam() -> i64 {
    // The senders stay here too: a closed channel would always be ready.
    let channels: [_; 8] = from_fn(|_| crossbeam_channel::bounded(SLOTS));
    for (sender, _) in &channels {
        let sender = sender.clone();
        spawn(move || (0..EACH).for_each(|n| sender.send(n).expect("main listens")));
    }
    let [a, b, c, d, e, f, g, h] = channels.each_ref().map(|(_, receiver)| receiver);
    let mut sum = 0;
    for _ in 0..CHANNELS * EACH {
        let message: Result<i64, _> = crossbeam_channel::select! {
            recv(a) -> n => n,
            recv(b) -> n => n,
            recv(c) -> n => n,
            recv(d) -> n => n,
            recv(e) -> n => n,
            recv(f) -> n => n,
            recv(g) -> n => n,
            recv(h) -> n => n,
        };
        sum += message.expect("no channel is closed");
    }
    sum
}

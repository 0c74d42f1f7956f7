//! Many short tasks: a thousand at a time and then joined, or each joined at once.

use super::on_tokio;

pub(super) fn join() -> i64 {
    on_tokio(async {
        let mut sum = 0;
        for _ in 0..1_500 {
            let tasks: Vec<_> = (0..1_000).map(|n| tokio::spawn(short(n))).collect();
            for task in tasks {
                sum += task.await.expect("short tasks do not panic");
            }
        }
        sum
    })
}

pub(super) fn each() -> i64 {
    on_tokio(async {
        let mut sum = 0;
        for n in 0..1_000_000 {
            sum += tokio::spawn(short(n)).await.expect("short tasks do not panic");
        }
        sum
    })
}

async fn short(n: i64) -> i64 {
    (n * 31) & 0xFFFF
}

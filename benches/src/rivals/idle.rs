//! A hundred thousand tasks that have started and wait. The harness looks at this process's memory when it says `before` and when it says
//! that all have started. (In flume, letting so many leave one channel takes a minute.)

use super::on_tokio;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

const TASKS: usize = 100_000;
const BEFORE: Duration = Duration::from_millis(100);
const STARTED: Duration = Duration::from_millis(300);

pub(super) fn run() -> String {
    on_tokio(async {
        println!("before");
        tokio::time::sleep(BEFORE).await;
        let (starts, mut started) = mpsc::channel(64);
        let (stop, stopped) = watch::channel(());
        let mut tasks = vec![];
        for _ in 0..TASKS {
            let (starts, mut stopped) = (starts.clone(), stopped.clone());
            tasks.push(tokio::spawn(async move {
                starts.send(1).await.expect("main counts");
                i32::from(stopped.changed().await.is_ok())
            }));
        }
        let mut count = 0;
        for _ in 0..TASKS {
            count += started.recv().await.expect("each starts");
        }
        println!("{count} started");
        tokio::time::sleep(STARTED).await;
        drop(stop);
        left(tasks).await
    })
}

/// Waits for all; how many did not see the end of their channel.
async fn left(tasks: Vec<tokio::task::JoinHandle<i32>>) -> String {
    let mut left = 0;
    for task in tasks {
        left += task.await.expect("idle tasks do not panic");
    }
    format!("{left} left")
}

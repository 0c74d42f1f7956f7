//! A hundred tasks add to one counter behind a mutex: of the standard library, as Tokio recommends where nothing waits inside, or its own.

use super::on_tokio;
use std::sync::{Arc, Mutex};

const CLIENTS: i64 = 100;
const CALLS: i64 = 200_000;

pub(super) fn std_mutex() -> i64 {
    on_tokio(async {
        let counter = Arc::new(Mutex::new(0));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|by| {
                let counter = Arc::clone(&counter);
                tokio::spawn(async move {
                    for _ in 0..CALLS {
                        *counter.lock().expect("nobody panics") += by;
                    }
                })
            })
            .collect();
        for client in clients {
            client.await.expect("clients do not panic");
        }
        *counter.lock().expect("nobody panics")
    })
}

pub(super) fn tokio_mutex() -> i64 {
    on_tokio(async {
        let counter = Arc::new(tokio::sync::Mutex::new(0));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|by| {
                let counter = Arc::clone(&counter);
                tokio::spawn(async move {
                    for _ in 0..CALLS {
                        *counter.lock().await += by;
                    }
                })
            })
            .collect();
        for client in clients {
            client.await.expect("clients do not panic");
        }
        *counter.lock().await
    })
}

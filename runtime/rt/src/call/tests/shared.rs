//! Calls through shared memory, where that is not what the socket would do.

use super::*;
use crate::transport::{Incoming, Outgoing, connect};
use pluto_proto::frame::put_detached;
use pluto_proto::status::Carrier;
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

/// Somebody who shares memory with the callee, has introduced itself and has heard who that is.
async fn stranger(way: &Way) -> (Incoming, Outgoing) {
    let mut greeting = vec![];
    put_hello(&mut greeting, &hello("stranger", "b1")).expect("small");
    let (mut incoming, outgoing) = connect(&way.address, &greeting, way.sharing).await.expect("connected");
    assert_eq!(outgoing.carrier(), Carrier::SharedMemory);
    assert!(incoming.read(&mut [0; 4096]).await.expect("an introduction") > 0);
    (incoming, outgoing)
}

fn in_reactor(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("Tokio starts");
    runtime.block_on(async { timeout(Duration::from_secs(20), work).await.expect("it does not hang") });
}

#[test]
fn garbage_in_shared_memory_costs_only_its_connection() {
    let (_folder, way) = unix();
    let _callee = Callee::start(&way, "b1");
    for garbage in [&[0_u8; 16][..], &[255; 64], b"GET / HTTP/1.1\r\n\r\n"] {
        in_reactor(async {
            let (mut incoming, outgoing) = stranger(&way).await;
            outgoing.try_write(garbage).expect("room");
            incoming.read_to_end(&mut vec![]).await.expect("closed by the callee");
        });
    }
    as_caller(&way, |task| assert_eq!(call(task, ECHO, number(3), 5_000), value(3)));
}

#[test]
fn requests_of_a_caller_that_vanishes_are_cut_though_they_are_in_memory() {
    let (_folder, way) = unix();
    let _callee = Callee::start(&way, "b1");
    in_reactor(async {
        let (_incoming, outgoing) = stranger(&way).await;
        let mut requests = vec![];
        put_request(&mut requests, 1, FOREVER_THERE, 600_000, &number(31)).expect("small");
        put_detached(&mut requests, 2, NOTE_THERE, &number(32)).expect("small");
        outgoing.try_write(&requests).expect("room");
    });
    // What it had written before it went was read: the one ran, and does to its end, the other was cut if it had begun.
    wait_until_noted(32);
    let limit = Instant::now() + Duration::from_secs(10);
    while begun().contains(&31) && !cut().contains(&31) {
        assert!(Instant::now() < limit, "the callee goes on");
        std::thread::sleep(Duration::from_millis(2));
    }
}

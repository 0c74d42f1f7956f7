//! A connection from its first byte to its last. In: bytes of another process. Out: requests, cancellations and questions, handed on. A
//! malformed frame costs its sender the connection, nothing else.

use std::sync::Arc;
use std::time::Duration;

use pluto_proto::frame::{Coming, Decoder, Frame, Hello, put_hello};
use pluto_proto::parts::Parts;
use tokio::time::{Instant, sleep, timeout_at};

use super::Server;
use super::connection::Connection;
use crate::call::link::race;
use crate::transport::{Arrival, Incoming, Listener, Outbox};

const READ_BUFFER: usize = 64 * 1024;
/// While nothing may be read, somebody looks so often whether the caller is still there.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Takes connections in, for ever.
pub(super) async fn accept(server: Arc<Server>, listener: Listener) {
    let Ok(listener) = listener.listen() else { return };
    loop {
        match listener.accept().await {
            Ok(arrival) => server.scheduler.io(converse(server.clone(), arrival)),
            // Too many open files, or a caller that is gone already.
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    }
}

/// A connection from its first byte to its last.
async fn converse(server: Arc<Server>, arrival: Arrival) {
    let introduced_by = Instant::now() + server.limits.introduction;
    let opened = timeout_at(introduced_by, arrival.open(server.sharing)).await;
    let Ok(Ok((mut incoming, outgoing))) = opened else { return };
    let outbox = Outbox::new(outgoing);
    if outbox.put(|frames| put_hello(frames, &server.hello)).is_err() {
        // It serves more than can be said: nobody can call it.
        return;
    }
    outbox.flush();
    let connection = Arc::new(Connection::new(outbox, server.limits));
    server.connections.lock().push(connection.clone());
    let introduced = timeout_at(introduced_by, introduction(&connection, &mut incoming)).await;
    if let Ok(Some((decoder, theirs))) = introduced {
        connection.introduced(theirs.process);
        race(read(&server, &connection, decoder, incoming), write(&server, &connection)).await;
    }
    connection.close();
    server.cancel_all(&connection);
    server.has_ended(&connection);
}

async fn introduction(connection: &Connection, incoming: &mut Incoming) -> Option<(Decoder, Hello)> {
    let mut decoder = Decoder::of_caller();
    let mut buffer = vec![0; 4096];
    loop {
        match decoder.take() {
            Ok(Some(Frame::Hello(hello))) => return Some((decoder, hello)),
            // It must introduce itself first.
            Ok(Some(_)) | Err(_) => return None,
            Ok(None) => match connection.read(incoming, &mut buffer).await {
                Ok(0) | Err(_) => return None,
                Ok(count) => decoder.push(&buffer[..count]),
            },
        }
    }
}

/// Takes requests in until the connection ends.
async fn read(server: &Arc<Server>, connection: &Arc<Connection>, mut decoder: Decoder, mut incoming: Incoming) {
    let mut buffer = vec![0; READ_BUFFER];
    let mut parts = Parts::default();
    loop {
        let arrived = server.scheduler.clock.now();
        loop {
            match decoder.take_in_place() {
                Ok(Some(Coming::Request(head, body))) => {
                    server.take_in(connection, head, parts.finish(head.call, body), arrived);
                }
                Ok(Some(Coming::Other(Frame::Cancel { call }))) => {
                    parts.forget(call);
                    server.cancel(connection, call);
                }
                Ok(Some(Coming::Other(Frame::Part { call, bytes }))) => {
                    if parts.add(call, &bytes).is_err() {
                        return;
                    }
                }
                Ok(Some(Coming::Other(Frame::Ask))) => connection.is_alive(),
                Ok(Some(Coming::Other(Frame::AskStatus))) => connection.say(|| server.status().to_json()),
                Ok(None) => break,
                // What only callees send.
                Ok(Some(Coming::Reply(..) | Coming::Other(_))) | Err(_) => return,
            }
        }
        while !connection.may_read() {
            // Nobody else would notice now.
            if connection.is_hung_up() {
                server.cancel_all(connection);
            }
            race(connection.fewer_wait(), sleep(LOOK_AGAIN)).await;
        }
        match connection.read(&mut incoming, &mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(count) => decoder.push(&buffer[..count]),
        }
    }
}

/// Writes the replies that the socket did not take at once, until the connection ends.
async fn write(server: &Arc<Server>, connection: &Arc<Connection>) {
    while connection.bring_after().await.is_ok() {
        server.go_on(connection);
        server.nudge_if_draining();
    }
}

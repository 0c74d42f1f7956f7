//! Sockets of which the reactor is told only what somebody waits for. In: connected sockets. Out: bytes, and news of room for more.
//!
//! Tokio's own sockets are registered for reading and writing at once. Then each read of the other side, which makes room here, ends this
//! side's wait for nothing: with both processes on one processor a call cost two more switches between them.

use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncRead, Interest, ReadBuf};

/// So many reads succeed one after the other until other futures get their turn.
pub const READS_IN_A_ROW: u32 = 32;

/// What comes from the other side.
#[derive(Debug)]
pub struct Inflow<S: AsRawFd> {
    socket: AsyncFd<Arc<S>>,
    /// How many reads have succeeded since others had their turn.
    reads: u32,
}

/// A descriptor that the reactor watches for something to read.
pub type Watched<S> = AsyncFd<Arc<S>>;

/// Has the reactor watch a descriptor that does not block, and is not watched yet. Only in the reactor.
pub fn watch<S: AsRawFd>(it: Arc<S>) -> io::Result<Watched<S>> {
    // SAFETY: it is shared and nobody can exchange its descriptor; `AsyncFd` keeps it open.
    Ok(unsafe { AsyncFd::register_with_interest(it, Interest::READABLE) }?)
}

impl<S: AsRawFd> Inflow<S> {
    /// Of a socket that does not block. Only in the reactor.
    pub fn new(socket: Arc<S>) -> io::Result<Inflow<S>> {
        watch(socket).map(Inflow::from)
    }
}

impl<S: AsRawFd> From<Watched<S>> for Inflow<S> {
    fn from(socket: Watched<S>) -> Inflow<S> {
        Inflow { socket, reads: 0 }
    }
}

impl<S: AsRawFd> AsyncRead for Inflow<S>
where
    for<'a> &'a S: Read,
{
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let me = self.get_mut();
        if me.reads == READS_IN_A_ROW {
            me.reads = 0;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        loop {
            let Poll::Ready(ready) = me.socket.poll_read_ready(context) else {
                me.reads = 0;
                return Poll::Pending;
            };
            let mut ready = ready?;
            let room = buffer.initialize_unfilled();
            let size = room.len();
            match ready.try_io(|socket| socket.get_ref().as_ref().read(room)) {
                Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(Err(error)) => return Poll::Ready(Err(error)),
                Ok(Ok(count)) => {
                    if 0 < count && count < size {
                        // There was no more: the next event says when there is.
                        ready.clear_ready();
                    }
                    me.reads += 1;
                    buffer.advance(count);
                    return Poll::Ready(Ok(()));
                }
                // There was nothing.
                Err(_) => {}
            }
        }
    }
}

/// Waits until a socket takes bytes. Only in the reactor, which forgets the wish with it.
pub async fn writable(socket: &impl AsFd) -> io::Result<()> {
    // Another descriptor, as nothing can be registered twice.
    let socket = socket.as_fd().try_clone_to_owned()?;
    // SAFETY: it is owned, and nobody else has it.
    let room = unsafe { AsyncFd::register_with_interest(socket, Interest::WRITABLE) }?;
    room.writable().await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::unix::net::UnixStream;
    use std::time::Duration;
    use tokio::io::AsyncReadExt;
    use tokio::time::timeout;

    /// Long enough for the machine, and only if the test fails.
    const LONG: Duration = Duration::from_secs(20);

    fn pair() -> (Arc<UnixStream>, UnixStream) {
        let (own, other) = UnixStream::pair().expect("sockets");
        own.set_nonblocking(true).expect("a socket");
        (Arc::new(own), other)
    }

    fn in_reactor<T>(work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("Tokio starts");
        runtime.block_on(async { timeout(LONG, work).await.expect("it does not hang") })
    }

    #[test]
    fn what_comes_is_read_to_its_end() {
        in_reactor(async {
            let (own, mut other) = pair();
            let mut inflow = Inflow::new(own).expect("registered");
            let mut bytes = [0; 4];
            for word in [b"abcd", b"efgh"] {
                other.write_all(word).expect("room");
                inflow.read_exact(&mut bytes).await.expect("they come");
                assert_eq!(&bytes, word);
            }
            // More than one read takes, then the end.
            other.write_all(b"ijklm").expect("room");
            drop(other);
            let mut rest = vec![];
            while let count @ 1.. = inflow.read(&mut bytes).await.expect("no error") {
                rest.extend_from_slice(&bytes[..count]);
            }
            assert_eq!(rest, b"ijklm");
        });
    }

    /// How often a future is polled until it has ended.
    async fn polls(future: impl Future<Output = ()>) -> u32 {
        let (mut future, mut count) = (std::pin::pin!(future), 0);
        std::future::poll_fn(|context| {
            count += 1;
            future.as_mut().poll(context)
        })
        .await;
        count
    }

    #[test]
    fn who_always_has_something_to_read_lets_others_come_in_between() {
        in_reactor(async {
            let (own, mut other) = pair();
            let mut inflow = Inflow::new(own).expect("registered");
            let bytes = 3 * READS_IN_A_ROW as usize + 1;
            other.write_all(&vec![1; bytes]).expect("room");
            writable(&other).await.expect("all of it was sent");
            let read = async {
                for _ in 0..bytes {
                    inflow.read_exact(&mut [0]).await.expect("it was sent");
                }
            };
            assert!(polls(read).await >= 4);
        });
    }

    #[test]
    fn room_that_nobody_waits_for_ends_no_wait() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("Tokio starts");
        let (own, mut other) = pair();
        own.as_ref().write_all(b"to be read").expect("room");
        let waits = runtime.block_on(async {
            let mut inflow = Inflow::new(own).expect("registered");
            let count = || tokio::runtime::Handle::current().metrics().worker_park_count(0);
            let before = count();
            let thread = std::thread::spawn(move || {
                other.read_exact(&mut [0; 10]).expect("they have come");
                // Long enough that this was no news, or a second wait has begun.
                std::thread::sleep(Duration::from_millis(20));
                other.write_all(b"x").expect("room");
                other
            });
            assert_eq!(inflow.read(&mut [0; 8]).await.expect("no error"), 1);
            drop(thread.join().expect("no panic"));
            count() - before
        });
        assert_eq!(waits, 1);
    }

    #[test]
    fn a_full_socket_is_writable_once_the_other_side_reads() {
        in_reactor(async {
            let (own, mut other) = pair();
            writable(&own).await.expect("it is empty");
            let block = [7; 4096];
            let mut sent = 0;
            while let Ok(count) = own.as_ref().write(&block) {
                sent += count;
            }
            assert!(timeout(Duration::from_millis(20), writable(&own)).await.is_err(), "it is full");
            let read = std::thread::spawn(move || other.read_exact(&mut vec![0; sent]).map(|()| other));
            writable(&own).await.expect("there is room");
            assert!(own.as_ref().write(&block).is_ok());
            drop(read.join().expect("no panic"));
        });
    }
}

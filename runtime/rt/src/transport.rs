//! Bytes between processes. In: addresses. Out: connections as a pair of streams, whatever carries them: shared memory (`shm`), a Unix socket, TCP.

mod faults;
pub mod outbox;
mod shm;
pub mod tcp;
#[cfg(test)]
mod tests;
pub mod unix;

use std::io;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use pluto_proto::topology::Address;
use tokio::io::AsyncRead;

use crate::task::reactor::let_others;
pub use outbox::{Outbox, Outgoing};
pub use shm::Sharing;

/// What the other side sends.
pub type Incoming = Box<dyn AsyncRead + Send + Unpin>;

/// An address that this process has taken; not yet in the reactor.
#[derive(Debug)]
pub enum Listener {
    /// A Unix socket.
    Unix(std::os::unix::net::UnixListener),
    /// A TCP socket.
    Tcp(std::net::TcpListener),
}

/// A listener in the reactor.
#[derive(Debug)]
pub enum Listening {
    /// A Unix socket.
    Unix(tokio::net::UnixListener),
    /// A TCP socket.
    Tcp(tokio::net::TcpListener),
}

/// What must be removed when the process ends.
#[derive(Debug, Default)]
pub struct Leftovers {
    sockets: Vec<unix::SocketFile>,
}

/// Takes an address. The error is a message for people.
pub fn bind(address: &Address, leftovers: &mut Leftovers) -> Result<Listener, String> {
    let bound = match address {
        Address::Unix(path) => unix::bind(path).map(|(listener, file)| {
            leftovers.sockets.push(file);
            Listener::Unix(listener)
        }),
        Address::Tcp(address) => tcp::bind(*address).map(Listener::Tcp),
    };
    bound.map_err(|error| {
        if error.kind() == io::ErrorKind::AddrInUse {
            return format!("cannot listen on {address}: another process listens there already");
        }
        format!("cannot listen on {address}: {error}")
    })
}

/// Connects to another process and says these words, which that one answers. Only in the reactor.
pub async fn connect(address: &Address, greeting: &[u8], sharing: Sharing) -> io::Result<(Incoming, Outgoing)> {
    let connected = match address {
        Address::Unix(path) => {
            let socket = Arc::new(unix::connect(path).await?);
            if sharing == Sharing::Wanted
                && let Ok(offer) = shm::Offer::make(&socket, greeting)
            {
                return offer.answer().await.map(faults::troubled);
            }
            unix::split(socket)
        }
        Address::Tcp(address) => tcp::connect(*address).await,
    };
    let (incoming, outgoing) = connected.map(faults::troubled)?;
    outgoing.say(greeting).await?;
    Ok((incoming, outgoing))
}

impl Listener {
    /// Hands it to the reactor. Only in the reactor.
    pub fn listen(self) -> io::Result<Listening> {
        match self {
            Listener::Unix(listener) => tokio::net::UnixListener::from_std(listener).map(Listening::Unix),
            Listener::Tcp(listener) => tokio::net::TcpListener::from_std(listener).map(Listening::Tcp),
        }
    }
}

impl Listening {
    /// The next connection. Others get their turn first, in case there is always one.
    pub async fn accept(&self) -> io::Result<Arrival> {
        let_others().await;
        match self {
            Listening::Unix(listener) => unix::accept(listener).await.map(Arrival::Unix),
            Listening::Tcp(listener) => tcp::accept(listener).await.map(Arrival::Tcp),
        }
    }
}

/// A connection of a process of which nothing was heard yet.
#[derive(Debug)]
pub enum Arrival {
    /// Over a Unix socket.
    Unix(UnixStream),
    /// Over TCP.
    Tcp(tokio::net::TcpStream),
}

impl Arrival {
    /// Opens it. Over a Unix socket the other process has to say something first: how it wants to go on. Only in the reactor.
    pub async fn open(self, sharing: Sharing) -> io::Result<(Incoming, Outgoing)> {
        let opened = match (self, sharing) {
            (Arrival::Unix(socket), Sharing::Wanted) => shm::hear(socket).await,
            (Arrival::Unix(socket), Sharing::Off) => unix::split(Arc::new(socket)),
            (Arrival::Tcp(socket), Sharing::Wanted | Sharing::Off) => tcp::split(socket),
        };
        opened.map(faults::troubled)
    }
}

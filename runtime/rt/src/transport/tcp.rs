//! TCP, on loopback only, without delay. In: addresses. Out: sockets.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use super::{Incoming, Outgoing};
use crate::os::stream::Inflow;
use tokio::net::TcpStream;

/// Takes an address.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    only_loopback(address)?;
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Connects.
pub async fn connect(address: SocketAddr) -> io::Result<(Incoming, Outgoing)> {
    only_loopback(address)?;
    let stream = TcpStream::connect(address).await?;
    if stream.local_addr()? == stream.peer_addr()? {
        // Where nobody listens, the kernel may connect a socket with itself.
        return Err(io::ErrorKind::ConnectionRefused.into());
    }
    split(stream)
}

/// The next connection.
pub async fn accept(listener: &tokio::net::TcpListener) -> io::Result<TcpStream> {
    Ok(listener.accept().await?.0)
}

/// Both directions of a socket. Only in the reactor.
pub fn split(stream: TcpStream) -> io::Result<(Incoming, Outgoing)> {
    stream.set_nodelay(true)?;
    let stream = Arc::new(stream.into_std()?);
    Ok((Box::new(Inflow::new(stream.clone())?), Outgoing::Tcp(stream)))
}

fn only_loopback(address: SocketAddr) -> io::Result<()> {
    if address.ip().is_loopback() { Ok(()) } else { Err(io::Error::other("TCP without TLS may only use loopback")) }
}

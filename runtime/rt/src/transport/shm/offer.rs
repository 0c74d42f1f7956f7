//! How two processes come to share memory. In: a connected Unix socket and the first words of who has connected. Out: a connection, through memory
//! or over the socket.
//!
//! The descriptors (the memory, a bell for each side) travel with the first words, in one message; a process that does not ask for them, or
//! cannot use them, reads the words and never hears of them. Who accepts speaks second, and answers where it wants to go on: what the
//! one who connected hears first, in the memory or from the socket, settles it for both.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags,
};
use tokio::io::{AsyncReadExt, Interest};

use super::bell::Bell;
use super::flow::{Answer, Ends, Inward, Outward};
use super::layout::{Direction, SIZE, Way, is_known, prepare};
use crate::os::shared::Memory;
use crate::os::stream::{Inflow, watch};
use crate::transport::{Incoming, Outgoing};

/// First words that are longer are not sent with an offer: it has to be one message.
const LONGEST_GREETING: usize = 4096;
/// The memory, the bell of who accepts, the bell of who connects.
const DESCRIPTORS: usize = 3;

/// May connections over Unix sockets go on through shared memory?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sharing {
    /// If it works.
    Wanted,
    /// Never.
    Off,
}

impl Sharing {
    /// What `PLUTO_SHM` says, if it is set. The error is a message for people.
    pub fn parse(text: Option<&str>) -> Result<Sharing, String> {
        match text {
            None | Some("on") => Ok(Sharing::Wanted),
            Some("off") => Ok(Sharing::Off),
            Some(other) => Err(format!("PLUTO_SHM must be `on` or `off`, not `{other}`")),
        }
    }
}

/// Memory that was offered to the other side of a connection.
#[derive(Debug)]
pub(in crate::transport) struct Offer {
    inward: Inward,
    outward: Outward,
}

impl Offer {
    /// Says these first words over a socket that does not block, with an offer. If that does not work, nothing was said. Only in the reactor.
    pub(in crate::transport) fn make(socket: &Arc<UnixStream>, greeting: &[u8]) -> io::Result<Offer> {
        if greeting.len() > LONGEST_GREETING {
            return Err(io::Error::other("too long for one message"));
        }
        let (memory, file) = Memory::create(SIZE)?;
        prepare(&memory);
        let ends = Arc::new(Ends { socket: socket.clone(), own: Arc::new(Bell::new()?), other: Bell::new()? });
        let (into, out) = directions(memory, Side::Connected);
        let inward = Inward::new(ends.clone(), into.clone(), watch(socket.clone())?)?;
        let outward = Outward::new(ends.clone(), out, into);
        if send(socket, greeting, &[file.as_fd(), ends.other.as_fd(), ends.own.as_fd()])? < greeting.len() {
            // An empty socket takes many times as much. Whatever this is, nothing more is said there.
            socket.shutdown(Shutdown::Both)?;
        }
        Ok(Offer { inward, outward })
    }

    /// Waits for the first words of the other side: over what the connection goes on.
    pub(in crate::transport) async fn answer(mut self) -> io::Result<(Incoming, Outgoing)> {
        match self.inward.answer().await? {
            Answer::Memory => Ok((Box::new(self.inward), Outgoing::Shared(Box::new(self.outward)))),
            Answer::Socket => {
                let socket = self.inward.into_socket();
                let outgoing = Outgoing::Unix(socket.get_ref().clone());
                Ok((Box::new(Inflow::from(socket)), outgoing))
            }
        }
    }
}

/// Waits for the first words of a process that has connected over a socket that does not block, and takes what it offers. Only in the reactor.
pub(in crate::transport) async fn hear(socket: UnixStream) -> io::Result<(Incoming, Outgoing)> {
    let watched = watch(Arc::new(socket))?;
    let mut bytes = vec![0; LONGEST_GREETING];
    let (count, files) = watched.async_io(Interest::READABLE, |socket| receive(socket, &mut bytes)).await?;
    bytes.truncate(count);
    let first = io::Cursor::new(bytes);
    let socket = watched.get_ref().clone();
    let Ok((memory, own, other)) = opened(files) else {
        return Ok((Box::new(first.chain(Inflow::from(watched))), Outgoing::Unix(socket)));
    };
    let ends = Arc::new(Ends { socket, own: Arc::new(own), other });
    let (into, out) = directions(memory, Side::Accepted);
    let inward = Inward::new(ends.clone(), into.clone(), watched)?;
    Ok((Box::new(first.chain(inward)), Outgoing::Shared(Box::new(Outward::new(ends, out, into)))))
}

/// How many bytes were sent; with the first of them, the descriptors.
fn send(socket: &UnixStream, bytes: &[u8], files: &[BorrowedFd<'_>; DESCRIPTORS]) -> io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !control.push(SendAncillaryMessage::ScmRights(files)) {
        return Err(io::Error::other("too many descriptors"));
    }
    let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
    Ok(rustix::net::sendmsg(socket, &[IoSlice::new(bytes)], &mut control, flags)?)
}

/// How many bytes came, and what with them.
fn receive(socket: &UnixStream, bytes: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let flags = RecvFlags::DONTWAIT | RecvFlags::CMSG_CLOEXEC;
    let received = rustix::net::recvmsg(socket, &mut [IoSliceMut::new(bytes)], &mut control, flags)?;
    let mut files = vec![];
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(sent) = message {
            files.extend(sent);
        }
    }
    if received.flags.contains(ReturnFlags::CTRUNC) {
        // More than this form of an offer has.
        files.clear();
    }
    Ok((received.bytes, files))
}

/// The memory, this side's bell and the other one's, if they are what they should be.
fn opened(files: Vec<OwnedFd>) -> io::Result<(Memory, Bell, Bell)> {
    let files: [OwnedFd; DESCRIPTORS] = files.try_into().map_err(|_| io::Error::other("no offer"))?;
    let [memory, own, other] = files;
    let memory = Memory::open(&memory, SIZE)?;
    if !is_known(&memory) {
        return Err(io::Error::other("memory of another form"));
    }
    Ok((memory, Bell::open(own)?, Bell::open(other)?))
}

/// Which of the two sides this one is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    Connected,
    Accepted,
}

/// What comes in, and what goes out.
fn directions(memory: Memory, side: Side) -> (Way, Way) {
    let memory = Arc::new(memory);
    let (out, back) = (Way::new(memory.clone(), Direction::Out), Way::new(memory, Direction::Back));
    match side {
        Side::Connected => (back, out),
        Side::Accepted => (out, back),
    }
}

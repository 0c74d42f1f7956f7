//! Connections through memory that two processes of a pod share. In: a connected Unix socket. Out: streams of bytes that need no system call while
//! both sides are awake.
//!
//! Who connects makes the memory and sends it with its first words ([`offer`]); if anything about that fails, or the other side does not take it,
//! the connection goes on over the socket. In the memory lies a ring for each direction ([`ring`]); who sleeps is woken by a [`bell`]. The
//! socket stays open: when it ends, the other process is gone, and the connection ends as soon as what that one had written is read ([`flow`]).

#[cfg(not(loom))]
mod bell;
#[cfg(not(loom))]
mod flow;
#[cfg(not(loom))]
mod layout;
#[cfg(all(test, loom))]
mod loom_tests;
#[cfg(not(loom))]
mod offer;
mod ring;
#[cfg(all(test, not(loom)))]
mod tests;

#[cfg(not(loom))]
pub(super) use flow::Outward;
#[cfg(not(loom))]
pub use offer::Sharing;
#[cfg(not(loom))]
pub(super) use offer::{Offer, hear};

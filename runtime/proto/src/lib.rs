//! What processes say to each other, as pure state: frames ([`frame`]), the calls of one connection ([`session`]), waiting
//! between attempts ([`backoff`]), and who lives where ([`topology`]). No socket, no clock, no randomness: they are arguments.
#![forbid(unsafe_code)]

pub mod backoff;
pub mod frame;
pub mod logline;
pub mod parts;
pub mod pulse;
pub mod session;
pub mod status;
pub mod supervision;
pub mod tally;
pub mod topology;
pub mod wire;

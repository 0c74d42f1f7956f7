//! The process around the program: its beginning and end ([`entry`], [`process`], [`signals`], [`overflow`]), executions of tasks, what
//! the executable says of itself ([`program`]), and the functions of the table that handle tasks and calls ([`imp`]).

pub mod channels;
pub mod coroutine;
#[cfg(not(test))]
mod entry;
pub mod imp;
pub mod latch;
#[cfg(not(test))]
mod overflow;
pub mod process;
pub mod program;
pub(crate) mod remote;
#[cfg(test)]
pub(crate) mod sample;
pub mod shared;
pub mod signals;
pub mod slot;
pub mod socket;
mod sort;
pub mod stream;
pub mod switch;
pub mod tasks;
pub mod value;

//! Values: counted objects and words of generated code, and everything that is done to them without waiting. In: words and
//! descriptors of `pluto_abi::layout`. Out: the functions of the table in [`imp`]; texts of faults; buffers and readers for
//! the calls between processes; the output buffer; the count of live objects.

pub mod append;
pub mod array;
pub mod check;
pub mod compare;
pub mod count;
pub mod describe;
pub(crate) mod ends;
pub mod fault_text;
mod fixed;
mod float;
pub mod format;
pub mod hash;
pub mod imp;
pub mod map;
pub mod memory;
pub mod number;
pub mod object;
pub mod output;
pub(crate) mod place;
mod pool;
mod search;
pub(crate) mod sharing;
pub mod show;
pub mod string;
pub mod table;
pub mod text;
pub mod wire;
pub mod world;

#[cfg(test)]
mod tests;

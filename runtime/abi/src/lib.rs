//! The contract between generated code and the runtime, written once: the table of runtime functions ([`functions`]), the
//! layouts of heap objects and static descriptors ([`layout`]), and what an executable's `pluto_program` symbol describes
//! ([`program`]). `codegen` expands the table to signatures, `rt` to exported shims.
#![no_std]
#![forbid(unsafe_code)]

pub mod functions;
pub mod layout;
pub mod program;

//! `pluto-middle`: AST → MIR. Never fails to return; knows neither Cranelift nor the runtime's functions.
//!
//! In: parsed modules. Out: diagnostics, or monomorphic MIR with explicit ownership, one program per process.
#![forbid(unsafe_code)]

pub mod analyze;
pub mod builtin;
pub mod check;
pub mod facts;
pub mod hir;
pub mod ids;
pub mod infer;
pub mod interface;
pub mod layout;
pub mod lower;
pub mod mir;
pub mod place;
pub mod resolve;
pub mod ty;
pub mod types;

pub use pluto_syntax::span;

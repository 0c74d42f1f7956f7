//! The runtime of Pluto programs, linked into every executable. In: calls of generated code through [`exports`], the static
//! descriptions of the program (`pluto_abi::program`). Out: values on the counted heap ([`heap`]), running tasks ([`task`]),
//! calls between processes, output.
//!
//! Raw pointers live in `exports`, `heap` and `os` only; `runtime/SAFETY.md` has the rules.
#![deny(unsafe_code)]

#[cfg(not(loom))]
pub mod call;
pub mod channel;
#[cfg(not(loom))]
#[allow(unsafe_code, reason = "the shims that generated code calls")]
pub mod exports;
#[cfg(not(loom))]
#[allow(unsafe_code, reason = "values are raw words and pointers of generated code")]
pub mod heap;
#[cfg(not(loom))]
pub mod life;
#[cfg(not(loom))]
pub mod log;
#[cfg(not(loom))]
#[allow(unsafe_code, reason = "the operating system, coroutines, and addresses that generated code hands over")]
pub mod os;
pub mod sync;
#[cfg(not(loom))]
pub mod task;
#[cfg(not(loom))]
pub mod topology;
#[cfg(not(loom))]
pub mod transport;

/// Under loom: what its models are about, and nothing that they cannot see into.
#[cfg(loom)]
pub mod task {
    pub mod lock;
    pub mod parking;
    pub mod standing;
    pub mod wait;

    #[cfg(test)]
    mod loom_tests;
}

/// Under loom: the rings of shared memory.
#[cfg(loom)]
pub mod transport {
    mod shm;
}

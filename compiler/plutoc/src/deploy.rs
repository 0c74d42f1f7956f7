//! From objects to something that runs: executables and `topology.json` in a folder ([`build`]), or a running system with its
//! supervisor ([`run`]).

pub mod build;
mod folder;
pub mod run;
pub mod status;
mod supervise;
mod topology;

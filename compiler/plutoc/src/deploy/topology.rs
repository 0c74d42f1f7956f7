//! `topology.json`: who is where. In: a placement. Out: [`Topology`], as written beside the executables.

use pluto_middle::facts::Placement;
use pluto_middle::interface::Fingerprint;
use pluto_proto::topology::{ProcessEntry, Topology};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// Where the processes of a system listen.
pub(super) enum Addresses<'a> {
    /// For a folder of `plutoc build`: fixed, so that the same program gives the same file.
    Fixed,
    /// For one run: sockets in its own folder, and a loopback address that no other run of this machine has.
    Run(&'a Path),
}

/// The topology of a placed system. `build` is the fingerprint that all its executables share.
pub(super) fn topology(system: &str, placement: &Placement, build: Fingerprint, addresses: &Addresses<'_>) -> Topology {
    let entry = |(index, process): (usize, &pluto_middle::facts::Process)| ProcessEntry {
        name: process.name.to_string(),
        pod: process.pod.to_string(),
        region: process.region.to_string(),
        unix: unix(addresses, system, build, &process.name),
        tcp: tcp(addresses, system, index),
    };
    Topology {
        system: system.to_owned(),
        build: build.to_string(),
        processes: placement.processes.iter().enumerate().map(entry).collect(),
    }
}

/// Socket paths must stay below 108 bytes, so they are not beside the executables but in a short folder of their own.
fn unix(addresses: &Addresses<'_>, system: &str, build: Fingerprint, process: &str) -> String {
    match addresses {
        Addresses::Run(folder) => folder.join(short(process)).display().to_string(),
        Addresses::Fixed => {
            let uid = rustix::process::getuid().as_raw();
            format!("/tmp/pluto-{uid}-{:08x}/{}", hash(&(system, build.0)) >> 32, short(process))
        }
    }
}

fn short(process: &str) -> String {
    if process.len() <= 40 { format!("{process}.sock") } else { format!("{:016x}.sock", hash(&process)) }
}

fn tcp(addresses: &Addresses<'_>, system: &str, index: usize) -> String {
    match addresses {
        Addresses::Run(_) => {
            let [_, high, middle, low] = std::process::id().to_be_bytes();
            // 127/8 is all loopback: a process id makes an address that only this run has.
            format!("127.{}.{middle}.{low}:{}", 64 + (high & 63), 7000 + index)
        }
        Addresses::Fixed => format!("127.0.0.1:{}", 17_000 + (hash(&system) % 10_000) as usize + index),
    }
}

/// `DefaultHasher::new` has fixed keys: the same everywhere.
fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

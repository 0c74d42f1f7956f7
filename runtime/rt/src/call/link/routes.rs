//! How the methods that this process calls are numbered in the process that it has met. In: what this one was built to call, and what that one
//! serves. Out: numbers; for methods that the two know differently, what is different.

use std::collections::BTreeMap;

use pluto_proto::frame::Hello;

use crate::os::program::Program;

/// The numbers of one connection. The two processes may be of different builds.
#[derive(Debug)]
pub(super) struct Routes {
    /// By this process's own number: the other one's number, or what is different.
    numbers: BTreeMap<u64, Result<u64, String>>,
}

impl Routes {
    /// From this process, which is `ours`, to its peer of that number.
    pub(super) fn new(program: Program, peer: usize, ours: &Hello, theirs: &Hello) -> Routes {
        let mut offered: BTreeMap<&str, Vec<(u64, u64)>> = BTreeMap::new();
        for (number, offer) in (0..).zip(&theirs.methods) {
            offered.entry(&offer.name).or_default().push((number, offer.fingerprint));
        }
        let number = |name: &str, fingerprint| {
            let offers = offered.get(name).map_or(&[][..], Vec::as_slice);
            let same = offers.iter().find(|(_, theirs)| *theirs == fingerprint);
            same.map(|(number, _)| *number).ok_or_else(|| difference(name, offers.is_empty(), ours, theirs))
        };
        let remotes = (0..).zip(program.remotes()).filter(|(_, remote)| remote.peer == peer);
        Routes { numbers: remotes.map(|(own, remote)| (own, number(remote.name, remote.fingerprint))).collect() }
    }

    /// The other process's number for a method, or what is different.
    pub(super) fn number(&self, method: u64) -> Result<u64, &str> {
        match self.numbers.get(&method) {
            Some(Ok(number)) => Ok(*number),
            Some(Err(difference)) => Err(difference),
            None => Err("this process was not built to call that method there"),
        }
    }

    /// What is different, if anything is.
    pub(super) fn differences(&self) -> impl Iterator<Item = &str> {
        self.numbers.values().filter_map(|number| number.as_ref().err().map(String::as_str))
    }
}

fn difference(name: &str, is_missing: bool, ours: &Hello, theirs: &Hello) -> String {
    let (caller, callee) = (&ours.process, &theirs.process);
    let what = if is_missing {
        format!("process {callee} does not serve `{name}`, which process {caller} was built to call")
    } else {
        format!("process {callee} serves another `{name}` than process {caller} was built to call")
    };
    format!("{what}; their builds are {} and {}", theirs.build, ours.build)
}

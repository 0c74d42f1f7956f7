//! How the methods that this process calls are numbered in the process that it has met. In: what this one was built to call, and what that one
//! serves. Out: numbers; for methods that the two know differently, what is different.

use std::collections::BTreeMap;

use pluto_proto::frame::Hello;

use crate::os::program::Program;

/// The numbers of one connection. The two processes may be of different builds.
#[derive(Debug)]
pub(super) struct Routes {
    /// By this process's own numbers.
    routes: Vec<Route>,
}

/// Where a method is.
#[derive(Debug)]
enum Route {
    /// There, with this number.
    Number(u64),
    /// There, if at all, in another form.
    Different(String),
    /// In another process.
    Elsewhere,
}

impl Routes {
    /// From this process, which is `ours`, to its peer of that number.
    pub(super) fn new(program: Program, peer: usize, ours: &Hello, theirs: &Hello) -> Routes {
        let mut offered: BTreeMap<&str, Vec<(u64, u64)>> = BTreeMap::new();
        for (number, offer) in (0..).zip(&theirs.methods) {
            offered.entry(&offer.name).or_default().push((number, offer.fingerprint));
        }
        let route = |name: &str, fingerprint| {
            let offers = offered.get(name).map_or(&[][..], Vec::as_slice);
            let same = offers.iter().find(|(_, theirs)| *theirs == fingerprint);
            same.map_or_else(
                || Route::Different(difference(name, offers.is_empty(), ours, theirs)),
                |(number, _)| Route::Number(*number),
            )
        };
        let remotes = program.remotes();
        let routes = remotes.map(|remote| match remote.peer == peer {
            true => route(remote.name, remote.fingerprint),
            false => Route::Elsewhere,
        });
        Routes { routes: routes.collect() }
    }

    /// The other process's number for a method, or what is different.
    pub(super) fn number(&self, method: u64) -> Result<u64, &str> {
        match usize::try_from(method).ok().and_then(|method| self.routes.get(method)) {
            Some(Route::Number(number)) => Ok(*number),
            Some(Route::Different(difference)) => Err(difference),
            Some(Route::Elsewhere) | None => Err("this process was not built to call that method there"),
        }
    }

    /// What is different, if anything is.
    pub(super) fn differences(&self) -> impl Iterator<Item = &str> {
        self.routes.iter().filter_map(|route| match route {
            Route::Different(difference) => Some(difference.as_str()),
            Route::Number(_) | Route::Elsewhere => None,
        })
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

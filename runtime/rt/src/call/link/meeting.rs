//! What a link knows of the process at its other end: who it is, whether it is there, and why not. In: introductions, ends of connections, what the
//! supervisor says. Out: ends of calls that will not be answered, lines in the log, and a [`PeerStatus`] for `plutoc status`.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use pluto_proto::frame::Hello;
use pluto_proto::session::Sent;
use pluto_proto::status::PeerStatus;
use pluto_proto::supervision::{SupervisedState, Supervision};

use super::routes::Routes;
use super::{Link, Links, Parting, carry};
use crate::call::{Call, FailureKind};
use crate::log::{self, Level};
use crate::transport::Outbox;

/// What is known of a process.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// Its build and instance, since the first connection.
    met: Option<(String, u64)>,
    /// Why the last attempt to connect failed, or the connection ended; empty while there is one.
    trouble: String,
}

impl Links {
    /// From now on there are connections with all processes that this one calls, as far as these can be reached.
    pub fn keep(&self) {
        for link in self.links.iter().filter(|link| link.needed && link.address.is_ok()) {
            let open = link.open.lock();
            link.kept.store(true, Ordering::SeqCst);
            let is_driven = link.driven.swap(true, Ordering::SeqCst);
            drop(open);
            if !is_driven {
                link.scheduler.io(carry::drive(link));
            }
        }
    }

    /// How the connections with the processes stand that this one calls.
    pub fn peers(&self) -> Vec<PeerStatus> {
        self.links.iter().filter(|link| link.needed).map(|link| link.status()).collect()
    }
}

impl Link {
    /// The process has introduced itself: calls go there by its numbers, and those that it does not know as we do fail.
    pub(super) fn meet(&self, theirs: &Hello, outbox: &Arc<Outbox>) {
        let routes = Routes::new(self.scheduler.program(), self.index, &self.hello, theirs);
        let mut open = self.open.lock();
        let refused = open.calls.refuse(|call| routes.number(call.method).is_err());
        let difference = |call: &Call| routes.number(call.method).err().unwrap_or_default().to_string();
        let refused: Vec<(Call, String)> =
            refused.into_iter().map(|call| (difference(&call), call)).map(|(why, call)| (call, why)).collect();
        open.routes = Some(routes);
        drop(open);
        self.let_in();
        for (call, difference) in refused {
            call.fail(FailureKind::Version, Sent::No, difference);
        }
        let mut standing = self.standing.lock();
        standing.trouble.clear();
        let before = standing.met.replace((theirs.build.clone(), theirs.instance));
        drop(standing);
        *self.outbox.lock() = Some(outbox.clone());
        if let Some((_, instance)) = before {
            let what = if instance == theirs.instance { "the connection to process" } else { "process" };
            log::say(Level::Info, &format!("{what} `{}` is up again", self.peer), &[]);
        }
    }

    /// That connection is over.
    pub(super) fn part(&self) {
        // Nobody is gathering for it then.
        let _gathering = self.gathering.lock();
        *self.outbox.lock() = None;
        self.open.lock().routes = None;
    }

    /// What could not be sent, or will not be answered, for this reason.
    pub(super) fn fail_calls(&self, parting: Parting) {
        let mut open = self.open.lock();
        let (ended, kind, sent, why, detail) = match parting {
            Parting::Lost(why) => {
                let detail = format!("the connection to process {} is lost: {why}", self.peer);
                (open.calls.lost(), FailureKind::Network, Sent::Yes, why, detail)
            }
            Parting::Refused(kind, why) => (open.calls.refused(), kind, Sent::No, why.clone(), why),
        };
        drop(open);
        self.let_in();
        self.standing.lock().trouble = why;
        for call in ended {
            call.fail(kind, sent, detail.clone());
        }
    }

    /// A process that cannot be reached will never be again if its supervisor says so.
    pub(super) fn explained(&self, parting: Parting) -> Parting {
        match (parting, self.given_up()) {
            (Parting::Lost(_), Some(why)) => Parting::Refused(FailureKind::Unavailable, why),
            (parting, _) => parting,
        }
    }

    fn given_up(&self) -> Option<String> {
        let text = std::fs::read_to_string(self.supervision.as_ref()?).ok()?;
        let supervision = Supervision::parse(&text).ok()?;
        let process = supervision.process(&self.peer)?;
        match process.state {
            SupervisedState::Gone => Some(format!("process {} is gone: {}", self.peer, process.detail)),
            SupervisedState::Up | SupervisedState::Restarting => None,
        }
    }

    /// Shall there be a connection? If not, nobody drives it any more.
    pub(super) fn is_wanted(&self) -> bool {
        let mut open = self.open.lock();
        let wanted = open.calls.has_unsent() || self.is_kept();
        self.driven.store(wanted, Ordering::SeqCst);
        wanted
    }

    pub(super) fn is_kept(&self) -> bool {
        self.kept.load(Ordering::SeqCst)
    }

    pub(super) fn has_unsent(&self) -> bool {
        self.open.lock().calls.has_unsent()
    }

    /// Why a call was not sent in time.
    pub(super) fn unreachable(&self) -> String {
        let trouble = &self.standing.lock().trouble;
        if trouble.is_empty() {
            return format!("process {} could not be reached in time", self.peer);
        }
        format!("process {} could not be reached in time: {trouble}", self.peer)
    }

    fn status(&self) -> PeerStatus {
        let differences =
            self.open.lock().routes.as_ref().map(|routes| routes.differences().map(String::from).collect());
        let over = self.outbox.lock().as_ref().map(|outbox| outbox.carrier());
        let standing = self.standing.lock();
        let trouble = match &self.address {
            Ok(_) => standing.trouble.clone(),
            Err(why) => why.clone(),
        };
        PeerStatus {
            process: self.peer.clone(),
            up: differences.is_some(),
            over,
            build: standing.met.as_ref().map(|(build, _)| build.clone()),
            differences: differences.unwrap_or_default(),
            trouble,
        }
    }
}

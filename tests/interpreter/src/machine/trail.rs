//! What a fault or error leaves behind on its way out: a message and a path. In: notes. Out: lines for people.

use pluto_middle::mir::{Program, Site};

/// So many places are kept; the others are counted.
const MOST_SITES: usize = 64;

/// An early end in the making.
#[derive(Debug, Default)]
pub(super) struct Trail {
    message: String,
    sites: Vec<Site>,
    omitted: usize,
}

impl Trail {
    /// A fault happens here.
    pub(super) fn fault(&mut self, message: String, site: Site) {
        self.message = message;
        self.start(site);
    }

    /// A path begins here.
    pub(super) fn start(&mut self, site: Site) {
        self.sites.clear();
        self.omitted = 0;
        self.note(site);
    }

    /// The path goes on through this place.
    pub(super) fn note(&mut self, site: Site) {
        if self.sites.len() < MOST_SITES {
            self.sites.push(site);
        } else {
            self.omitted += 1;
        }
    }

    /// What standard error gets to read; forgets it.
    pub(super) fn report(&mut self, program: &Program, what: &str, error: Option<String>) -> String {
        let trail = std::mem::take(self);
        let mut text = format!("{what}: {}\n", error.unwrap_or(trail.message));
        for site in trail.sites {
            let info = &program.sites[site];
            text += &format!("  at {} ({}:{})\n", info.function, info.file, info.line);
        }
        if trail.omitted > 0 {
            text += &format!("  ({} more)\n", trail.omitted);
        }
        text
    }
}

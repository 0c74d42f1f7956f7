//! What runs in a row, and how it is made ready. In: a name. Out: a command.

use crate::{c, go, tonic};
use pluto_syntax::diag::Diagnostics;
use plutoc::deploy::build;
use plutoc::load::Disk;
use plutoc::options::{Checks, Options, System};
use std::ffi::OsString;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Something that can be timed.
#[derive(Clone, Copy)]
pub(crate) struct Contestant {
    kind: Kind,
    pinned: bool,
    workers: Option<usize>,
    carrier: Carrier,
}

/// What carries calls between processes of a pod.
#[derive(Clone, Copy)]
enum Carrier {
    /// What is usual.
    Memory,
    /// A Unix socket.
    Socket,
}

#[derive(Clone, Copy)]
enum Kind {
    /// A Pluto program as one process.
    Program(&'static str),
    /// A Pluto program under a system.
    System(&'static str, &'static str),
    /// Rust code of this crate: `row` or `row/library`.
    Rust(&'static str),
    /// A row of the Go program.
    Go(&'static str),
    /// A row of the C program.
    C(&'static str),
    /// A row of the program with tonic.
    Tonic(&'static str),
}

/// Whose a contestant is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Ours.
    Pluto,
    /// Go.
    Go,
    /// Rust.
    Rust,
    /// C.
    C,
}

pub(crate) const fn pluto(program: &'static str) -> Contestant {
    Contestant::of(Kind::Program(program))
}
pub(crate) const fn system(program: &'static str, system: &'static str) -> Contestant {
    Contestant::of(Kind::System(program, system))
}
pub(crate) const fn rust(name: &'static str) -> Contestant {
    Contestant::of(Kind::Rust(name))
}
pub(crate) const fn go(row: &'static str) -> Contestant {
    Contestant::of(Kind::Go(row))
}
pub(crate) const fn c(row: &'static str) -> Contestant {
    Contestant::of(Kind::C(row))
}
pub(crate) const fn tonic(row: &'static str) -> Contestant {
    Contestant::of(Kind::Tonic(row))
}

impl Contestant {
    const fn of(kind: Kind) -> Contestant {
        Contestant { kind, pinned: false, workers: None, carrier: Carrier::Memory }
    }

    /// The same on one CPU.
    pub(crate) const fn pinned(self) -> Contestant {
        Contestant { pinned: true, ..self }
    }

    /// The same with one worker.
    pub(crate) const fn with_one_worker(self) -> Contestant {
        Contestant { workers: Some(1), ..self }
    }

    /// The same over Unix sockets instead of shared memory.
    pub(crate) const fn over_sockets(self) -> Contestant {
        Contestant { carrier: Carrier::Socket, ..self }
    }

    pub(crate) fn side(self) -> Side {
        match self.kind {
            Kind::Program(_) | Kind::System(..) => Side::Pluto,
            Kind::Rust(_) | Kind::Tonic(_) => Side::Rust,
            Kind::Go(_) => Side::Go,
            Kind::C(_) => Side::C,
        }
    }

    /// Its name in a list of its row's contestants.
    pub(crate) fn label(self) -> String {
        let name = match self.kind {
            Kind::Program(name) | Kind::System(name, _) => name,
            Kind::Rust(name) => name.split_once('/').map_or("Rust", |(_, library)| library),
            Kind::Go(_) => "Go",
            Kind::C(_) => "C",
            Kind::Tonic(_) => "tonic",
        };
        if self.workers == Some(1) { format!("{name}, one worker") } else { name.to_owned() }
    }

    /// Builds it, its files in the folder `out`, which is not there yet.
    pub(crate) fn ready(self, out: &Path) -> Result<Ready, String> {
        let own = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut servers = vec![];
        let words: Vec<OsString> = match self.kind {
            Kind::Rust(name) => vec![own.into(), "rival".into(), name.into()],
            Kind::Go(row) => vec![go::program()?.into(), row.into()],
            Kind::C(row) => vec![c::program()?.into(), row.into()],
            Kind::Tonic(row) => vec![tonic::program()?.into(), row.into()],
            Kind::Program(name) => {
                build_program(name, System::Local, out)?;
                vec![out.into()]
            }
            Kind::System(name, system) => {
                build_program(name, System::Named(system.to_owned()), out)?;
                servers.push(Server::start(self.command(vec![out.join("back").into()]))?);
                vec![out.join("front").into()]
            }
        };
        Ok(Ready { contestant: self, words, _servers: servers })
    }

    /// All runtimes get as many workers as there are CPUs, unless the row says one.
    fn command(self, mut words: Vec<OsString>) -> Command {
        if self.pinned {
            words.splice(0..0, ["taskset", "-c", "0"].map(OsString::from));
        }
        let cpus = std::thread::available_parallelism().map_or(1, usize::from);
        let workers = self.workers.unwrap_or(if self.pinned { 1 } else { cpus }).to_string();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).stdin(Stdio::null());
        for name in ["PLUTO_WORKERS", "GOMAXPROCS", "TOKIO_WORKER_THREADS"] {
            command.env(name, &workers);
        }
        match self.carrier {
            Carrier::Memory => command.env_remove("PLUTO_SHM"),
            Carrier::Socket => command.env("PLUTO_SHM", "off"),
        };
        command
    }
}

/// Built, to be run again and again.
pub(crate) struct Ready {
    /// What.
    pub(crate) contestant: Contestant,
    words: Vec<OsString>,
    _servers: Vec<Server>,
}

impl Ready {
    pub(crate) fn command(&self) -> Command {
        self.contestant.command(self.words.clone())
    }
}

struct Server(Child);

impl Server {
    fn start(mut command: Command) -> Result<Server, String> {
        Ok(Server(command.spawn().map_err(|error| error.to_string())?))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn build_program(name: &str, system: System, out: &Path) -> Result<(), String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs").join(name).with_extension("pluto");
    let options = Options { file, system, threads: 2, checks: Checks::None };
    let mut dx = Diagnostics::default();
    build::build(&Disk, &options, Some(out), &mut dx);
    let broken = dx.sorted();
    if broken.is_empty() {
        Ok(())
    } else {
        let mut messages: Vec<_> = broken.iter().map(|it| it.message.as_str()).collect();
        messages.dedup();
        messages.truncate(5);
        Err(messages.join("; "))
    }
}

//! Builds the contestants and runs them in turns. In: names of programs. Out: ratios of median wall times.

use pluto_syntax::diag::Diagnostics;
use plutoc::deploy::build;
use plutoc::load::Disk;
use plutoc::options::{Options, System};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// One line of the table.
pub(crate) struct Row {
    pub(crate) work: &'static str,
    pub(crate) target: f64,
    pub(crate) ours: Contestant,
    pub(crate) other: Contestant,
}

/// Something that can be timed.
pub(crate) enum Contestant {
    /// A Pluto program as one process.
    Program(&'static str),
    /// A Pluto program under a system, pinned to one CPU.
    System(&'static str, &'static str),
    /// Rust code of this crate.
    Rival(&'static str),
    /// The same, pinned to one CPU.
    RivalPinned(&'static str),
}

impl Contestant {
    pub(crate) fn program(name: &'static str) -> Contestant {
        Contestant::Program(name)
    }
    pub(crate) fn system(name: &'static str, system: &'static str) -> Contestant {
        Contestant::System(name, system)
    }
    pub(crate) fn rival(name: &'static str) -> Contestant {
        Contestant::Rival(name)
    }
    pub(crate) fn rival_pinned(name: &'static str) -> Contestant {
        Contestant::RivalPinned(name)
    }
}

impl Row {
    /// Ours divided by the other: medians of `rounds` interleaved runs.
    pub(crate) fn ratio(&self, rounds: usize) -> Result<f64, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let ours = Ready::new(&self.ours, &folder.path().join("ours"))?;
        let other = Ready::new(&self.other, &folder.path().join("other"))?;
        let (mut times, mut others) = (vec![], vec![]);
        for _ in 0..rounds {
            times.push(ours.time()?);
            others.push(other.time()?);
        }
        Ok(median(times).as_secs_f64() / median(others).as_secs_f64())
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Built, to be run again and again.
struct Ready {
    command: Vec<PathBuf>,
    servers: Vec<Server>,
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Ready {
    fn new(contestant: &Contestant, out: &Path) -> Result<Ready, String> {
        let own = std::env::current_exe().map_err(|error| error.to_string())?;
        let pinned = || ["taskset", "-c", "0"].map(PathBuf::from).to_vec();
        match contestant {
            Contestant::Rival(name) => {
                Ok(Ready { command: vec![own, "rival".into(), (*name).into()], servers: vec![] })
            }
            Contestant::RivalPinned(name) => {
                let mut command = pinned();
                command.extend([own, "rival".into(), (*name).into()]);
                Ok(Ready { command, servers: vec![] })
            }
            Contestant::Program(name) => {
                build_program(name, System::Local, out)?;
                Ok(Ready { command: vec![out.to_owned()], servers: vec![] })
            }
            Contestant::System(name, system) => {
                build_program(name, System::Named((*system).to_owned()), out)?;
                let mut server = Command::new("taskset");
                server.args(["-c", "0"]).arg(out.join("back")).stdin(Stdio::null());
                let server = Server(server.spawn().map_err(|error| error.to_string())?);
                let mut command = pinned();
                command.push(out.join("front"));
                Ok(Ready { command, servers: vec![server] })
            }
        }
    }

    fn time(&self) -> Result<Duration, String> {
        let _ = &self.servers;
        let begin = Instant::now();
        let output =
            Command::new(&self.command[0]).args(&self.command[1..]).output().map_err(|error| error.to_string())?;
        let time = begin.elapsed();
        if output.status.success() { Ok(time) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    }
}

fn build_program(name: &str, system: System, out: &Path) -> Result<(), String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs").join(name).with_extension("pluto");
    let options = Options { file, system, threads: 2 };
    let mut dx = Diagnostics::default();
    build::build(&Disk, &options, Some(out), &mut dx);
    let broken = dx.sorted();
    if broken.is_empty() {
        Ok(())
    } else {
        Err(broken.iter().map(|it| it.message.clone()).collect::<Vec<_>>().join("; "))
    }
}

//! `plutoc status`: how running systems are. In: a folder with `topology.json`, or nothing (all runs of this user). Out: a table, or JSON, of what
//! each process says of itself.

mod table;

use pluto_proto::frame::{Decoder, Frame, Hello, VERSION, put_ask_status, put_hello};
use pluto_proto::status::{State, Status};
use pluto_proto::supervision::{self, Supervised, SupervisedState, Supervision};
use pluto_proto::topology::{ProcessEntry, Topology};
use serde::Serialize;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// So long a process may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// As whom this introduces itself.
const ME: &str = "plutoc status";

/// A system that runs.
#[derive(Debug, Serialize)]
struct System {
    system: String,
    /// Where its `topology.json` is.
    folder: PathBuf,
    processes: Vec<Process>,
}

/// A process, what it says, and what its supervisor says.
#[derive(Debug, Serialize)]
struct Process {
    name: String,
    state: ProcessState,
    /// How often it was started again; `null`: nobody supervises it.
    restarts: Option<u64>,
    status: Option<Status>,
    /// Why it says nothing.
    trouble: Option<String>,
}

/// How far a process is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum ProcessState {
    /// Its services have not all started.
    Starting,
    /// A process that it calls is not connected, or does not serve what it calls.
    Waiting,
    /// It works.
    Ready,
    /// It is ending.
    Draining,
    /// It died, and will be started again.
    Restarting,
    /// It runs, and does not answer.
    Silent,
    /// It does not run.
    Gone,
}

/// How systems are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// For people.
    Table,
    /// For programs.
    Json,
}

/// The status of the system in a folder, or of all that run.
///
/// # Errors
/// What is wrong with the folder, for people.
pub fn status(folder: Option<&Path>, form: Form) -> Result<String, String> {
    let systems = match folder {
        Some(folder) => vec![ask(folder).map_err(|error| format!("`{}`: {error}", folder.display()))?],
        // A run that ends meanwhile is none.
        None => runs().iter().filter_map(|folder| ask(folder).ok()).collect(),
    };
    Ok(match form {
        Form::Json => serde_json::to_string_pretty(&systems).unwrap_or_default() + "\n",
        Form::Table if systems.is_empty() => "no system of `plutoc run` is running\n".to_owned(),
        Form::Table => systems.iter().map(table::table).collect(),
    })
}

/// The folders of runs.
fn runs() -> Vec<PathBuf> {
    let parent = super::folder::parent();
    let entries = std::fs::read_dir(parent).into_iter().flatten().filter_map(Result::ok);
    let ours = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(super::folder::PREFIX));
    let mut folders: Vec<PathBuf> =
        ours.map(|entry| entry.path()).filter(|path| path.join("topology.json").exists()).collect();
    folders.sort();
    folders
}

fn ask(folder: &Path) -> Result<System, String> {
    let text = std::fs::read_to_string(folder.join("topology.json")).map_err(|error| error.to_string())?;
    let topology = Topology::parse(&text)?;
    let supervision = supervision(folder);
    let processes = topology.processes.iter().map(|entry| process(entry, folder, supervision.process(&entry.name)));
    Ok(System { system: topology.system.clone(), folder: folder.to_owned(), processes: processes.collect() })
}

/// What the supervisor of the folder's processes says, if there is one.
fn supervision(folder: &Path) -> Supervision {
    let text = std::fs::read_to_string(folder.join(supervision::FILE)).ok();
    text.and_then(|text| Supervision::parse(&text).ok()).unwrap_or_default()
}

fn process(entry: &ProcessEntry, folder: &Path, supervised: Option<&Supervised>) -> Process {
    let (name, restarts) = (entry.name.clone(), supervised.map(|it| it.restarts));
    match said_by(entry, folder) {
        Ok(status) => {
            let state = match status.state {
                State::Starting => ProcessState::Starting,
                State::Waiting => ProcessState::Waiting,
                State::Ready => ProcessState::Ready,
                State::Draining => ProcessState::Draining,
            };
            Process { name, state, restarts, status: Some(status), trouble: None }
        }
        Err(error) => {
            let (state, trouble) = match supervised {
                Some(it) if it.state == SupervisedState::Gone => (ProcessState::Gone, it.detail.clone()),
                Some(it) if it.state == SupervisedState::Restarting => (ProcessState::Restarting, error.to_string()),
                Some(_) => (ProcessState::Silent, error.to_string()),
                None if is_nobody_there(&error) => (ProcessState::Gone, "nobody listens at its address".to_owned()),
                None => (ProcessState::Silent, error.to_string()),
            };
            Process { name, state, restarts, status: None, trouble: Some(trouble) }
        }
    }
}

fn is_nobody_there(error: &io::Error) -> bool {
    [io::ErrorKind::NotFound, io::ErrorKind::ConnectionRefused].contains(&error.kind())
}

/// What a process says.
fn said_by(entry: &ProcessEntry, folder: &Path) -> io::Result<Status> {
    if !entry.unix.is_empty() {
        let stream = UnixStream::connect(folder.join(&entry.unix))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        return converse(stream);
    }
    let address = entry.tcp.parse().map_err(|_| io::Error::other("it has no address"))?;
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    converse(stream)
}

fn converse(mut stream: impl Read + Write) -> io::Result<Status> {
    let mut bytes = vec![];
    let me = Hello { process: ME.to_owned(), ..Hello::default() };
    put_hello(&mut bytes, &me).map_err(|_| io::Error::other("the introduction is too long"))?;
    put_ask_status(&mut bytes);
    stream.write_all(&bytes)?;
    let (mut decoder, mut buffer) = (Decoder::of_callee(), [0; 4096]);
    loop {
        match decoder.take() {
            Ok(Some(Frame::Status(json))) => return Status::parse(&json).map_err(io::Error::other),
            Ok(Some(Frame::Foreign { version })) => {
                let why = format!("it speaks version {version} of Pluto's protocol, not {VERSION}");
                return Err(io::Error::other(why));
            }
            Ok(Some(_)) => {}
            Ok(None) => match stream.read(&mut buffer)? {
                0 => return Err(io::Error::other("it closed the connection")),
                count => decoder.push(&buffer[..count]),
            },
            Err(_) => return Err(io::Error::other("no Pluto process answers there")),
        }
    }
}

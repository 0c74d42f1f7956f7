//! `plutoc status`: how running systems are. In: a folder with `topology.json`, or nothing (all runs of this user). Out: a table, or JSON, of what
//! each process says of itself.

use pluto_proto::frame::{Decoder, Frame, Hello, put_ask_status, put_hello};
use pluto_proto::status::{EdgeStatus, Status};
use pluto_proto::topology::{ProcessEntry, Topology};
use serde::Serialize;
use std::fmt::Write as _;
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

/// A process, and what it says.
#[derive(Debug, Serialize)]
struct Process {
    name: String,
    status: Option<Status>,
    /// Why it says nothing.
    trouble: Option<String>,
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
        Form::Table => systems.iter().map(table).collect(),
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
    let processes = topology.processes.iter().map(|entry| {
        let said = said_by(entry, folder, &topology.build);
        let (status, trouble) = match said {
            Ok(status) => (Some(status), None),
            Err(error) => (None, Some(error.to_string())),
        };
        Process { name: entry.name.clone(), status, trouble }
    });
    Ok(System { system: topology.system.clone(), folder: folder.to_owned(), processes: processes.collect() })
}

/// What a process says. One that serves nobody listens nowhere.
fn said_by(entry: &ProcessEntry, folder: &Path, build: &str) -> io::Result<Status> {
    if !entry.unix.is_empty() {
        let stream = UnixStream::connect(folder.join(&entry.unix))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        return converse(stream, build);
    }
    let address = entry.tcp.parse().map_err(|_| io::Error::other("it has no address"))?;
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    converse(stream, build)
}

fn converse(mut stream: impl Read + Write, build: &str) -> io::Result<Status> {
    let mut bytes = vec![];
    put_hello(&mut bytes, &Hello { build: build.to_owned(), process: ME.to_owned() });
    put_ask_status(&mut bytes);
    stream.write_all(&bytes)?;
    let (mut decoder, mut buffer) = (Decoder::default(), [0; 4096]);
    loop {
        match decoder.take() {
            Ok(Some(Frame::Status(json))) => return Status::parse(&json).map_err(io::Error::other),
            Ok(Some(_)) => {}
            Ok(None) => match stream.read(&mut buffer)? {
                0 => return Err(io::Error::other("it closed the connection: it is of another build")),
                count => decoder.push(&buffer[..count]),
            },
            Err(_) => return Err(io::Error::other("no Pluto process answers there")),
        }
    }
}

fn table(system: &System) -> String {
    let mut text = format!("system {} ({})\n", system.system, system.folder.display());
    let _ = writeln!(text, "  {:<16} {:>8} {:>9} {:>8}  callers", "process", "pid", "up", "running");
    for process in &system.processes {
        let name = &process.name;
        let line = match (&process.status, &process.trouble) {
            (Some(status), _) => {
                let callers = status.connections.iter().map(|it| &*it.caller).filter(|it| *it != ME);
                let callers: Vec<&str> = callers.collect();
                let up = format!("{:.1} s", status.up_ms as f64 / 1000.0);
                format!("  {name:<16} {:>8} {up:>9} {:>8}  {}", status.pid, status.running, callers.join(", "))
            }
            (None, trouble) => {
                format!("  {name:<16} serves nobody, or does not answer: {}", trouble.as_deref().unwrap_or("silence"))
            }
        };
        text.push_str(line.trim_end());
        text.push('\n');
    }
    let edges: Vec<&EdgeStatus> =
        system.processes.iter().filter_map(|it| it.status.as_ref()).flat_map(|it| &it.edges).collect();
    if !edges.is_empty() {
        let _ = writeln!(
            text,
            "  {:<40} {:>9} {:>7} {:>7} {:>7} {:>9} {:>9} {:>9} {:>9}",
            "edge", "calls", "errors", "faults", "cut", "p50", "p99", "in", "out"
        );
    }
    for it in edges {
        let edge = format!("{} -> {}", it.caller, it.method);
        let _ = writeln!(
            text,
            "  {edge:<40} {:>9} {:>7} {:>7} {:>7} {:>9} {:>9} {:>9} {:>9}",
            it.calls,
            it.errors,
            it.faults,
            it.cut,
            time(it.p50_us),
            time(it.p99_us),
            bytes(it.bytes_in),
            bytes(it.bytes_out)
        );
    }
    text
}

fn time(micros: u64) -> String {
    match micros {
        0..10_000 => format!("{micros} µs"),
        10_000..10_000_000 => format!("{} ms", micros / 1_000),
        _ => format!("{} s", micros / 1_000_000),
    }
}

fn bytes(count: u64) -> String {
    match count {
        0..10_000 => format!("{count} B"),
        10_000..10_000_000 => format!("{} KB", count / 1_000),
        _ => format!("{} MB", count / 1_000_000),
    }
}

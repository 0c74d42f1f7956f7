//! Which process is where. In: `topology.json` beside the executable or at `PLUTO_TOPOLOGY`, `PLUTO_ADDR_<process>`, and `PLUTO_SHM`. Out:
//! the addresses of all processes, and how they are used, or a message for people.

use std::path::{Path, PathBuf};

use pluto_proto::supervision;
use pluto_proto::topology::{Address, ProcessEntry, Topology, default_unix_path, parse_tcp, parse_unix};

use crate::os::process::user;
use crate::os::program::{Program, Transport};
use crate::transport::Sharing;

/// Where everybody is.
#[derive(Debug)]
pub struct Places {
    /// What the supervisor of the processes says of them, if they have one.
    pub supervision: PathBuf,
    /// The processes by number: name, and address or why nobody knows it.
    pub peers: Vec<(String, Result<Address, String>)>,
    /// Where this process listens.
    pub own: Vec<Address>,
    /// May it share memory with those whom it reaches over Unix sockets?
    pub sharing: Sharing,
}

/// Finds out where the processes of a program are.
pub fn read(program: Program) -> Result<Places, String> {
    let file = file()?;
    let text = std::fs::read_to_string(&file).map_err(|error| {
        let file = file.display();
        format!("cannot read {file}: {error}; it must lie beside the executable, or PLUTO_TOPOLOGY must name it")
    })?;
    let topology = Topology::parse(&text).map_err(|error| format!("{}: {error}", file.display()))?;
    let folder = file.parent().unwrap_or(Path::new("."));
    places(program, &topology, folder, |name| std::env::var(name).ok())
}

/// The same from the contents of the file.
fn places(
    program: Program,
    topology: &Topology,
    folder: &Path,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Places, String> {
    let known = |name: &str| -> Result<Vec<Address>, String> {
        match variable(&format!("PLUTO_ADDR_{name}")) {
            Some(text) => text.split(',').map(Address::parse).collect::<Result<_, _>>(),
            None => listed(topology, folder, name),
        }
    };
    let peer = |index| {
        let (name, transport) = program.peer(index).unwrap_or(("?", Transport::Itself));
        let address = known(name).map_err(|error| format!("process {name}: {error}"));
        let address = address.and_then(|addresses| choose(addresses, name, transport));
        (name.to_string(), address)
    };
    Ok(Places {
        supervision: folder.join(supervision::FILE),
        peers: (0..program.peer_count()).map(peer).collect(),
        own: known(program.name())?,
        sharing: Sharing::parse(variable("PLUTO_SHM").as_deref())?,
    })
}

fn file() -> Result<PathBuf, String> {
    if let Some(file) = std::env::var_os("PLUTO_TOPOLOGY") {
        return Ok(PathBuf::from(file));
    }
    let executable =
        std::env::current_exe().map_err(|error| format!("the executable's own path is unknown: {error}"))?;
    Ok(executable.with_file_name("topology.json"))
}

/// The addresses that the file gives a process.
fn listed(topology: &Topology, folder: &Path, name: &str) -> Result<Vec<Address>, String> {
    let position = topology.processes.iter().position(|entry| entry.name == name);
    let index = position.ok_or_else(|| "topology.json does not list it".to_string())?;
    let entry = &topology.processes[index];
    let mut addresses = vec![unix_address(topology, folder, index, entry)?];
    if !entry.tcp.is_empty() {
        addresses.push(parse_tcp(&entry.tcp)?);
    }
    Ok(addresses)
}

fn unix_address(topology: &Topology, folder: &Path, index: usize, entry: &ProcessEntry) -> Result<Address, String> {
    if entry.unix.is_empty() {
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        return parse_unix(&default_unix_path(&topology.build, &folder.to_string_lossy(), user(), index, &entry.name));
    }
    parse_unix(&folder.join(&entry.unix).to_string_lossy())
}

/// Of the addresses of a process, the one that its edges use; if there is none of that kind, any.
fn choose(addresses: Vec<Address>, name: &str, transport: Transport) -> Result<Address, String> {
    let wanted = |address: &&Address| match (address, transport) {
        (Address::Unix(_), Transport::Shared | Transport::Itself) | (Address::Tcp(_), Transport::Tcp) => true,
        (Address::Unix(_), Transport::Tcp) | (Address::Tcp(_), Transport::Shared | Transport::Itself) => false,
    };
    let chosen = addresses.iter().find(wanted).or(addresses.first());
    chosen.cloned().ok_or_else(|| format!("process {name} has no address"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::sample::Sample;

    const FILE: &str = r#"{"system": "S", "build": "b", "processes": [
        {"name": "web", "pod": "p"},
        {"name": "stock", "pod": "p", "unix": "s.sock"},
        {"name": "audit", "pod": "q", "region": "r", "unix": "/x/a.sock", "tcp": "127.0.0.1:4001"}
    ]}"#;

    fn program() -> Program {
        let peers = vec![("web", Transport::Itself), ("stock", Transport::Shared), ("audit", Transport::Tcp)];
        Sample { name: "web", peers, ..Sample::default() }.program()
    }

    fn read_with(variables: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let topology = Topology::parse(FILE).expect("well formed");
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_string());
        let places = places(program(), &topology, Path::new("/d"), variable)?;
        assert_eq!(places.supervision, Path::new("/d/supervision.json"));
        let text = |address: Result<Address, String>| address.map_or_else(|error| error, |address| address.to_string());
        Ok(places.peers.into_iter().map(|(name, address)| format!("{name} {}", text(address))).collect())
    }

    #[test]
    fn addresses_come_from_the_file() {
        let peers = read_with(&[]).expect("complete");
        assert!(peers[0].starts_with("web unix:/tmp/pluto-"), "{}", peers[0]);
        assert_eq!(peers[1..], ["stock unix:/d/s.sock", "audit tcp:127.0.0.1:4001"]);
    }

    #[test]
    fn variables_come_first() {
        let variables = [("PLUTO_ADDR_stock", "tcp:127.0.0.1:9"), ("PLUTO_ADDR_audit", "unix:/y,tcp:127.0.0.1:8")];
        let peers = read_with(&variables).expect("complete");
        assert_eq!(peers[1..], ["stock tcp:127.0.0.1:9", "audit tcp:127.0.0.1:8"]);
        let peers = read_with(&[("PLUTO_ADDR_stock", "nowhere")]).expect("its own place is known");
        assert!(peers[1].contains("`nowhere` is no address"), "{}", peers[1]);
        read_with(&[("PLUTO_ADDR_web", "tcp:0.0.0.0:1")]).expect_err("its own place is wrong");
        read_with(&[("PLUTO_SHM", "off")]).expect("a word that is known");
        assert_eq!(read_with(&[("PLUTO_SHM", "of")]), Err("PLUTO_SHM must be `on` or `off`, not `of`".to_string()));
    }

    #[test]
    fn a_process_that_is_not_listed_is_named() {
        let topology = Topology::parse(r#"{"system": "S", "build": "b", "processes": []}"#).expect("well formed");
        let message = places(program(), &topology, Path::new("/d"), |_| None).expect_err("nobody is listed");
        assert_eq!(message, "topology.json does not list it");
    }
}

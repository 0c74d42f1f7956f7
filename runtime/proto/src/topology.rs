//! Which process lives where: the contents of `topology.json`, and addresses as texts. In: text that `plutoc` or a person
//! wrote. Out: checked values, or a message that says what is wrong.

use core::net::SocketAddr;
use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The operating system allows 107 bytes for the path of a Unix socket; we stay below.
pub const MAX_SOCKET_PATH: usize = 100;

/// The contents of `topology.json`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topology {
    /// The system's name.
    pub system: String,
    /// The build that wrote the file. Processes of other builds may use it too.
    pub build: String,
    /// All processes.
    pub processes: Vec<ProcessEntry>,
}

/// A process of the system.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessEntry {
    /// Its name, unique within the system.
    pub name: String,
    /// The pod it belongs to.
    pub pod: String,
    /// The region the pod belongs to; empty if it belongs to none.
    #[serde(default)]
    pub region: String,
    /// The path of the Unix socket it listens on; relative to the file's folder. If empty, one in `/tmp` is used.
    #[serde(default)]
    pub unix: String,
    /// The loopback address it listens on, `127.0.0.1:4000`; empty if it listens on none.
    #[serde(default)]
    pub tcp: String,
}

/// Where a process can be reached.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Address {
    /// The path of a Unix socket.
    Unix(String),
    /// A TCP address, loopback only.
    Tcp(SocketAddr),
}

impl Topology {
    /// Reads and checks the file's text.
    pub fn parse(text: &str) -> Result<Topology, String> {
        let topology: Topology = serde_json::from_str(text).map_err(|error| error.to_string())?;
        topology.check()?;
        Ok(topology)
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        let mut text =
            serde_json::to_string_pretty(self).unwrap_or_else(|error| unreachable!("texts and lists only: {error}"));
        text.push('\n');
        text
    }

    /// The entry of a process.
    pub fn process(&self, name: &str) -> Option<&ProcessEntry> {
        self.processes.iter().find(|entry| entry.name == name)
    }

    fn check(&self) -> Result<(), String> {
        let mut names = BTreeSet::new();
        for entry in &self.processes {
            if !names.insert(entry.name.as_str()) {
                return Err(format!("process `{}` is listed twice", entry.name));
            }
            if !entry.tcp.is_empty() {
                parse_tcp(&entry.tcp).map_err(|error| format!("process `{}`: {error}", entry.name))?;
            }
        }
        Ok(())
    }
}

impl Address {
    /// Reads `unix:/path` or `tcp:127.0.0.1:4000`.
    pub fn parse(text: &str) -> Result<Address, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            parse_unix(path)
        } else if let Some(tcp) = text.strip_prefix("tcp:") {
            parse_tcp(tcp)
        } else {
            Err(format!("`{text}` is no address: write `unix:/path` or `tcp:127.0.0.1:4000`"))
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Unix(path) => write!(f, "unix:{path}"),
            Address::Tcp(address) => write!(f, "tcp:{address}"),
        }
    }
}

/// Checks the path of a Unix socket.
pub fn parse_unix(path: &str) -> Result<Address, String> {
    if path.is_empty() || path.contains('\0') {
        return Err("the path of a Unix socket must not be empty nor contain a zero byte".to_string());
    }
    if path.len() > MAX_SOCKET_PATH {
        return Err(format!(
            "the socket path `{path}` has {} bytes, at most {MAX_SOCKET_PATH} are possible",
            path.len()
        ));
    }
    Ok(Address::Unix(path.to_string()))
}

/// Checks a TCP address. Without TLS only loopback is allowed.
pub fn parse_tcp(text: &str) -> Result<Address, String> {
    let address: SocketAddr =
        text.parse().map_err(|_| format!("`{text}` is no TCP address: write `127.0.0.1:4000`"))?;
    if !address.ip().is_loopback() {
        return Err(format!("`{text}` is not a loopback address; TCP without TLS may only use loopback"));
    }
    Ok(Address::Tcp(address))
}

/// The path of a process's socket where `topology.json` names none: the same for all processes that were built together and
/// are started by the same user from the same folder, short, and in a folder of that user's own.
pub fn default_unix_path(build: &str, folder: &str, user: u32, index: usize, process: &str) -> String {
    let hash = fingerprint(&[build, folder]);
    let name: String = process.chars().filter(|c| c.is_ascii_alphanumeric()).take(24).collect();
    format!("/tmp/pluto-{hash:016x}-{user}/{index}-{name}.sock")
}

/// A 64-bit FNV-1a hash of texts, the same on every machine. Not against an adversary.
pub fn fingerprint(texts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for text in texts {
        // 0xff is in no UTF-8 text, so it separates them.
        for byte in text.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Topology {
        let entry = |name: &str, unix: &str, tcp: &str| ProcessEntry {
            name: name.to_string(),
            pod: "shop".to_string(),
            region: String::new(),
            unix: unix.to_string(),
            tcp: tcp.to_string(),
        };
        let processes = vec![entry("web", "", ""), entry("stock", "s.sock", "127.0.0.1:4001")];
        Topology { system: "Wide".to_string(), build: "b1".to_string(), processes }
    }

    #[test]
    fn the_text_comes_back() {
        assert_eq!(Topology::parse(&sample().to_json()), Ok(sample()));
        assert_eq!(sample().process("stock"), sample().processes.get(1));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let mut twice = sample();
        twice.processes[1].name = "web".to_string();
        let message = Topology::parse(&twice.to_json()).expect_err("twice");
        assert!(message.contains("listed twice"), "{message}");
        let mut open = sample();
        open.processes[1].tcp = "0.0.0.0:80".to_string();
        let message = Topology::parse(&open.to_json()).expect_err("open");
        assert!(message.contains("loopback"), "{message}");
        assert!(Topology::parse("{").is_err());
    }

    #[test]
    fn addresses_come_back() {
        for text in ["unix:/tmp/a.sock", "tcp:127.0.0.1:4000", "tcp:[::1]:80"] {
            assert_eq!(Address::parse(text).map(|address| address.to_string()), Ok(text.to_string()));
        }
        assert!(Address::parse("http://x").is_err());
        assert!(Address::parse(&format!("unix:/{}", "x".repeat(120))).is_err());
        assert!(Address::parse("tcp:10.0.0.1:80").is_err());
    }

    #[test]
    fn default_paths_are_short_and_differ() {
        let long = default_unix_path("b", "/home/x", u32::MAX, 999, &"name".repeat(50));
        assert!(long.len() <= MAX_SOCKET_PATH, "{long}");
        assert_ne!(default_unix_path("b", "/x", 1, 0, "a"), default_unix_path("c", "/x", 1, 0, "a"));
    }
}

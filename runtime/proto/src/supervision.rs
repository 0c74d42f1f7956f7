//! What a supervisor says of the processes that it started, in a file beside `topology.json`. In: states. Out: JSON, and back. Callers read it
//! when they cannot connect, `plutoc status` shows it.

use serde::{Deserialize, Serialize};

/// The file's name.
pub const FILE: &str = "supervision.json";

/// All processes of a run.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Supervision {
    /// In the order in which they were started.
    pub processes: Vec<Supervised>,
}

/// One of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Supervised {
    /// Its name.
    pub name: String,
    /// How it is.
    pub state: SupervisedState,
    /// How often it was started again.
    pub restarts: u64,
    /// Why it does not run: `given up after 5 restarts in 30 s`; else empty.
    pub detail: String,
}

/// How a process is for its supervisor.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SupervisedState {
    /// It runs.
    Up,
    /// It died, and will be started again.
    Restarting,
    /// It does not run, and will not.
    Gone,
}

impl Supervision {
    /// Reads the text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Supervision, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// As text.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|error| unreachable!("texts and numbers only: {error}"))
    }

    /// What it says of a process.
    #[must_use]
    pub fn process(&self, name: &str) -> Option<&Supervised> {
        self.processes.iter().find(|process| process.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_comes_back() {
        let (name, detail) = ("back".to_string(), "given up".to_string());
        let gone = Supervised { name, state: SupervisedState::Gone, restarts: 5, detail };
        let all = Supervision { processes: vec![gone.clone()] };
        assert_eq!(Supervision::parse(&all.to_json()), Ok(all.clone()));
        assert_eq!((all.process("back"), all.process("front")), (Some(&gone), None));
        assert!(all.to_json().contains("\"state\":\"gone\"") && Supervision::parse("[").is_err());
    }
}

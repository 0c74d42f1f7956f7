//! What this process says of itself when it meets another one. In: the program. Out: a [`Hello`].

use std::time::{SystemTime, UNIX_EPOCH};

use pluto_proto::frame::{Hello, Offer};

use crate::os::program::Program;

/// As a caller.
pub fn as_caller(program: Program) -> Hello {
    Hello {
        build: program.build().to_string(),
        system: program.system().to_string(),
        process: program.name().to_string(),
        instance: instance(),
        methods: vec![],
    }
}

/// The same, with all that it serves.
pub fn as_callee(program: Program, as_caller: &Hello) -> Hello {
    let offer = |method| Offer {
        name: program.handler_name(method).to_string(),
        fingerprint: program.handler_fingerprint(method),
    };
    Hello { methods: (0..program.handler_count()).map(offer).collect(), ..as_caller.clone() }
}

/// Another number for each start of a process: which process of the system, and when.
fn instance() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::from(std::process::id()) << 32 | (since.as_micros() as u64 & u64::from(u32::MAX))
}

//! The machine and its settings. In: nothing. Out: Cranelift's description of it.

use cranelift_codegen::isa::{self, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use target_lexicon::triple;

/// x86-64 Linux. The verifier only runs in debug builds.
pub(crate) fn isa() -> OwnedTargetIsa {
    let verifier = if cfg!(debug_assertions) { "true" } else { "false" };
    let mut flags = settings::builder();
    for (name, value) in [
        ("opt_level", "speed"),
        ("is_pic", "true"),
        ("preserve_frame_pointers", "true"),
        ("log2_min_function_alignment", "4"),
        ("enable_probestack", "false"),
        ("unwind_info", "false"),
        ("enable_verifier", verifier),
    ] {
        flags.set(name, value).unwrap_or_else(|error| panic!("Cranelift's setting {name}: {error}"));
    }
    let builder = isa::lookup(triple!("x86_64-unknown-linux-gnu")).expect("Cranelift is built for this machine");
    builder.finish(settings::Flags::new(flags)).expect("the settings fit together")
}

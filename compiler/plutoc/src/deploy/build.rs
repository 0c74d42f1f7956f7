//! `plutoc build`: one executable, or a folder with one per process and `topology.json`. In: options. Out: files.

use super::topology::{Addresses, topology};
use crate::load::{Files, Sources};
use crate::options::Options;
use crate::{Built, cli, compile, link};
use pluto_syntax::code::Code;
use pluto_syntax::diag::{Diagnostic, Diagnostics};
use std::path::{Path, PathBuf};

/// What was built.
#[derive(Debug)]
pub struct Output {
    /// The executables, in the order of the placement's processes.
    pub executables: Vec<Executable>,
}

/// An executable.
#[derive(Debug)]
pub struct Executable {
    /// The process's name.
    pub process: String,
    /// The file.
    pub path: PathBuf,
    /// Does it hold `main`?
    pub has_main: pluto_middle::facts::HasMain,
    /// When it starts, from 0: after those that it calls.
    pub stage: usize,
}

/// Builds to `out`, or to a name made from the file's.
pub fn build(
    files: &dyn Files,
    options: &Options,
    out: Option<&Path>,
    dx: &mut Diagnostics,
) -> (Sources, Option<Output>) {
    let (sources, built) = compile(files, options, dx);
    let Some(built) = built else { return (sources, None) };
    let default = default_name(&options.file);
    let out = out.map_or(default, Path::to_owned);
    match write(&built, &out, &Addresses::Fixed) {
        Ok(output) => (sources, Some(output)),
        Err(diagnostic) => {
            dx.push(diagnostic);
            (sources, None)
        }
    }
}

/// Links everything: to the file `out`, or for a system into the folder `out`.
pub(super) fn write(built: &Built, out: &Path, addresses: &Addresses<'_>) -> Result<Output, Diagnostic> {
    let Some(system) = &built.system else {
        refuse_folder(out)?;
        let [(process, object)] = &built.objects[..] else { unreachable!("one process without a system") };
        return Ok(Output { executables: vec![executable(built, *process, object, out)?] });
    };
    std::fs::create_dir_all(out).map_err(|error| cli::cannot_write(out, &error))?;
    let one = |(process, object): &(_, Vec<u8>)| {
        let name = &*built.placement.processes[*process].name;
        executable(built, *process, object, &out.join(name))
    };
    let executables = built.objects.iter().map(one).collect::<Result<_, _>>()?;
    let topology = topology(system, &built.placement, built.build, addresses);
    let text = serde_json::to_string_pretty(&topology).expect("a topology is plain data") + "\n";
    let file = out.join("topology.json");
    std::fs::write(&file, text).map_err(|error| cli::cannot_write(&file, &error))?;
    Ok(Output { executables })
}

fn executable(
    built: &Built,
    process: pluto_middle::ids::ProcessId,
    object: &[u8],
    path: &Path,
) -> Result<Executable, Diagnostic> {
    link::link(object, path)?;
    let stage = built.stages.get(&process).copied().unwrap_or_default();
    let process = &built.placement.processes[process];
    Ok(Executable { process: process.name.to_string(), path: path.to_owned(), has_main: process.has_main, stage })
}

fn refuse_folder(out: &Path) -> Result<(), Diagnostic> {
    if !out.is_dir() {
        return Ok(());
    }
    let message = format!("cannot write the executable `{}`: there is a folder of that name", out.display());
    Err(Diagnostic::global(Code::E0605, message).help("name a file with `-o`"))
}

/// `shop.pluto` → `shop`; the folder `examples/shop` → `shop`; for a folder in the working directory, `shop.out`.
fn default_name(file: &Path) -> PathBuf {
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let main = absolute.file_stem().is_some_and(|stem| stem == "main") && absolute.is_file();
    let named = if main { absolute.parent() } else { Some(absolute.as_path()) };
    let name = named.and_then(Path::file_stem).map_or_else(|| PathBuf::from("program"), PathBuf::from);
    if name.is_dir() { name.with_extension("out") } else { name }
}

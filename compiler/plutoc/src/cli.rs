//! The command line: flags → [`Options`] → the spine → output and exit code (0 fine, 1 errors in the program, 2 wrong usage,
//! else the program's own).

use crate::deploy::status::Form;
use crate::emit::{Stage, emit};
use crate::load::{Disk, Sources};
use crate::options::{Checks, MessageFormat, Options, System};
use crate::render::{Colors, render};
use crate::{check_all, deploy, explain, front};
use clap::{Args, Parser, Subcommand};
use pluto_syntax::code::Code;
use pluto_syntax::diag::{Diagnostic, Diagnostics};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "plutoc", about = "The Pluto compiler: one program, every placement", disable_version_flag = true)]
struct Cli {
    /// Print versions and exit
    #[arg(short = 'V', long)]
    version: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Check a program under every system that it declares
    Check {
        #[command(flatten)]
        common: Common,
    },
    /// Build one executable, or with --system a folder with one per process
    Build {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        placement: PlacementArgs,
        /// The executable, or the folder
        #[arg(short)]
        out: Option<PathBuf>,
        #[command(flatten)]
        checks: ChecksArgs,
        /// Print a stage instead of building
        #[arg(long)]
        emit: Option<Stage>,
        /// Threads of the code generator (default: all cores)
        #[arg(long)]
        threads: Option<usize>,
    },
    /// Build and run a program, the whole system if one is named
    Run {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        placement: PlacementArgs,
        #[command(flatten)]
        checks: ChecksArgs,
        /// Arguments of the program, after `--`
        #[arg(last = true)]
        args: Vec<std::ffi::OsString>,
    },
    /// Run the program's tests
    Test {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        checks: ChecksArgs,
        /// Only tests whose name contains this
        filter: Option<String>,
        /// Run tests with a random scheduler once, with this seed
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Show where everything runs, every edge, and the errors it adds
    Plan {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        placement: PlacementArgs,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Show the processes and calls of systems that run
    Status {
        /// A folder of `plutoc build --system` whose processes run; otherwise all systems of `plutoc run`
        folder: Option<PathBuf>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Explain a diagnostic code
    Explain {
        /// For example E0401
        code: String,
    },
}

#[derive(Args)]
struct Common {
    /// A `.pluto` file, or a folder with `main.pluto`
    file: PathBuf,
    /// How diagnostics are written
    #[arg(long, value_enum, default_value = "human")]
    message_format: MessageFormat,
}

#[derive(Args)]
struct PlacementArgs {
    /// A system of the program; without it everything is one process
    #[arg(long)]
    system: Option<String>,
}

#[derive(Args)]
struct ChecksArgs {
    /// Have the program look for values that are used after they were freed, freed twice, or never (slow)
    #[arg(long)]
    check_memory: bool,
}

impl ChecksArgs {
    fn checks(&self) -> Checks {
        if self.check_memory { Checks::Memory } else { Checks::None }
    }
}

/// Virtual; touched only as far as nesting needs it.
const STACK: usize = 1 << 30;

/// The whole command: works on a thread with a large stack, since the front end recurses over nesting (at most 256 levels) and
/// frames of debug builds are large.
#[must_use]
pub fn main() -> ExitCode {
    let compiler = std::thread::Builder::new().name("plutoc".to_owned()).stack_size(STACK).spawn(run);
    match compiler.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => ExitCode::from(code),
        Ok(Err(_)) => {
            eprintln!("plutoc: this is a bug in the compiler; please report it with the program that shows it");
            ExitCode::from(101)
        }
        Err(error) => {
            eprintln!("plutoc: cannot start: {error}");
            ExitCode::from(1)
        }
    }
}

fn run() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { 2 } else { 0 };
        }
    };
    if cli.version {
        print_out(&version());
        return 0;
    }
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        eprintln!("[{}] Error: Pluto compiles for Linux on x86-64 only, for now", Code::E0606.as_str());
        return 1;
    }
    match cli.command {
        Some(command) => dispatch(command),
        None => {
            eprintln!("plutoc: no command; `plutoc --help` lists them");
            2
        }
    }
}

/// `plutoc 0.1.0 (commit …, Cranelift …)`.
#[must_use]
pub fn version() -> String {
    let cranelift = pluto_codegen::cranelift_version();
    format!("plutoc {} (commit {}, Cranelift {cranelift})\n", env!("CARGO_PKG_VERSION"), env!("PLUTO_COMMIT"))
}

fn dispatch(command: Command) -> u8 {
    match command {
        Command::Check { common } => check(&common),
        Command::Build { common, placement, out, checks, emit: Some(stage), threads } => {
            let _ = out;
            let options = Options { checks: checks.checks(), ..options(&common, &placement, threads) };
            print_stage(&common, &options, stage)
        }
        Command::Build { common, placement, out, checks, emit: None, threads } => {
            let mut dx = Diagnostics::default();
            let options = Options { checks: checks.checks(), ..options(&common, &placement, threads) };
            let (sources, _) = deploy::build::build(&Disk, &options, out.as_deref(), &mut dx);
            finish(&common, &sources, &dx)
        }
        Command::Run { common, placement, checks, args } => {
            let mut dx = Diagnostics::default();
            let options = Options { checks: checks.checks(), ..options(&common, &placement, None) };
            let (sources, staged) = deploy::run::stage(&Disk, &options, &mut dx);
            let code = finish(&common, &sources, &dx);
            staged.map_or(code, |staged| staged.run(&args))
        }
        Command::Test { common, checks, filter, seed } => {
            let mut dx = Diagnostics::default();
            let local = PlacementArgs { system: None };
            let options = Options { checks: checks.checks(), ..options(&common, &local, None) };
            let (sources, staged) = deploy::run::stage_tests(&Disk, &options, &mut dx);
            let code = finish(&common, &sources, &dx);
            // What the executable of tests takes: a part of the titles, and a seed.
            let seed = seed.map(|seed| seed.to_string().into());
            let args: Vec<_> = std::iter::once(filter.unwrap_or_default().into()).chain(seed).collect();
            staged.map_or(code, |staged| staged.run(&args))
        }
        Command::Status { folder, json } => status(folder.as_deref(), if json { Form::Json } else { Form::Table }),
        Command::Plan { common, placement, json } => plan(&common, &placement, json),
        Command::Explain { code } => match explain::page(&code) {
            Some(page) => {
                print_out(&page);
                0
            }
            None => {
                eprintln!("plutoc: there is no code `{code}`; codes look like E0401");
                2
            }
        },
    }
}

fn check(common: &Common) -> u8 {
    let mut dx = Diagnostics::default();
    let (sources, front) = front(&Disk, &common.file, &mut dx);
    if let Some(front) = front {
        check_all(&front, &mut dx);
    }
    finish(common, &sources, &dx)
}

fn print_stage(common: &Common, options: &Options, stage: Stage) -> u8 {
    let mut dx = Diagnostics::default();
    let (sources, text) = emit(&Disk, options, stage, &mut dx);
    print_out(&text.unwrap_or_default());
    finish(common, &sources, &dx)
}

fn plan(common: &Common, placement: &PlacementArgs, json: bool) -> u8 {
    let mut dx = Diagnostics::default();
    let (sources, plan) = crate::plan(&Disk, &options(common, placement, None), &mut dx);
    if let Some(plan) = plan {
        let text = if json { serde_json::to_string_pretty(&plan).unwrap_or_default() + "\n" } else { plan.text() };
        print_out(&text);
    }
    finish(common, &sources, &dx)
}

fn status(folder: Option<&std::path::Path>, form: Form) -> u8 {
    match deploy::status::status(folder, form) {
        Ok(text) => {
            print_out(&text);
            0
        }
        Err(message) => {
            eprintln!("plutoc: {message}");
            1
        }
    }
}

fn options(common: &Common, placement: &PlacementArgs, threads: Option<usize>) -> Options {
    let all = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Options {
        file: common.file.clone(),
        system: placement.system.clone().map_or(System::Local, System::Named),
        threads: threads.unwrap_or_else(all).max(1),
        checks: Checks::None,
    }
}

/// Shows the diagnostics; the exit code that they call for.
fn finish(common: &Common, sources: &Sources, dx: &Diagnostics) -> u8 {
    let mut stderr = std::io::stderr();
    let colors = if stderr.is_terminal() && std::env::var_os("NO_COLOR").is_none() { Colors::On } else { Colors::Off };
    // Nobody is left to tell if standard error is closed.
    let _ = render(dx, sources, common.message_format, colors, &mut stderr);
    u8::from(dx.has_errors())
}

/// Writes to standard output; a reader that went away (`| head`) is not an error.
fn print_out(text: &str) {
    let mut stdout = std::io::stdout();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// A message about an output.
pub(crate) fn cannot_write(path: &std::path::Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::global(Code::E0605, format!("cannot write `{}`: {error}", path.display()))
        .help("name another place with `-o`")
}

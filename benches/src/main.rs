//! `cargo run --release -p pluto-benches`: our programs beside the same work in Rust, Go and C, interleaved, and the table of ratios.
//! Each row is the median over rounds; only ratios from one run mean anything. In: the command line. Out: tables on standard output.

mod c;
mod contestant;
mod go;
mod idle;
mod rivals;
mod row;
mod rows;
mod run;
mod table;
mod tonic;

use std::path::PathBuf;
use std::process::Command;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("rival") => rivals::main(&args[1..]),
        Some("go") => by_hand(go::program(), &args[1..]),
        Some("c") => by_hand(c::program(), &args[1..]),
        Some("tonic") => by_hand(tonic::program(), &args[1..]),
        Some("rows") => table::list(),
        _ => match Wish::read(args) {
            Some(wish) => table::print(&wish),
            None => {
                eprintln!("{USAGE}");
                std::process::exit(2);
            }
        },
    }
}

const USAGE: &str = "\
usage: pluto-benches [--only WORD]… [--rivals] [ROUNDS]   the table: rows whose group or name is WORD; without our programs
       pluto-benches rows                                 groups and names of the rows
       pluto-benches rival NAME                           one rival in Rust, e.g. `pipeline/flume`
       pluto-benches go NAME                              one in Go, e.g. `pipeline`
       pluto-benches c NAME                               one in C, e.g. `trees`
       pluto-benches tonic NAME                           one with tonic, e.g. `unix`";

/// Runs one row of such a program.
fn by_hand(program: Result<PathBuf, String>, args: &[String]) {
    let run = |program| Command::new(program).args(args).status().map_err(|error| error.to_string());
    match program.and_then(run) {
        Ok(status) => std::process::exit(status.code().unwrap_or(2)),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(2);
        }
    }
}

/// What the command line asks for.
pub(crate) struct Wish {
    /// Groups and names of rows; all, if empty.
    only: Vec<String>,
    /// Are our own programs left out?
    rivals: bool,
    /// How often each contestant runs.
    rounds: usize,
}

impl Wish {
    fn read(args: Vec<String>) -> Option<Wish> {
        let mut wish = Wish { only: vec![], rivals: false, rounds: 5 };
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--only" => wish.only.push(args.next()?),
                "--rivals" => wish.rivals = true,
                rounds => wish.rounds = rounds.parse().ok().filter(|rounds| *rounds > 0)?,
            }
        }
        let known = |word: &String| rows::all().iter().any(|row| row.is(word));
        wish.only.iter().all(known).then_some(wish)
    }

    fn wants(&self, row: &row::Row) -> bool {
        self.only.is_empty() || self.only.iter().any(|word| row.is(word))
    }
}

//! Lowers programs and checks the MIR after scalar replacement and the ownership pass, for every placement: the repository's
//! examples and the programs of `tests/run` and `tests/mir`.

use pluto_middle::ids::{Id, SystemId};
use pluto_middle::resolve::{Parsed, ParsedModule};
use pluto_middle::{analyze, check, infer, lower, mir, place, resolve};
use pluto_syntax::ast::ItemKind;
use pluto_syntax::diag::Diagnostics;
use pluto_syntax::span::SourceMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file and the modules beside it that it imports.
fn parse(path: &Path, diagnostics: &mut Diagnostics) -> Parsed {
    let mut sources = SourceMap::default();
    let mut files = vec![path.to_owned()];
    let mut modules: Vec<ParsedModule> = Vec::new();
    while let Some(path) = files.get(modules.len()).cloned() {
        let text = std::fs::read_to_string(&path).expect("the program can be read");
        let file = sources.add(path.display().to_string(), text.as_str().into());
        let ast = pluto_syntax::parser::parse(file, &text, diagnostics);
        let mut imports = Vec::new();
        for (position, item) in ast.items.iter().enumerate() {
            let ItemKind::Import { path: names, .. } = &item.kind else { continue };
            let [name] = names.as_slice() else { continue };
            let wanted = path.with_file_name(format!("{}.pluto", name.name));
            let found = files.iter().position(|file| *file == wanted).unwrap_or_else(|| {
                files.push(wanted);
                files.len() - 1
            });
            imports.push((position, found));
        }
        let name = path.file_stem().map_or(String::new(), |stem| stem.to_string_lossy().into_owned());
        modules.push(ParsedModule { name: name.as_str().into(), ast, imports });
    }
    Parsed { sources: Arc::new(sources), modules }
}

/// The MIR of every process of every placement, and of the tests. `Err`: the program is wrong.
fn lower_all(path: &Path) -> Result<Vec<(String, mir::Program)>, String> {
    let mut diagnostics = Diagnostics::default();
    let parsed = parse(path, &mut diagnostics);
    let program = resolve::resolve(&parsed, &mut diagnostics);
    let types = check::check(&program, &mut diagnostics);
    let facts = analyze::analyze(&program, &types, &mut diagnostics);
    let mut all = Vec::new();
    let systems = std::iter::once(None).chain((0..program.systems.len()).map(|at| Some(SystemId::from_index(at))));
    for system in systems {
        let placement = place::place(&program, &facts, system, &mut diagnostics);
        let effects = infer::infer(&program, &types, &facts, &placement, &mut diagnostics);
        if diagnostics.has_errors() {
            let shown: Vec<String> = diagnostics.sorted().iter().map(|found| format!("{found:?}")).collect();
            return Err(shown.join("\n"));
        }
        for process in placement.processes.ids() {
            let name = format!("{} {}", placement.name, placement.processes[process].name);
            all.push((name, lower::lower(&program, &types, &facts, &placement, &effects, process, mir::Checks::None)));
        }
        if system.is_none() && !program.tests.is_empty() {
            let tests = lower::lower_tests(&program, &types, &facts, &placement, &effects, mir::Checks::None);
            all.push(("tests".to_owned(), tests));
        }
    }
    for (_, program) in &mut all {
        mir::scalars::replace(program);
        mir::ownership::own(program);
        mir::again::take_out(program);
    }
    Ok(all)
}

fn programs(folder: &str, out: &mut Vec<PathBuf>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    for entry in std::fs::read_dir(&folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() && path.join("main.pluto").exists() {
            out.push(path.join("main.pluto"));
        } else if path.extension().is_some_and(|extension| extension == "pluto") {
            out.push(path);
        }
    }
    out.sort();
}

#[test]
fn every_program_gives_balanced_mir() {
    let mut paths = Vec::new();
    for folder in ["../../tests/run", "../../tests/mir", "../../examples"] {
        programs(folder, &mut paths);
    }
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut wrong = Vec::new();
    for path in paths.iter().filter(|path| path.display().to_string().contains(&only)) {
        match lower_all(path) {
            Err(diagnostics) => wrong.push(format!("{}: {diagnostics}", path.display())),
            Ok(all) => {
                for (name, program) in all {
                    if !only.is_empty() {
                        println!("{}", mir::print::print(&program));
                    }
                    if let Err(why) = mir::verify::verify(&program).and_then(|()| loops_can_be_left(&program)) {
                        wrong.push(format!("{} ({name}): {why}", path.display()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}

/// Where there are tasks, no way around a loop is without a safepoint; where there is only one, there are none.
fn loops_can_be_left(program: &mir::Program) -> Result<(), String> {
    for function in program.functions.iter() {
        let is_safe = |data: &mir::BlockData| data.insts.contains(&mir::Inst::Safepoint);
        if program.concurrent == mir::Concurrent::No {
            let none = function.blocks.iter().all(|data| !is_safe(data));
            if !none {
                return Err(format!("{} has a safepoint, and nobody else is there", function.name));
            }
            continue;
        }
        // Taking away blocks that nothing enters leaves the cycles.
        let mut left: Vec<bool> = function.blocks.iter().map(|data| !is_safe(data)).collect();
        loop {
            let mut entered = vec![false; left.len()];
            for (_, data) in function.blocks.iter_enumerated().filter(|(block, _)| left[block.index()]) {
                mir::flow::edges(&data.end, &mut |to, _| entered[to.index()] = true);
            }
            let before = left.clone();
            left.iter_mut().zip(entered).for_each(|(left, entered)| *left &= entered);
            if left == before {
                break;
            }
        }
        if left.contains(&true) {
            return Err(format!("{} has a loop without a safepoint", function.name));
        }
    }
    Ok(())
}

/// The sample's MIR as one process.
fn sample(name: &str) -> mir::Program {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/run").join(name);
    let all = lower_all(&path).unwrap_or_else(|wrong| panic!("{wrong}"));
    all.into_iter().next().map(|(_, program)| program).expect("there is a process")
}

fn function<'p>(program: &'p mir::Program, name: &str) -> &'p mir::Function {
    program.functions.iter().find(|function| &*function.name == name).expect("the function is reached")
}

/// Every count matters: without any one of its `Drop`s and `Dup`s the MIR is refused.
#[test]
fn a_missing_drop_or_dup_is_found() {
    let mut tried = 0;
    for name in
        ["ownership.pluto", "failing.pluto", "patterns.pluto", "placed.pluto", "select.pluto", "task_errors.pluto"]
    {
        let program = sample(name);
        for (id, function) in program.functions.iter_enumerated() {
            // What goes nowhere may hold what it likes.
            let real = function.blocks.iter_enumerated().filter(|(_, data)| data.end != mir::Terminator::Unreachable);
            for (block, data) in real {
                for (at, inst) in data.insts.iter().enumerate() {
                    if !matches!(inst, mir::Inst::Drop(_) | mir::Inst::Dup(_)) {
                        continue;
                    }
                    let mut broken = program.clone();
                    broken.functions[id].blocks[block].insts.remove(at);
                    assert!(mir::verify::verify(&broken).is_err(), "{name}: {} bb{} {inst:?}", function.name, block.0);
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 100, "{tried}");
}

/// A view has no count to give: where a local that gives its count is said to be one, the MIR is refused.
#[test]
fn a_view_that_is_taken_is_found() {
    let mut tried = 0;
    for name in ["ownership.pluto", "views.pluto", "patterns.pluto"] {
        let program = sample(name);
        for (id, function) in program.functions.iter_enumerated() {
            for inst in function.blocks.iter().flat_map(|block| &block.insts) {
                let mir::Inst::Assign { value: mir::Operand::Move(local), .. } = inst else { continue };
                let mut broken = program.clone();
                broken.functions[id].locals[*local].holds = mir::Holds::View;
                assert!(mir::verify::verify(&broken).is_err(), "{name}: {} {inst:?}", function.name);
                tried += 1;
            }
        }
    }
    assert!(tried > 20, "{tried}");
}

/// Deadlines, locks and sorters are ended on every way: without any one of their ends the MIR is refused.
#[test]
fn a_missing_end_is_found() {
    let mut tried = [0; 3];
    for name in ["deadlines.pluto", "readers_writers.pluto", "closures.pluto"] {
        let program = sample(name);
        for (id, function) in program.functions.iter_enumerated() {
            for (block, data) in function.blocks.iter_enumerated() {
                for (at, inst) in data.insts.iter().enumerate() {
                    let ends_sorting = |inst: &mir::Inst| {
                        matches!(inst, mir::Inst::Sort { op: mir::SortOp::End | mir::SortOp::Abandon, .. })
                    };
                    let kinds = [
                        matches!(inst, mir::Inst::DeadlineEnd { .. }),
                        matches!(inst, mir::Inst::Unlock { .. }),
                        ends_sorting(inst),
                    ];
                    let Some(kind) = kinds.into_iter().position(|is| is) else { continue };
                    let mut broken = program.clone();
                    broken.functions[id].blocks[block].insts.remove(at);
                    assert!(mir::verify::verify(&broken).is_err(), "{name}: {} bb{} {inst:?}", function.name, block.0);
                    tried[kind] += 1;
                }
            }
        }
    }
    assert!(tried.iter().all(|count| *count >= 4), "{tried:?}");
}

/// A task takes its captures out of its closure and lets that go, before it does anything else: an end of a channel that it
/// captured is dropped when the task has used it last.
#[test]
fn a_task_lets_go_of_its_closure_at_once() {
    let mut tried = 0;
    for name in ["pipeline.pluto", "disconnect.pluto", "mut_method_not_cut.pluto"] {
        let program = sample(name);
        for function in program.functions.iter().filter(|function| function.entry == mir::Entry::Task) {
            let [(closure, mir::Passing::Owned)] = function.params.as_slice() else { panic!("{}", function.name) };
            let entry = &function.blocks[mir::Block(0)].insts;
            let gone = entry.iter().position(|inst| *inst == mir::Inst::Drop(*closure)).expect("it is dropped");
            let only_captures = entry[..gone].iter().all(|inst| matches!(inst, mir::Inst::Capture { .. }));
            assert!(only_captures, "{}", mir::print::print(&program));
            tried += 1;
        }
    }
    assert!(tried >= 6, "{tried}");
}

/// A `mut self` method that waits is only called by a task of its own, with the lock; whoever waits for that task lets go of it when
/// it must end.
#[test]
fn methods_that_must_not_be_cut_run_apart() {
    let program = sample("mut_method_not_cut.pluto");
    for method in ["Store.work", "Front.call"] {
        let task = format!("{method}$task");
        for caller in program.functions.iter() {
            let calls = |data: &mir::BlockData| matches!(&data.end, mir::Terminator::Call { function, .. } if &*program.functions[*function].name == method);
            let called = caller.blocks.iter().any(calls);
            assert_eq!(called, *caller.name == *task, "{} calls {method}", caller.name);
        }
        let locks =
            |data: &mir::BlockData| matches!(data.end, mir::Terminator::Lock { mode: mir::LockMode::Write, .. });
        assert!(function(&program, &task).blocks.iter().any(locks));
        let apart = function(&program, &format!("{method}$apart"));
        let waits = |data: &mir::BlockData| matches!(data.end, mir::Terminator::Wait { op: mir::WaitOp::Get, .. });
        assert!(apart.blocks.iter().any(waits));
        let lets_go = |inst: &mir::Inst| matches!(inst, mir::Inst::Builtin { method: mir::Method::TaskDetach, .. });
        assert_eq!(apart.blocks.iter().flat_map(|data| &data.insts).filter(|inst| lets_go(inst)).count(), 1);
    }
}

/// What only one variable holds is changed in place: nothing counts up.
#[test]
fn unique_values_are_changed_in_place() {
    let program = sample("in_place.pluto");
    for name in ["fill", "grow", "Order.count", "Shelf.put", "rows", "keys", "Order.add"] {
        let function = function(&program, name);
        let dups = function.blocks.iter().flat_map(|data| &data.insts).filter(|inst| matches!(inst, mir::Inst::Dup(_)));
        assert_eq!(dups.count(), 0, "{}", mir::print::print(&program));
    }
}

/// Only what can end early has a status.
#[test]
fn status_is_only_where_something_can_fail() {
    let program = sample("failing.pluto");
    for (name, status) in [
        ("never_fails", mir::HasStatus::No),
        ("allowed", mir::HasStatus::No),
        ("find", mir::HasStatus::Yes),
        ("recursive", mir::HasStatus::Yes),
    ] {
        assert_eq!(function(&program, name).status, status, "{name}");
    }
    assert_eq!(function(&program, "recursive").stack_check, mir::StackCheck::Yes);
}

/// Long functions take time in proportion to their length, whatever they hold.
#[test]
fn long_functions_are_lowered_quickly() {
    let path = std::env::temp_dir().join(format!("pluto-lower-{}.pluto", std::process::id()));
    let many = |part: &str, count: usize| (0..count).map(|at| part.replace('#', &at.to_string())).collect::<String>();
    let texts = [
        format!("fn main() {{\n{}}}\n", many("let a# = f\"{#}\"\nprint(a#)\n", 5000)),
        format!("fn main() {{\nlet x = 1 {}\nprint(x) }}\n", many(" + #", 5000)),
        format!(
            "fn g(n: int) string {{ f\"{{n + 1}}\" }}\nfn main() {{\nlet x = [{}]\nprint(x) }}\n",
            many("g(#), ", 5000)
        ),
        format!(
            "fn g(n: int) [int] {{ [n + 1] }}\nfn main() {{\n{}{}}}\n",
            many("let a# = g(#)\n", 1000),
            many("print(a#)\n", 1000)
        ),
        format!(
            "fn f(n: int) int {{\nmatch n {{\n{}_ => 0 }} }}\nfn main() {{ print(f(1)) }}\n",
            many("# => #,\n", 5000)
        ),
    ];
    for text in texts {
        std::fs::write(&path, &text).expect("the temporary file can be written");
        let begin = std::time::Instant::now();
        let all = lower_all(&path).unwrap_or_else(|wrong| panic!("{wrong}"));
        assert!(begin.elapsed().as_secs() < 20, "{:?}: {}", begin.elapsed(), &text[..100]);
        assert!(all.iter().all(|(_, program)| mir::verify::verify(program).is_ok()));
    }
    std::fs::remove_file(&path).expect("it can be removed");
}

/// Nothing that the parser lets through overflows the stack of a test's thread.
#[test]
fn deep_nests_are_lowered() {
    let nest = |open: &str, close: &str, inside: &str| format!("{}{inside}{}", open.repeat(60), close.repeat(60));
    for (number, body) in [
        nest("f(", ")", "x"),
        nest("if x > 0 { ", " } else { 0 }", "x"),
        nest("(x + ", ")", "x"),
        nest("{ let y = ", "\ny }", "x"),
        nest("match x { 0 => 1, _ => ", " }", "x"),
        nest("(find(", ") catch 0)", "x"),
        nest("within 1s { ", " } catch 0", "x"),
        nest("[x].fold(0, (a, b) => ", ")", "x"),
        nest("select { default { ", " } }", "x"),
    ]
    .into_iter()
    .enumerate()
    {
        let head = "error E\nfn f(x: int) int { x }\nfn find(x: int) int { if x < 0 { raise E }\nx }\n";
        let text = format!("{head}fn deep(x: int) int {{ {body} }}\nfn main() {{ print(deep(1)) }}\n");
        let path = std::env::temp_dir().join(format!("pluto-deep-{number}-{}.pluto", std::process::id()));
        std::fs::write(&path, &text).expect("the temporary file can be written");
        let all = lower_all(&path);
        std::fs::remove_file(&path).expect("it can be removed");
        let all = all.unwrap_or_else(|wrong| panic!("{number}: {wrong}"));
        assert!(all.iter().all(|(_, program)| mir::verify::verify(program).is_ok()));
    }
}

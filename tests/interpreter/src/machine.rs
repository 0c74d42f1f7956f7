//! The machine: a stack of functions that run, step by step, over a heap. In: a program. Out: what it printed and how it ended, or
//! the rule that it broke and where. One file per theme; this one has the life of a process and of a function.

mod array;
mod builtin;
mod end;
mod frame;
mod inst;
mod packed;
mod part;
mod place;
mod text;
mod trail;

use crate::heap::Heap;
use crate::show::Show;
use crate::sorter::Sorter;
use crate::value::{Sound, Value, Wrong, wrong};
use crate::{Ran, World};
use frame::Frame;
use pluto_middle::ids::Id;
use pluto_middle::mir::print::type_name;
use pluto_middle::mir::{Func, MainResult, Passing, Program, Service, Terminator};
use trail::Trail;

/// The exit code after a fault.
const FAULT_EXIT: i32 = 101;
/// The exit code after an error.
const ERROR_EXIT: i32 = 1;
/// Whoever takes so many steps will never end.
const MOST_STEPS: u64 = 400_000_000;
/// So many functions may run at a time: far fewer than fit on the stack of compiled code, far more than a program needs.
const DEEPEST: usize = 100_000;

/// A program that runs.
pub(crate) struct Machine<'p> {
    program: &'p Program,
    world: &'p World,
    heap: Heap,
    frames: Vec<Frame<'p>>,
    services: Vec<Vec<Option<Value>>>,
    sorters: Vec<Option<Sorter>>,
    trail: Trail,
    output: String,
    errors: String,
    /// How the outermost function ended.
    ended: Option<Ended>,
}

/// How a function ends.
#[derive(Clone, PartialEq, Debug)]
enum Ended {
    /// With the words of its result.
    Well(Vec<Value>),
    /// With a status.
    Early(Value),
}

impl<'p> Machine<'p> {
    pub(crate) fn new(program: &'p Program, world: &'p World) -> Machine<'p> {
        Machine {
            program,
            world,
            heap: Heap::default(),
            frames: vec![],
            services: program.services.ids().map(|id| vec![None; program.layouts.service(id).words.len()]).collect(),
            sorters: vec![],
            trail: Trail::default(),
            output: String::new(),
            errors: String::new(),
            ended: None,
        }
    }

    /// From the start of the first service to the last drop.
    pub(crate) fn live(mut self) -> Result<Ran, String> {
        let code = self.serve().map_err(|found| self.place_of(&found))?;
        let fields: Vec<Value> = self.services.iter_mut().flatten().filter_map(Option::take).collect();
        fields.into_iter().try_for_each(|field| self.heap.drop(field)).map_err(|Wrong(text)| text)?;
        self.nothing_is_left()?;
        let named = |(function, count): (&Func, &u64)| (self.program.functions[*function].name.to_string(), *count);
        let copies = self.heap.copies().iter().map(named).collect();
        Ok(Ran { output: self.output, errors: self.errors, code, copies })
    }

    fn serve(&mut self) -> Sound<i32> {
        let program = self.program;
        for service in program.services.ids() {
            if let Some(code) = self.outermost(program.services[service].start, &[Value::Service(service)])?.1 {
                self.stop(service.index())?;
                return Ok(code);
            }
        }
        let code = self.main()?;
        let stopped = self.stop(program.services.len())?;
        Ok(if code == 0 { stopped } else { code })
    }

    fn main(&mut self) -> Sound<i32> {
        let Some(main) = self.program.main else { return wrong("there is no main") };
        let app: Vec<Value> = main.app.map(Value::Service).into_iter().collect();
        let (value, failed) = self.outermost(main.function, &app)?;
        match (failed, main.result) {
            (Some(code), _) => Ok(code),
            (None, MainResult::Int) => Ok((value.word()? & 255) as i32),
            (None, MainResult::Unit) => Ok(0),
        }
    }

    /// Stops the first services, so many, the last of them first.
    fn stop(&mut self, started: usize) -> Sound<i32> {
        let mut code = 0;
        for index in (0..started).rev() {
            let service = Service::from_index(index);
            if let Some(stop) = self.program.services[service].stop {
                code = self.outermost(stop, &[Value::Service(service)])?.1.unwrap_or(code);
            }
        }
        Ok(code)
    }

    /// Runs a function that nobody calls: its result, and an exit code if it failed, which is reported.
    fn outermost(&mut self, function: Func, args: &[Value]) -> Sound<(Value, Option<i32>)> {
        self.enter(function, args)?;
        let mut steps = 0;
        let ended = loop {
            if let Some(ended) = self.ended.take() {
                break ended;
            }
            self.step()?;
            steps += 1;
            if steps > MOST_STEPS {
                return wrong(format!("it has not ended after {MOST_STEPS} steps"));
            }
        };
        match ended {
            Ended::Well(words) => match words[..] {
                [word] => Ok((word, None)),
                _ => wrong(format!("the outermost function gives {} words", words.len())),
            },
            Ended::Early(Value::Fault) => {
                let text = self.trail.report(self.program, "fault", None);
                self.errors.push_str(&text);
                Ok((Value::UNIT, Some(FAULT_EXIT)))
            }
            Ended::Early(error) => {
                let shown = self.show().error(error)?;
                let text = self.trail.report(self.program, "error", Some(shown));
                self.errors.push_str(&text);
                self.heap.drop(error)?;
                Ok((Value::UNIT, Some(ERROR_EXIT)))
            }
        }
    }

    /// One instruction, or the end of a block.
    fn step(&mut self) -> Sound<()> {
        let frame = self.frame_mut()?;
        let data = &frame.function.blocks[frame.block];
        frame.at += 1;
        match data.insts.get(frame.at - 1) {
            Some(inst) => self.inst(inst),
            None => self.end(&data.end),
        }
    }

    /// Begins a function. It takes its arguments as its parameters say.
    fn enter(&mut self, id: Func, args: &[Value]) -> Sound<()> {
        let function = &self.program.functions[id];
        if args.len() != function.params.len() {
            return wrong(format!("{} is called with {} arguments", function.name, args.len()));
        }
        let mut frame = Frame::new(id, function);
        for ((local, passing), value) in function.params.iter().zip(args) {
            let counted = self.program.types[function.locals[*local].ty].is_counted();
            frame.give(*local, *value, (counted, *passing == Passing::Owned));
        }
        self.heap.now_in = Some(id);
        self.frames.push(frame);
        Ok(())
    }

    /// Ends the function that runs; its caller goes on.
    fn leave(&mut self, ended: Ended) -> Sound<()> {
        if let Some(frame) = self.frames.last() {
            frame.holds_nothing()?;
        }
        self.frames.pop();
        let Some(caller) = self.frames.last() else {
            self.heap.now_in = None;
            self.ended = Some(ended);
            return Ok(());
        };
        self.heap.now_in = Some(caller.id);
        self.go_on_after(&caller.function.blocks[caller.block].end, ended)
    }

    /// A call has ended.
    fn go_on_after(&mut self, call: &'p Terminator, ended: Ended) -> Sound<()> {
        let (dests, then, on_fail, site) = if let Terminator::Call { dests, then, on_fail, .. } = call {
            (dests, *then, *on_fail, None)
        } else if let Terminator::CallValue { dests, then, on_fail, site, .. } = call {
            (dests, *then, Some(*on_fail), Some(*site))
        } else {
            return wrong("a function was called by what is no call");
        };
        match (ended, on_fail) {
            (Ended::Well(words), _) => {
                if words.len() != dests.len() {
                    return wrong(format!("a call gives {} words, and {} are taken", words.len(), dests.len()));
                }
                dests.iter().zip(words).try_for_each(|(dest, word)| self.set(*dest, word))?;
                self.goto(then)
            }
            (Ended::Early(status), Some(on_fail)) => {
                site.into_iter().for_each(|site| self.trail.note(site));
                self.fail_with(status, on_fail)
            }
            (Ended::Early(_), None) => wrong("a function without a status ended early"),
        }
    }

    fn show(&self) -> Show<'_> {
        Show { program: self.program, heap: &self.heap }
    }

    /// Nothing was forgotten.
    fn nothing_is_left(&self) -> Result<(), String> {
        let name = |func: Option<Func>| func.map_or("nowhere", |func| &*self.program.functions[func].name);
        let left: Vec<String> = self.heap.left().map(|(func, body)| format!("  {}: {body:?}", name(func))).collect();
        if left.is_empty() {
            return Ok(());
        }
        let (count, first) = (left.len(), &left[..left.len().min(10)]);
        Err(format!("leak: {count} objects were never dropped; made in\n{}", first.join("\n")))
    }

    /// What is wrong, and where.
    fn place_of(&self, Wrong(text): &Wrong) -> String {
        let Some(frame) = self.frames.last() else { return text.clone() };
        let printed = pluto_middle::mir::print::print_function(self.program, frame.id);
        let result = type_name(self.program, frame.function.result);
        let (name, block, at) = (&frame.function.name, frame.block.0, frame.at);
        format!("{text}\nin {name} (giving {result}), bb{block}, step {at}:\n{printed}")
    }
}

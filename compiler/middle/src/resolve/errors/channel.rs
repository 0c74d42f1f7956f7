//! Channels, topics, tasks and closures.

use crate::hir::ChannelKind;
use crate::ty::Holder;
use pluto_syntax::ast::Ident;
use pluto_syntax::code::Code;
use pluto_syntax::diag::Diagnostic;
use pluto_syntax::span::Span;

// Closures and tasks.

pub(in crate::resolve) fn too_many_closures(span: Span, closures: usize, variables: usize) -> Diagnostic {
    let message =
        format!("this function has {closures} closures and tasks and {variables} variables, which is too much");
    Diagnostic::new(Code::E0105, span, message).help("make several functions of it")
}

pub(in crate::resolve) fn task_in_constant(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0319, span, "a constant cannot start a task: it would be started anew at each use")
        .help("start it in a function, or in `start` of a service, and keep it in a variable or field")
}

pub(in crate::resolve) fn task_fails_later(operand: Span, whole: Span) -> Diagnostic {
    let after = Span { start: operand.end.min(whole.end), ..whole };
    Diagnostic::new(Code::E0402, operand, "starting a task never fails: its errors come out of `get`")
        .also(after, "so there is nothing to handle here")
        .help("wait for it where you need its result: `let t = spawn …`, then `t.get()!`")
}

pub(in crate::resolve) fn loop_outside_closure(word: &str, span: Span, body: Span, task: bool) -> Diagnostic {
    let (what, help) = if task {
        ("a task", "leave the task with `return`; the loop itself can only be left outside of `spawn { … }`")
    } else {
        ("a closure", "leave the closure with `return`, and give a value that tells the loop to stop")
    };
    Diagnostic::new(Code::E0209, span, format!("`{word}` cannot leave {what}: the loop is outside of it"))
        .also(body, format!("{what} begins here"))
        .help(help)
}

// Channels.

pub(in crate::resolve) fn channel_in_constant(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0320, span, "a constant cannot be a channel: each use would make another one")
        .help("declare a named channel at top level, `chan orders: Order(1000)`, or make it in a function")
}

pub(in crate::resolve) fn bare_chan(name: &Ident, bound: Span) -> Diagnostic {
    let text = &name.name;
    Diagnostic::new(Code::E0320, name.span, format!("`{text}` is not one value: it is the two ends of a channel"))
        .also(bound, "bound here")
        .help(format!(
            "write `{text}.sender` or `{text}.receiver`; to pass on both, take them apart first: `let (tx, rx) = chan<…>(…)`"
        ))
}

pub(in crate::resolve) fn part_of_chan(variable: &Ident, part: &str, span: Span, bound: Span) -> Diagnostic {
    let text = &variable.name;
    let help = match part {
        "send" | "try_send" | "deliver" => format!("write `{text}.sender.{part}(…)`"),
        "recv" | "try_recv" => format!("write `{text}.receiver.{part}()`"),
        "close" | "len" | "capacity" => format!("write `{text}.sender.{part}()` or `{text}.receiver.{part}()`"),
        _ => format!("it has `{text}.sender` and `{text}.receiver`"),
    };
    Diagnostic::new(Code::E0320, span, format!("`{text}` is the two ends of a channel, and has no `{part}` itself"))
        .also(bound, "bound here")
        .help(help)
}

pub(in crate::resolve) fn after_and_default(after: Span, default: Span) -> Diagnostic {
    Diagnostic::new(Code::E0306, after, "this arm can never be taken")
        .also(default, "`default` is taken at once when no other arm is ready")
        .help("keep `after` to wait for some time, or `default` not to wait at all")
}

pub(in crate::resolve) fn capacity_not_literal(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0320, span, "the capacity of a named channel is a number that is written here")
        .help("write an integer, `(1000)`, or `(unbounded)`; `chan<T>(n)` in a function takes any value")
}

pub(in crate::resolve) fn capacity_below_zero(span: Span, text: &str) -> Diagnostic {
    Diagnostic::new(Code::E0320, span, format!("a channel cannot have a capacity of {text}"))
        .help("write `(0)` for a channel whose sender waits until the message is taken, or `(unbounded)`")
}

pub(in crate::resolve) fn capacity_too_large(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0320, span, "a channel holds 2^32 messages (4294967296) at most")
        .help("write `(unbounded)` if it may grow as long as there is memory")
}

pub(in crate::resolve) fn topic_without_room(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0320, span, "a topic needs room for one message at least: each subscriber has its own queue")
        .help("write `(1)`, or leave the capacity out for 64")
}

// Ends in brackets.

pub(in crate::resolve) fn end_called(name: &Ident, declared: Span) -> Diagnostic {
    let text = &name.name;
    Diagnostic::new(Code::E0510, name.span, format!("`self.{text}` is an end of a channel, not a method"))
        .also(declared, "declared here")
        .help(format!("call one of its methods: `self.{text}.send(…)`, `self.{text}.recv()`"))
}

pub(in crate::resolve) fn no_channel(
    name: &Ident,
    side: Holder,
    private: Option<Span>,
    near: Option<&str>,
) -> Diagnostic {
    let text = &name.name;
    let (word, noun) = word(side);
    let diagnostic = Diagnostic::new(Code::E0517, name.span, format!("there is no {noun} named `{text}`"))
        .label("the name of the dependency says which one is meant");
    match (private, near) {
        (Some(private), _) => {
            diagnostic.also(private, "this one is private to its module").help("put `pub` in front of it")
        }
        (None, Some(near)) => diagnostic.help(format!("did you mean `{near}`?")),
        (None, None) => diagnostic.help(format!(
            "declare it at top level, `{word} {text}: …`, here or with `pub` in a module that is imported"
        )),
    }
}

pub(in crate::resolve) fn two_channels(name: &Ident, places: [Span; 2]) -> Diagnostic {
    Diagnostic::new(Code::E0517, name.span, format!("two imported modules have a channel named `{}`", name.name))
        .also(places[0], "one of them")
        .also(places[1], "another one")
        .help("rename one of them")
}

pub(in crate::resolve) fn wrong_kind_of_end(
    name: &Ident,
    side: Holder,
    span: Span,
    kind: ChannelKind,
    declared: Span,
) -> Diagnostic {
    let (noun, ends) = match kind {
        ChannelKind::Channel => ("a channel", "`Sender<…>` or `Receiver<…>`"),
        ChannelKind::Topic | ChannelKind::LossyTopic => ("a topic", "`Publisher<…>` or `Subscriber<…>`"),
    };
    Diagnostic::new(Code::E0517, span, format!("`{}` is {noun}, which has no `{}`", name.name, side.name()))
        .also(declared, "declared here")
        .help(format!("take {ends}"))
}

pub(in crate::resolve) fn wrong_messages(
    name: &Ident,
    side: Holder,
    span: Span,
    carries: &str,
    wanted: &str,
    declared: Span,
) -> Diagnostic {
    let text = &name.name;
    Diagnostic::new(Code::E0517, span, format!("`{text}` carries `{carries}`, not `{wanted}`"))
        .also(declared, format!("the messages of `{text}` are `{carries}`"))
        .help(format!("write `{}<{carries}>`", side.name()))
}

/// The word that declares what has such ends, and what it is.
fn word(side: Holder) -> (&'static str, &'static str) {
    match side {
        Holder::Publisher | Holder::Subscriber => ("topic", "topic"),
        Holder::Sender | Holder::Receiver | Holder::Task => ("chan", "channel"),
    }
}

// Tests.

pub(in crate::resolve) fn unknown_scheduler(name: &Ident) -> Diagnostic {
    Diagnostic::new(Code::E0201, name.span, format!("there is no scheduler `{}` for tests", name.name))
        .help("write `tests[scheduler: Random] { … }`, or leave the brackets out")
}

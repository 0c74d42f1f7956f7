//! Which process each service gets, and what a boundary makes unhandled.

use crate::pipeline::{all, expect, front, show};

/// `Left` and `Right` use a store with state, `Right` also a price list without.
const SERVICES: &str = "class Store { n: int = 0\nfn add(mut self) int { self.n += 1\nself.n }\nfn get(self) int { self.n } }\n\
    class Prices { factor: int = 3\nfn start(mut self) { }\nfn price(self, n: int) int { self.factor * n } }\n\
    class Left[store: Store, prices: Prices] { fn go(self) int { self.prices.price(self.store.add()!)! } }\n\
    class Right[store: Store, prices: Prices] { fn go(self) int { self.prices.price(self.store.get()!)! } }\n\
    app Main[left: Left, right: Right] { fn main(self) {\nprint(self.left.go()!)\nprint(self.right.go() catch 0)\n} }\n";

fn with(system: &str) -> String {
    format!("{SERVICES}{system}")
}

#[test]
fn rules_of_placing() {
    for system in [
        "",
        "system S for Main { pod one { Main } }",
        "system S for Main { pod a { Main, Store } pod b { Left } pod c { Right } }",
        "system S for Main { // error: E0506\npod a { Main } pod b { Left } }",
        "system S for Main { // error: E0506\npod a { Store } }",
        "system S for Main { pod a { Main, Store }\npod b { Store } // error: E0505\n}",
        "class Other { }\nclass User[other: Other] { }\nsystem S for Main { pod a { Main }\npod b { User } // error: E0504\n}",
        "class Other { }\nclass User[other: Other] { }\nsystem S for Main { pod a { Main }\npolicy User { timeout: 1s } // error: E0504\n}",
        "system S for Main { pod a { Main } pod b { Left } pod c { Right, Store }\npolicy Left { timeout: 1s }\npolicy Store { timeout: 1s } // error: E0520\n}",
        "system S for Main { pod a { Main } pod b { Left } pod c { Right, Store }\npolicy Left { timeout: 1s }\npolicy Store { timeout: 999ms }\n}",
        "system S for Main { pod a { Main, Left } pod c { Right, Store }\npolicy Left { timeout: 1s }\npolicy Store { timeout: 1s }\n}",
    ] {
        expect(&with(system));
    }
}

#[test]
fn copies_and_followers() {
    let mut front = front(&with(
        "system S for Main { pod web { process a { Main, Store } process b { Left } } region \"x\" { pod web { process c { Right } } } }",
    ));
    let placed = front.first_system();
    let names = |process: &pluto_middle::facts::Process| -> Vec<String> {
        process.services.iter().map(|class| front.program.classes[*class].name.to_string()).collect()
    };
    let got: Vec<Vec<String>> = placed.placement.processes.iter().map(names).collect();
    assert_eq!(got, [vec!["Store", "Main"], vec!["Prices", "Left"], vec!["Prices", "Right"]]);
    let homes: Vec<&str> = placed.placement.homes.keys().map(|class| &*front.program.classes[*class].name).collect();
    assert_eq!(homes, ["Store", "Left", "Right", "Main"]);
    let served = &placed.effects.served[&placed.process("a")];
    assert_eq!(
        served.iter().map(|id| &*front.program.fns[*id].qualified).collect::<Vec<_>>(),
        ["Store.add", "Store.get"]
    );
}

#[test]
fn a_service_set_in_start_has_state() {
    let source = |start: &str| {
        format!(
            "class Table {{ rows: [int] = []\nfn start(mut self) {{ {start} }}\nfn len(self) int {{ self.rows.len() }} }}\n\
             class L[t: Table] {{ fn go(self) int {{ self.t.len()! }} }}\n\
             app M[t: Table, l: L] {{ fn main(self) {{ print(self.t.len()! + self.l.go()!) }} }}\n"
        )
    };
    for (start, stateless) in
        [("", true), ("let x = self.rows.len()", true), ("self.rows = [1]", false), ("self.rows.push(1)", false)]
    {
        let front = front(&source(start));
        let found = front.facts.stateless.iter().any(|class| &*front.program.classes[*class].name == "Table");
        assert_eq!(found, stateless, "{start}");
    }
}

#[test]
fn a_boundary_makes_calls_unhandled_up_to_the_handler() {
    expect(
        "class Store { n: int = 0\nfn add(mut self) int { self.n += 1\nself.n } }\n\
         class Inner[store: Store] { fn go(self) int {\nself.store.add() // error: E0508\n} }\n\
         class Outer[inner: Inner] { fn go(self) int {\nself.help() // error: E0508\n}\n\
         fn help(self) int { self.inner.go()! }\nfn safe(self) int { self.inner.go() catch 0 } }\n\
         app Main[outer: Outer] { fn main(self) {\nprint(self.outer.go()) // error: E0508\nprint(self.outer.safe())\n} }\n\
         system S for Main { pod a { Main, Outer, Inner } pod b { Store } }\n",
    );
}

#[test]
fn boundary_errors_can_be_handled_where_nothing_crosses() {
    expect(
        "class Store { n: int = 0\nfn add(mut self) int { self.n += 1\nself.n } }\n\
         app Main[store: Store] { fn main(self) {\nprint(self.store.add()!)\nprint(self.store.add() catch err: TimeoutError { 1 } catch 2)\n\
         print(self.store.add() catch err: NetworkError | TimeoutError | UnavailableError | VersionError { 1 })\n\
         print(self.store.add() catch err: TimeoutError { 1 }) // error: E0508\n} }\n\
         system S for Main { pod a { Main } pod b { Store } }\n",
    );
}

#[test]
fn a_handler_that_only_a_boundary_reaches() {
    let source = |system: &str| {
        format!(
            "error Wrapped\nclass Store {{ n: int = 0\nfn add(mut self) int {{ self.n += 1\nself.n }} }}\n\
             class Inner[store: Store] {{ fn go(self) int {{ self.store.add() catch err {{ raise Wrapped }} }} }}\n\
             app Main[inner: Inner] {{ fn main(self) {{\nprint(self.inner.go()){} }} }}\n{system}",
            if system.is_empty() { "\n" } else { " // error: E0508\n" }
        )
    };
    expect(&source(""));
    let list = expect(&source("system S for Main { pod a { Main, Inner } pod b { Store } }"));
    assert!(list[0].notes[0].contains("Main.main → Inner.go → Store.add"), "{list:?}");
}

#[test]
fn the_message_names_chain_and_placement_lines() {
    let source = "class Store { n: int = 0\nfn next(mut self) int { self.n += 1\nself.n } }\n\
        class Tickets[store: Store] { fn ticket(self) int { self.store.next()! } }\n\
        app Main[tickets: Tickets] { fn main(self) { print(self.tickets.ticket()) } }\n\
        system Split for Main { pod a { Main } pod b { Store } }\n";
    let (_, list) = all(source);
    assert_eq!(
        show(source, &list[0]),
        "E0508 `Tickets.ticket` can fail: the system `Split` separates `Tickets` and `Store`\n  \
         \"self.tickets.ticket()\": can raise `NetworkError`, `TimeoutError`, `UnavailableError` or `VersionError`\n  \
         \"self.store.next()\": this call crosses from one process to another, over TCP\n  \
         \"Main\": `Tickets` has no state and is copied to its user `Main` in process `a`\n  \
         \"Store\": `Store` is listed in process `b`\n  \
         note the calls: Main.main → Tickets.ticket → Store.next\n  \
         help write `!` after the call to hand the errors on, or handle them with `catch`\n"
    );
    let near = source.replace("pod a { Main } pod b { Store }", "pod p { process a { Main } process b { Store } }");
    let (_, list) = all(&near);
    let shown = show(&near, &list[0]);
    let way = "\"self.store.next()\": this call crosses from one process to another, through shared memory\n";
    assert!(shown.contains(way), "{shown}");
}

#[test]
fn circles_are_shown_whole() {
    let source = "class A[b: B] { }\nclass B[c: C] { }\nclass C[a: A] { }\nclass D[d: D] { }\n\
        app Main[a: A] { fn main(self) { } }\nsystem S for Main { pod x { Main } pod y { B } }";
    let mut front = front(source);
    front.first_system();
    let list = front.diagnostics.sorted();
    assert_eq!(list.len(), 2, "{list:#?}");
    assert!(list[0].message.contains("A → B → C → A"), "{}", list[0].message);
    assert_eq!(list[0].secondary.len(), 2);
    assert!(list[1].message.contains("`D` depends on itself"));
}

#[test]
fn must_be_placed_proposes_lines() {
    let source = with("system S for Main { pod web { process a { Main } process b { Left } } }");
    let (_, list) = all(&source);
    let text = show(&source, &list[0]);
    for piece in ["`pod store { Store }`", "`process b { Left, Store }`", "`Left` in process `b` uses it", "has state"]
    {
        assert!(text.contains(piece), "{piece} is missing:\n{text}");
    }
}

#[test]
fn processes_start_after_those_they_call() {
    let stages = |system: &str| {
        let mut front = front(&with(system));
        let placed = front.first_system();
        pluto_middle::place::stages(&front.facts, &placed.placement).into_values().collect::<Vec<_>>()
    };
    assert_eq!(
        stages("system S for Main { pod a { Main } pod b { Right } pod c { Left } pod d { Store } }"),
        [3, 2, 1, 0]
    );
    // `Main` and `Store` in one process call and are called: they start together with those between.
    assert_eq!(stages("system S for Main { pod a { Main, Store } pod b { Left, Right } }"), [0, 0]);
}

/// No type of today's language is unable to cross, so the field is given one that no program can write: an error of any kind.
#[test]
fn what_cannot_cross_is_named_with_its_path() {
    let mut front = crate::pipeline::front(
        "class Note { text: string }
class Order { notes: [Note] }
class Store { n: int = 0
    fn put(mut self, order: Order) { self.n += order.notes.len() }
}
app Main[store: Store] {
    fn main(self) { self.store.put(Order { notes: [] })! }
}
system Two for Main {
    pod a { Main }
    pod b { Store }
}
",
    );
    let note = front.program.classes.ids().find(|id| &*front.program.classes[*id].name == "Note").expect("declared");
    front.program.classes[note].fields[0].ty = pluto_middle::ty::TyTable::ANY_ERROR;
    front.back(None);
    assert!(!front.diagnostics.has_errors(), "in one process nothing crosses");
    front.first_system();
    let list = front.diagnostics.sorted();
    let [found] = &list[..] else { panic!("{list:#?}") };
    assert_eq!(found.code.as_str(), "E0507");
    let label = &found.primary.as_ref().expect("it has a place").text;
    assert!(label.contains("Order.notes") && label.contains("Note.text"), "{label}");
    let others: Vec<u32> = found.secondary.iter().map(|label| front.program.sources.line_col(label.span).0).collect();
    assert_eq!(others, [7, 10, 11], "the call, and the two lines of the placement");
}

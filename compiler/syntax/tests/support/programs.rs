//! Random programs that are in order. In: proptest's choices. Out: the text of a function body.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Statements, one a line.
pub(crate) fn body() -> impl Strategy<Value = String> {
    vec(statement(expression()), 1..8).prop_map(|lines| lines.join("\n"))
}

fn name() -> impl Strategy<Value = &'static str> {
    select(vec!["a", "b", "rx", "within", "chan", "select", "spawn", "after", "default", "topic", "lossy", "sleep"])
}

/// A place or call that a word like `within` or an arm can begin with.
fn path() -> impl Strategy<Value = &'static str> {
    select(vec!["a", "self.b", "geo.f", "a.b.c", "rx"])
}

fn leaf() -> BoxedStrategy<String> {
    let literals = vec![
        "1",
        "0xFF",
        "2.5",
        "1e300",
        "true",
        "none",
        "self",
        "5s",
        "1.5s",
        "250us",
        "0ms",
        "90m",
        "\"s\\n\\\"\"",
        "()",
        "[]",
        "f\"{{{a}}} \\\"\"",
        "P { }",
        "Status.Open",
        "LIMIT",
    ];
    prop_oneof![select(literals).prop_map(str::to_owned), name().prop_map(str::to_owned)].boxed()
}

fn ty() -> impl Strategy<Value = String> {
    let plain = select(vec!["int", "Duration", "Task", "b.Order", "string?"]).prop_map(str::to_owned);
    plain.prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|it| format!("[{it}]")),
            inner.clone().prop_map(|it| format!("Sender<{it}>")),
            inner.clone().prop_map(|it| format!("Map<string, Task<{it}>>")),
            inner.clone().prop_map(|it| format!("fn({it})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("fn({a}, int) {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}, {b})")),
            inner.prop_map(|it| format!("(fn() {it})?")),
        ]
    })
}

fn expression() -> BoxedStrategy<String> {
    leaf()
        .prop_recursive(5, 40, 4, |inner| prop_oneof![operators(inner.clone()), calls(inner.clone()), tasks(inner)])
        .boxed()
}

/// In parentheses, so that what it ends with takes nothing in.
fn closed(inner: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    inner.prop_map(|it| format!("({it})"))
}

fn operators(inner: BoxedStrategy<String>) -> BoxedStrategy<String> {
    let one = || closed(inner.clone());
    let sign = select(vec![" + ", " * ", " && ", " ?? ", "\n + ", " | ", " < ", ".."]);
    prop_oneof![
        (one(), sign, inner.clone()).prop_map(|(a, sign, b)| format!("{a}{sign}({b})")),
        (select(vec!["-", "!", "~", "- -"]), one()).prop_map(|(sign, a)| format!("{sign}{a}")),
        (one(), ty()).prop_map(|(a, ty)| format!("{a} as ({ty})")),
        one().prop_map(|a| format!("{a}?")),
        (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}, {b})")),
        (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a},\n {b},\n]")),
        (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({{ ({a}): {b} }})")),
        inner.clone().prop_map(|a| format!("P {{ x: {a}\n y }}")),
        (inner.clone(), statement(inner.clone())).prop_map(|(a, s)| format!("if ({a}) {{\n{s}\n}} else {{ 1 }}")),
        (inner.clone(), inner.clone())
            .prop_map(|(a, b)| format!("match ({a}) {{ (c, 1 | 2) => {b}\n _ if c => 1, d => 2 }}")),
        select(vec!["return", "raise", "return "]).prop_flat_map(move |word| {
            let value = inner.clone();
            value.prop_map(move |a| format!("({word} {a})"))
        }),
    ]
    .boxed()
}

fn calls(inner: BoxedStrategy<String>) -> BoxedStrategy<String> {
    let one = || closed(inner.clone());
    prop_oneof![
        (one(), name(), inner.clone()).prop_map(|(a, name, b)| format!("{a}.{name}({b})")),
        (path(), inner.clone(), inner.clone()).prop_map(|(f, a, b)| format!("{f}({a},\n {b})!")),
        (path(), inner.clone()).prop_map(|(f, a)| format!("({f}() catch ({a}))")),
        (path(), inner.clone()).prop_map(|(f, a)| format!("{f}()\n  catch err: A | b.B {{ {a} }}!")),
        (one(), inner.clone()).prop_map(|(a, b)| format!("{a}[{b}]")),
        (one(), name()).prop_map(|(a, name)| format!("{a}\n  .{name}")),
        (name(), inner.clone()).prop_map(|(name, a)| format!("(({name}) => {a})")),
        (ty(), ty(), inner.clone()).prop_map(|(p, r, a)| format!("((x: {p}, _) {r} => {{\n{a}\n}})")),
        (path(), inner.clone(), inner.clone()).prop_map(|(f, a, b)| format!("{f}((x) => {a}, () => {{ {b} }})")),
        (ty(), inner.clone()).prop_map(|(ty, a)| format!("chan<{ty}>({a})")),
        ty().prop_map(|ty| format!("chan<{ty}>(unbounded).sender")),
    ]
    .boxed()
}

fn tasks(inner: BoxedStrategy<String>) -> BoxedStrategy<String> {
    let ending = || select(vec!["", "!", " catch { 1 }", "\n  catch e { 2 }", " catch e: TimeoutError { 3 }!"]);
    let arm = prop_oneof![
        (path(), inner.clone()).prop_map(|(rx, a)| format!("v = {rx}.recv() {{ {a} }}")),
        (path(), inner.clone()).prop_map(|(rx, a)| format!("(P {{ x }}, _) = f({a}).g({rx}).recv() {{ }}")),
        (path(), inner.clone()).prop_map(|(tx, a)| format!("{tx}.send({a}) {{ b() }}")),
        inner.clone().prop_map(|a| format!("({a}).recv() {{ b() }}")),
        closed(inner.clone()).prop_map(|a| format!("after {a} {{ }}")),
        select(vec!["after.recv() { }", "default = after.recv() { }", "after 5s { c() }"]).prop_map(str::to_owned),
    ];
    let arms = (vec(arm, 1..4), select(vec!["  ", "\n", ",\n"])).prop_map(|(arms, gap)| arms.join(gap));
    prop_oneof![
        (path(), inner.clone()).prop_map(|(f, a)| format!("spawn {f}({a}).get()!")),
        statement(inner.clone()).prop_map(|s| format!("spawn {{\n{s}\n}}")),
        (closed(inner.clone()), statement(inner.clone()), ending())
            .prop_map(|(limit, s, end)| format!("within {limit} {{\n{s}\n}}{end}")),
        (path(), ending()).prop_map(|(limit, end)| format!("within {limit} {{ f() }}{end}")),
        (arms, ending()).prop_map(|(arms, end)| format!("select {{ {arms} }}{end}")),
    ]
    .boxed()
}

fn statement(expr: BoxedStrategy<String>) -> BoxedStrategy<String> {
    prop_oneof![
        expr.clone().prop_map(|a| format!("let x = {a}")),
        expr.clone().prop_map(|a| format!("let mut (x, y): (int, fn() int) = {a}")),
        expr.clone().prop_map(|a| format!("let (mut x, y) = {a}")),
        expr.clone().prop_map(|a| format!("for (k, mut v) in ({a}) {{ if let mut (a, b) = v {{ break }} }}")),
        expr.clone().prop_map(|a| format!("match ({a}) {{ A.B {{ mut c, d: mut e }} {{ c++ }} (mut f)? => f, }}")),
        expr.clone().prop_map(|a| format!("x.y[0] += {a}; z++")),
        expr.clone().prop_map(|a| format!("f({a})")),
        expr.clone().prop_map(|a| format!("while ({a}) {{ break }} g()")),
        expr.clone().prop_map(|a| format!("for (k, v) in ({a}) {{ continue }}")),
        expr.clone().prop_map(|a| format!("within 5s {{ {a} }}!")),
        expr.prop_map(|a| format!("select {{ v = rx.recv() {{ f({a}) }} }} catch {{ }}\nlet y = 1")),
    ]
    .boxed()
}

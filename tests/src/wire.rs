//! The wire format of generated code, against bincode 2 itself: a compiled process is sent values that bincode encoded, decodes
//! and returns them, and the bytes that come back are those of bincode.

use bincode::config::standard;
use bincode::{Decode, Encode};
use pluto_proto::frame::{Decoder, Frame, Hello, put_hello, put_request};
use pluto_tests::driver;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The reply to a request that cannot be read (`ReplyKind::Malformed`).
const MALFORMED: u8 = 3;

const PROGRAM: &str = r#"
enum Color { Red, Green, Blue }
enum Kind { Plain, Sized { by: float, tags: [string] }, Both { color: Color, left: bool }, Placed { line: Line, n: int } }
class Part { name: string, code: byte, next: Part? = none }
// Of several words each, side by side wherever they lie.
class Point { x: int, y: float }
class Line { from: Point, to: Point }
class Named { at: Point, name: string }
enum Shape { Dot { at: Point }, Label { text: string, n: int? }, Nothing, Colored { color: Color?, by: float } }
class Small { n: int?, f: float?, color: Color?, shape: Shape, text: Text? }
class Text { n: int, text: string }
class All {
    n: int
    f: float
    b: bool
    s: string
    list: [Part?]
    map: Map<string, (int, bool)>
    kind: Kind
    color: Color
    nested: int??
    grid: [[int]]
    line: Line
    points: [Point]
    named: [(int, Named)]
    around: Named?
    by_name: Map<string, Named>
    small: Small
    numbers: [int?]
    shapes: [Shape]
    maybe: [Shape?]
    texts: [Text?]
    by_number: Map<int?, Shape>
}
class Echo {
    fn echo(self, all: All) All {
        let mut copy = all
        copy.n = all.n
        copy
    }
    fn turned(self, before: int, line: Line, named: Named) (Named, Line) {
        (named, Line { from: line.to, to: Point { x: before, y: line.from.y } })
    }
    fn moved(self, shape: Shape, maybe: Shape?, n: int?, text: Text?) (int?, Shape?, Text?, Shape) { (n, maybe, text, shape) }
    fn alone(self, shape: Shape, keep: bool) Shape? { if keep { shape } else { none } }
    fn shape(self, n: float?, shape: Shape) Shape {
        if let n = n { Shape.Colored { color: Color.Green, by: n } } else { shape }
    }
}
app Main[echo: Echo] {
    fn main(self) {
        let all = All { n: 1, f: 1.5, b: true, s: "", list: [], map: {}, kind: Kind.Plain, color: Color.Red, nested: none, grid: [],
            line: Line { from: Point { x: 1, y: 0.5 }, to: Point { x: 2, y: 1.5 } }, points: [], named: [], around: none, by_name: {},
            small: Small { n: none, f: none, color: none, shape: Shape.Nothing, text: none }, numbers: [], shapes: [], maybe: [],
            texts: [], by_number: {} }
        print(self.echo.echo(all)!)
        print(self.echo.moved(Shape.Nothing, none, none, none)!)
        print(self.echo.alone(Shape.Nothing, true)!)
        print(self.echo.shape(1.5, Shape.Nothing)!)
        print(self.echo.turned(1, all.line, Named { at: all.line.to, name: "" })!)
    }
}
system Two for Main { pod p { process front { Main }
        process back { Echo } } }
"#;

#[derive(Clone, Debug, Encode, Decode)]
enum Color {
    Red,
    Green,
    Blue,
}

#[derive(Clone, Debug, Encode, Decode)]
enum Kind {
    Plain,
    Sized { by: f64, tags: Vec<String> },
    Both { color: Color, left: bool },
    Placed { line: Line, n: i64 },
}

#[derive(Clone, Debug, Encode, Decode)]
struct Point {
    x: i64,
    y: f64,
}

#[derive(Clone, Debug, Encode, Decode)]
struct Line {
    from: Point,
    to: Point,
}

#[derive(Clone, Debug, Encode, Decode)]
struct Named {
    at: Point,
    name: String,
}

#[derive(Clone, Debug, Encode, Decode)]
enum Shape {
    Dot { at: Point },
    Label { text: String, n: Option<i64> },
    Nothing,
    Colored { color: Option<Color>, by: f64 },
}

#[derive(Clone, Debug, Encode, Decode)]
struct Text {
    n: i64,
    text: String,
}

#[derive(Clone, Debug, Encode, Decode)]
struct Small {
    n: Option<i64>,
    f: Option<f64>,
    color: Option<Color>,
    shape: Shape,
    text: Option<Text>,
}

#[derive(Clone, Debug, Encode, Decode)]
struct Part {
    name: String,
    code: u8,
    next: Option<Box<Part>>,
}

#[derive(Clone, Debug, Encode, Decode)]
struct All {
    n: i64,
    f: f64,
    b: bool,
    s: String,
    list: Vec<Option<Part>>,
    // A map in order of insertion is a list of pairs on the wire.
    map: Vec<(String, (i64, bool))>,
    kind: Kind,
    color: Color,
    nested: Option<Option<i64>>,
    grid: Vec<Vec<i64>>,
    line: Line,
    points: Vec<Point>,
    named: Vec<(i64, Named)>,
    around: Option<Named>,
    by_name: Vec<(String, Named)>,
    small: Small,
    numbers: Vec<Option<i64>>,
    shapes: Vec<Shape>,
    maybe: Vec<Option<Shape>>,
    texts: Vec<Option<Text>>,
    by_number: Vec<(Option<i64>, Shape)>,
}

fn colors() -> impl Strategy<Value = Color> {
    prop_oneof![Just(Color::Red), Just(Color::Green), Just(Color::Blue)]
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Plain),
        (any::<f64>(), prop::collection::vec(".{0,5}", 0..4)).prop_map(|(by, tags)| Kind::Sized { by, tags }),
        (colors(), any::<bool>()).prop_map(|(color, left)| Kind::Both { color, left }),
        (lines(), any::<i64>()).prop_map(|(line, n)| Kind::Placed { line, n }),
    ]
}

fn points() -> impl Strategy<Value = Point> {
    (any::<i64>(), any::<f64>()).prop_map(|(x, y)| Point { x, y })
}

fn lines() -> impl Strategy<Value = Line> {
    (points(), points()).prop_map(|(from, to)| Line { from, to })
}

fn named() -> impl Strategy<Value = Named> {
    (points(), ".{0,8}").prop_map(|(at, name)| Named { at, name })
}

fn shapes() -> impl Strategy<Value = Shape> {
    prop_oneof![
        points().prop_map(|at| Shape::Dot { at }),
        (".{0,8}", prop::option::of(any::<i64>())).prop_map(|(text, n)| Shape::Label { text, n }),
        Just(Shape::Nothing),
        (prop::option::of(colors()), any::<f64>()).prop_map(|(color, by)| Shape::Colored { color, by }),
    ]
}

fn texts() -> impl Strategy<Value = Text> {
    (any::<i64>(), ".{0,8}").prop_map(|(n, text)| Text { n, text })
}

fn smalls() -> impl Strategy<Value = Small> {
    let numbers = (prop::option::of(any::<i64>()), prop::option::of(any::<f64>()));
    (numbers, prop::option::of(colors()), shapes(), prop::option::of(texts()))
        .prop_map(|((n, f), color, shape, text)| Small { n, f, color, shape, text })
}

fn parts() -> impl Strategy<Value = Part> {
    let chain = prop::collection::vec((".{0,8}", any::<u8>()), 1..6);
    chain.prop_map(|names| {
        let link = |next: Option<Box<Part>>, (name, code)| Some(Box::new(Part { name, code, next }));
        *names.into_iter().fold(None, link).expect("at least one")
    })
}

fn alls() -> impl Strategy<Value = All> {
    let scalars = (any::<i64>(), any::<f64>(), any::<bool>(), ".{0,300}");
    let list = prop::collection::vec(prop::option::of(parts()), 0..5);
    let map = prop::collection::btree_map(".{0,6}", (any::<i64>(), any::<bool>()), 0..5);
    let rest = (kinds(), colors(), prop::option::of(prop::option::of(any::<i64>())));
    let grid = prop::collection::vec(prop::collection::vec(any::<i64>(), 0..4), 0..4);
    let wide = (
        lines(),
        prop::collection::vec(points(), 0..5),
        prop::collection::vec((any::<i64>(), named()), 0..5),
        prop::option::of(named()),
        prop::collection::btree_map(".{0,6}", named(), 0..4),
    );
    let few = (
        smalls(),
        prop::collection::vec(prop::option::of(any::<i64>()), 0..5),
        prop::collection::vec(shapes(), 0..5),
        prop::collection::vec(prop::option::of(shapes()), 0..5),
        prop::collection::vec(prop::option::of(texts()), 0..5),
        prop::collection::btree_map(prop::option::of(any::<i64>()), shapes(), 0..4),
    );
    let all = (scalars, list, map, rest, grid, wide, few);
    all.prop_map(|((n, f, b, s), list, map, (kind, color, nested), grid, wide, few)| {
        let (small, numbers, shapes, maybe, texts, by_number) = few;
        let by_number = by_number.into_iter().collect();
        let map = map.into_iter().collect();
        let (line, points, named, around, by_name) = wide;
        let by_name = by_name.into_iter().collect();
        All {
            n,
            f,
            b,
            s,
            list,
            map,
            kind,
            color,
            nested,
            grid,
            line,
            points,
            named,
            around,
            by_name,
            small,
            numbers,
            shapes,
            maybe,
            texts,
            by_number,
        }
    })
}

/// Methods by their numbers.
const MOVED: u64 = 2;
const ALONE: u64 = 3;
const SHAPE: u64 = 4;

/// The file with what the process says on its standard error.
const ERRORS: &str = "errors";

struct Server(Child);

impl Server {
    /// Asks it to end; nothing that it read, whole or not, is left then.
    fn end(mut self, folder: &Path) {
        kill_process(Pid::from_child(&self.0), Signal::TERM).expect("it lives");
        let status = self.0.wait().expect("it ends");
        let errors = std::fs::read_to_string(folder.join(ERRORS)).expect("text");
        assert!(status.success() && !errors.contains("leak: "), "{status}: {errors}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the process that serves, and connects to it as the other one would.
fn connect(folder: &Path) -> (Server, UnixStream, Decoder) {
    let out = folder.join("out");
    driver::build(&vec![("main.pluto".to_owned(), PROGRAM.to_owned())], Some("Two"), &out).expect("it compiles");
    let socket = folder.join("back.sock");
    let mut command = Command::new(out.join("back"));
    let command = command.env("PLUTO_ADDR_back", format!("unix:{}", socket.display())).stdin(Stdio::null());
    let errors = std::fs::File::create(folder.join(ERRORS)).expect("a file");
    let command = command.env(driver::CHECK_LEAKS.0, driver::CHECK_LEAKS.1).stderr(errors);
    let server = Server(command.spawn().expect("it starts"));
    let begin = Instant::now();
    let mut stream = loop {
        match UnixStream::connect(&socket) {
            Ok(stream) => break stream,
            Err(error) => assert!(begin.elapsed() < Duration::from_secs(20), "{error}"),
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
    let mut hello = vec![];
    put_hello(&mut hello, &Hello { process: "front".to_owned(), ..Hello::default() }).expect("small");
    stream.write_all(&hello).expect("connected");
    (server, stream, Decoder::of_callee())
}

fn next_frame(stream: &mut UnixStream, decoder: &mut Decoder) -> Frame {
    let mut bytes = [0; 4096];
    loop {
        if let Some(frame) = decoder.take().expect("well-formed frames") {
            return frame;
        }
        let count = stream.read(&mut bytes).expect("an answer in time");
        assert!(count > 0, "the process closed the connection");
        decoder.push(&bytes[..count]);
    }
}

/// The process that was started, as the other one sees it.
struct Peer {
    stream: UnixStream,
    decoder: Decoder,
    calls: u64,
}

impl Peer {
    /// Calls a method and waits for the body of the reply.
    fn call(&mut self, method: u64, body: &[u8]) -> Result<Vec<u8>, TestCaseError> {
        self.calls += 1;
        let mut frame = vec![];
        put_request(&mut frame, self.calls, method, 20_000, body).expect("small enough");
        self.stream.write_all(&frame).expect("the process lives");
        loop {
            match next_frame(&mut self.stream, &mut self.decoder) {
                Frame::Hello(_) => {}
                Frame::Reply { call, body } => {
                    prop_assert_eq!(call, self.calls);
                    return Ok(body);
                }
                other @ (Frame::Request(_)
                | Frame::Foreign { .. }
                | Frame::Refused { .. }
                | Frame::Cancel { .. }
                | Frame::Ask
                | Frame::Alive
                | Frame::AskStatus
                | Frame::Status(_)
                | Frame::Part { .. }) => {
                    return Err(TestCaseError::fail(format!("{other:?}")));
                }
            }
        }
    }

    /// The same, for a method that gives a value.
    fn value(&mut self, method: u64, argument: &impl Encode, result: &impl Encode) -> Result<(), TestCaseError> {
        let body = bincode::encode_to_vec(argument, standard()).expect("it can be encoded");
        let reply = self.call(method, &body)?;
        prop_assert_eq!(reply[0], 0, "not a value");
        prop_assert_eq!(&reply[1..], &bincode::encode_to_vec(result, standard()).expect("it can be encoded")[..]);
        Ok(())
    }
}

/// Nullable values and enums of several words as parameters and results.
fn small_values(runner: &mut TestRunner, peer: &mut Peer) {
    let peer = std::cell::RefCell::new(peer);
    let maybe = || (prop::option::of(shapes()), prop::option::of(any::<i64>()), prop::option::of(texts()));
    let moved = runner.run(&(shapes(), maybe()), |(shape, (maybe, n, text))| {
        let result = (n, maybe.clone(), text.clone(), shape.clone());
        peer.borrow_mut().value(MOVED, &(shape.clone(), maybe, n, text), &result)?;
        peer.borrow_mut().value(ALONE, &(shape.clone(), n.is_some()), &n.map(|_| shape.clone()))?;
        let by = n.map(|n| n as f64);
        let colored = by.map(|by| Shape::Colored { color: Some(Color::Green), by });
        peer.borrow_mut().value(SHAPE, &(by, shape.clone()), &colored.unwrap_or(shape))
    });
    moved.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn generated_code_writes_and_reads_bincode() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (server, stream, decoder) = connect(folder.path());
    let peer = std::cell::RefCell::new(Peer { stream, decoder, calls: 0 });
    // A runner counts its cases over all that it runs.
    let runner = || TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
    let echoed = runner().run(&alls(), |all| peer.borrow_mut().value(0, &all, &all));
    echoed.unwrap_or_else(|error| panic!("{error}"));
    let turned = runner().run(&(any::<i64>(), lines(), named()), |(before, line, named)| {
        let to = Point { x: before, y: line.from.y };
        let result = (named.clone(), Line { from: line.to.clone(), to });
        peer.borrow_mut().value(1, &(before, line, named), &result)
    });
    turned.unwrap_or_else(|error| panic!("{error}"));
    small_values(&mut runner(), &mut peer.borrow_mut());
    let damaged = runner().run(&(alls(), any::<prop::sample::Index>()), |(all, at)| {
        let mut body = bincode::encode_to_vec(&all, standard()).expect("it can be encoded");
        body.truncate(at.index(body.len()));
        let reply = peer.borrow_mut().call(0, &body)?;
        prop_assert_eq!(reply, [MALFORMED]);
        Ok(())
    });
    damaged.unwrap_or_else(|error| panic!("{error}"));
    drop(peer);
    server.end(folder.path());
}

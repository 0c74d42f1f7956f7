//! Values, part one: floats, matrices and trees. In: nothing. Out: the results that our programs print too.

use std::hint::black_box;

#[derive(Clone, Copy)]
struct Body {
    at: [f64; 3],
    speed: [f64; 3],
    mass: f64,
}

pub(super) fn n_body() -> String {
    let body = |i: i32| {
        let n = f64::from(i);
        Body { at: [n * 3.5, n * n - 2.0, 0.5 * n], speed: [0.1 * n, 0.3 - 0.1 * n, 0.02 * n], mass: 10.0 / (n + 1.0) }
    };
    let mut bodies: Vec<Body> = (0..5).map(body).collect();
    for _ in 0..2_000_000 {
        advance(&mut bodies, 0.001);
    }
    format!("{:.9}", energy(&bodies))
}

fn distance(from: &Body, to: &Body) -> [f64; 3] {
    [0, 1, 2].map(|axis| from.at[axis] - to.at[axis])
}

fn advance(bodies: &mut [Body], time: f64) {
    for i in 0..bodies.len() {
        let (before, behind) = bodies.split_at_mut(i + 1);
        let body = &mut before[i];
        for other in behind {
            let [dx, dy, dz] = distance(body, other);
            let square = dx * dx + dy * dy + dz * dz;
            let force = time / (square * square.sqrt());
            let (mine, others) = (body.mass * force, other.mass * force);
            for (axis, way) in [dx, dy, dz].into_iter().enumerate() {
                body.speed[axis] -= way * others;
                other.speed[axis] += way * mine;
            }
        }
    }
    for body in bodies {
        for axis in 0..3 {
            body.at[axis] += time * body.speed[axis];
        }
    }
}

fn energy(bodies: &[Body]) -> f64 {
    let mut energy = 0.0;
    for (i, body) in bodies.iter().enumerate() {
        let [x, y, z] = body.speed;
        energy += 0.5 * body.mass * (x * x + y * y + z * z);
        for other in &bodies[i + 1..] {
            let [x, y, z] = distance(body, other);
            energy -= body.mass * other.mass / (x * x + y * y + z * z).sqrt();
        }
    }
    energy
}

type Matrix = Vec<Vec<f64>>;

pub(super) fn matrix() -> String {
    let (size, a, mut b) = (300, made(300, 3), made(300, 5));
    let mut total = 0.0;
    for round in 0..10 {
        b[round][round] += 1.0;
        let c = product(&a, &b, size);
        for (i, row) in c.iter().enumerate() {
            total += row[i];
        }
    }
    format!("{total:.1}")
}

fn made(size: i32, seed: i32) -> Matrix {
    let row = |i| (0..size).map(|j| f64::from((i * seed + j * 7) % 13)).collect();
    (0..size).map(row).collect()
}

#[allow(clippy::needless_range_loop, reason = "as in the Pluto program")]
fn product(a: &Matrix, b: &Matrix, size: usize) -> Matrix {
    let mut c = vec![];
    for i in 0..size {
        let mut row = vec![];
        for j in 0..size {
            row.push(cell(&a[i], b, j));
        }
        c.push(row);
    }
    c
}

/// Not inlined: beside rows that a panic would have to drop, the compiler keeps the sum in memory, and takes five times as long.
#[inline(never)]
fn cell(row: &[f64], b: &Matrix, j: usize) -> f64 {
    let mut sum = 0.0;
    for (x, other) in row.iter().zip(b) {
        sum += x * other[j];
    }
    sum
}

struct Tree {
    left: Option<Box<Tree>>,
    right: Option<Box<Tree>>,
}

pub(super) fn trees() -> i64 {
    let lasting = grown(18);
    let mut nodes = 0;
    for depth in (4..=16).step_by(4) {
        for _ in 0..1 << (23 - depth) {
            nodes += size(&black_box(grown(depth)));
        }
    }
    nodes + size(&lasting)
}

fn grown(depth: u32) -> Tree {
    if depth == 0 {
        return Tree { left: None, right: None };
    }
    Tree { left: Some(Box::new(grown(depth - 1))), right: Some(Box::new(grown(depth - 1))) }
}

fn size(tree: &Tree) -> i64 {
    1 + tree.left.as_deref().map_or(0, size) + tree.right.as_deref().map_or(0, size)
}

//! Values, part two: texts. In: nothing. Out: the results that our programs print too.

use std::collections::HashMap;
use std::fmt::Write;

struct Item {
    name: String,
    price: f64,
    count: usize,
}

struct Order {
    id: usize,
    user: String,
    paid: bool,
    items: Vec<Item>,
}

pub(super) fn json() -> usize {
    let item = |i: usize, j: usize| Item {
        name: if j == 2 { "3\" pipe" } else { "screw" }.to_owned(),
        price: (i * 10 + j) as f64 / 4.0,
        count: j + 1,
    };
    let order = |i: usize| Order {
        id: i,
        user: format!("user{i}"),
        paid: i.is_multiple_of(3),
        items: (0..=i % 4).map(|j| item(i, j)).collect(),
    };
    let mut orders: Vec<Order> = (0..1_000).map(order).collect();
    let mut bytes = 0;
    for round in 0..200 {
        orders[round].id += round;
        bytes += json_of(&orders).len();
    }
    bytes
}

fn json_of(orders: &[Order]) -> String {
    let mut out = "[".to_owned();
    for Order { id, user, paid, items } in orders {
        if out.len() > 1 {
            out.push(',');
        }
        let _ = write!(out, "{{\"id\":{id},\"user\":");
        quote(user, &mut out);
        let _ = write!(out, ",\"paid\":{paid},\"items\":[");
        for (position, Item { name, price, count }) in items.iter().enumerate() {
            if position > 0 {
                out.push(',');
            }
            out.push_str("{\"name\":");
            quote(name, &mut out);
            let _ = write!(out, ",\"price\":{price:.2},\"count\":{count}}}");
        }
        out.push_str("]}");
    }
    out.push(']');
    out
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    if text.contains(['"', '\\']) {
        out.push_str(&text.replace('\\', "\\\\").replace('"', "\\\""));
    } else {
        out.push_str(text);
    }
    out.push('"');
}

pub(super) fn words() -> String {
    let mut seed: i64 = 1;
    let mut word = || {
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
        let n = seed / 65_536 % 5_000;
        format!("word{}", n * n % 5_003)
    };
    let lines: Vec<String> = (0..20_000).map(|_| (0..10).map(|_| word()).collect::<Vec<_>>().join(" ")).collect();
    let text = lines.join("\n");
    let (mut sum, mut distinct) = (0, 0);
    for _ in 0..20 {
        let counts = counted(&text);
        distinct += counts.len();
        sum += counts.iter().map(|(word, n)| n * n % 1_000 + word.len()).sum::<usize>();
    }
    format!("({sum}, {distinct})")
}

/// With keys of its own, as in Pluto: the map outlives the text.
fn counted(text: &str) -> HashMap<String, usize> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for word in text.lines().flat_map(|line| line.split(' ')) {
        match counts.get_mut(word) {
            Some(count) => *count += 1,
            None => {
                counts.insert(word.to_owned(), 1);
            }
        }
    }
    counts
}

pub(super) fn building() -> usize {
    let pieces = ["alpha", "be", "gamma rays", "d", "epsilon"];
    let mut bytes = 0;
    for n in 0..200_000 {
        let line = line_of(n, &pieces);
        bytes += usize::from(line.ends_with("be;")) + line.len();
    }
    bytes
}

fn line_of(n: usize, pieces: &[&str]) -> String {
    let mut line = String::new();
    for i in 0..40 {
        line += pieces[(n + i) % pieces.len()];
        line += ";";
    }
    line
}

pub(super) fn append() -> usize {
    (0..100).map(|round| std::hint::black_box(grown(200_000 + round)).len()).sum()
}

fn grown(pieces: usize) -> String {
    let mut text = String::new();
    for i in 0..pieces {
        text += if i.is_multiple_of(2) { "x" } else { "yz" };
    }
    text
}

//! Plain computing: recursion and arrays. In: nothing. Out: the results that our programs print too.

use std::hint::black_box;

pub(super) fn fib_38() -> i64 {
    fib(black_box(38))
}

fn fib(n: i64) -> i64 {
    if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
}

#[allow(clippy::same_item_push, reason = "the Pluto program pushes one by one too")]
pub(super) fn array() -> i64 {
    let mut total = 0;
    for _ in 0..5 {
        let mut composite: Vec<i64> = vec![];
        for _ in 0..2_000_000 {
            composite.push(0);
        }
        let mut i = 2;
        while i * i < 2_000_000 {
            if composite[i] == 0 {
                let mut j = i * i;
                while j < 2_000_000 {
                    composite[j] = 1;
                    j += i;
                }
            }
            i += 1;
        }
        total += composite.iter().sum::<i64>();
    }
    total
}

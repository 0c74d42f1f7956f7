//! Values, part three: collections that are changed in place. In: nothing. Out: the results that our programs print too.

use std::collections::HashMap;

struct Point {
    x: usize,
    y: usize,
}

#[allow(clippy::needless_range_loop, reason = "as in the Pluto program")]
pub(super) fn small_classes() -> i64 {
    let mut points: Vec<Point> = (0..1_000_000).map(|x| Point { x, y: 0 }).collect();
    for round in 0..20 {
        for i in 0..points.len() {
            points[i].y += points[i].x % 7 + round;
        }
    }
    points.iter().map(|point| point.y as i64 * 3 - point.x as i64).sum()
}

pub(super) fn map_push() -> usize {
    let mut groups: HashMap<usize, Vec<usize>> = (0..1_000).map(|key| (key, vec![])).collect();
    let mut key = 1;
    for i in 0..5_000_000 {
        key = (key * 75 + 74) % 65_537;
        groups.get_mut(&(key % 1_000)).expect("all keys are there").push(i);
    }
    groups.iter().map(|(key, group)| group[group.len() / 2] % 1_000 * key + group.len()).sum()
}

struct Account {
    #[allow(dead_code, reason = "a record has more than what a loop reads")]
    owner: String,
    balance: usize,
    moves: usize,
    recent: Vec<usize>,
}

#[derive(Default)]
struct Bank {
    accounts: HashMap<String, Account>,
}

impl Bank {
    fn open(&mut self, id: &str, owner: String) {
        self.accounts.insert(id.to_owned(), Account { owner, balance: 0, moves: 0, recent: vec![] });
    }

    fn deposit(&mut self, id: &str, amount: usize) {
        let account = self.accounts.get_mut(id).expect("it is open");
        account.balance += amount;
        account.moves += 1;
        if account.recent.len() < 100 {
            account.recent.push(amount);
        } else {
            account.recent[account.moves % 100] = amount;
        }
    }

    fn balance(&self, id: &str) -> usize {
        self.accounts[id].balance
    }
}

pub(super) fn records() -> String {
    let mut bank = Bank::default();
    let ids: Vec<String> = (0..1_000).map(|i| format!("account-{i}")).collect();
    for (i, id) in ids.iter().enumerate() {
        bank.open(id, format!("owner {i}"));
    }
    let (mut key, mut sum) = (1, 0);
    for i in 0..2_000_000 {
        key = (key * 75 + 74) % 65_537;
        let id = &ids[key % 1_000];
        bank.deposit(id, i % 100);
        sum += bank.balance(id) % 10;
    }
    let all = bank.accounts.values();
    let checksum: usize = all.map(|account| account.balance % 1_000 * account.moves + account.recent[7]).sum();
    format!("({sum}, {checksum})")
}

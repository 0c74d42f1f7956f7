//! Suggestions. In: a name that does not exist, and those that do. Out: the one that was probably meant.

/// Longer names are not compared: the comparison takes the product of the lengths.
const LONGEST: usize = 60;

/// The nearest of `candidates`, if one is near enough; the first of equals.
pub(crate) fn nearest<'n>(name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    if name.len() > LONGEST {
        return None;
    }
    let wanted: Vec<char> = name.to_lowercase().chars().collect();
    let limit = (wanted.len() / 3).clamp(usize::from(wanted.len() > 1), 3);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate.len() > LONGEST || candidate == name {
            continue;
        }
        let found: Vec<char> = candidate.to_lowercase().chars().collect();
        if found.len().abs_diff(wanted.len()) > limit {
            continue;
        }
        let distance = distance(&wanted, &found);
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many letters must be put in, left out, replaced or swapped with their neighbor.
fn distance(from: &[char], to: &[char]) -> usize {
    let mut before: Vec<usize> = vec![];
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for (row, letter) in from.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, other) in to.iter().enumerate() {
            let replaced = above[column] + usize::from(letter != other);
            let mut least = replaced.min(above[column + 1] + 1).min(line[column] + 1);
            if row > 0 && column > 0 && *letter == to[column - 1] && from[row - 1] == *other {
                least = least.min(before[column - 1] + 1);
            }
            line.push(least);
        }
        before = std::mem::replace(&mut above, line);
    }
    above[to.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    fn letters(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn distances() {
        for (from, to, expected) in
            [("", "", 0), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "", 3), ("kitten", "sitting", 3)]
        {
            assert_eq!(distance(&letters(from), &letters(to)), expected, "{from} {to}");
        }
    }

    #[test]
    fn suggestions() {
        assert_eq!(nearest("lenght", ["height", "length", "print"]), Some("length"));
        assert_eq!(nearest("Strin", ["string", "String"]), Some("string"));
        assert_eq!(nearest("x", ["y", "z"]), None);
        assert_eq!(nearest("total", ["print", "limit"]), None);
        assert_eq!(nearest(&"a".repeat(100), ["a"]), None);
    }
}

//! Texts of numbers, and the formats of f-strings: `[[fill]align][+][0][width][.digits][x|X|b|o|e]`. In: values, formats. Out: texts.

/// A float as JavaScript prints it.
pub(crate) fn float_text(value: f64) -> String {
    ryu_js::Buffer::new().format(value).to_owned()
}

/// A duration in the largest unit of which it is a whole number.
pub(crate) fn duration_text(nanoseconds: i64) -> String {
    let units = [
        ("h", 3600 * 1_000_000_000),
        ("m", 60 * 1_000_000_000),
        ("s", 1_000_000_000),
        ("ms", 1_000_000),
        ("us", 1_000),
    ];
    if nanoseconds == 0 {
        return "0s".to_owned();
    }
    match units.into_iter().find(|(_, unit)| nanoseconds % unit == 0) {
        Some((name, unit)) => format!("{}{name}", nanoseconds / unit),
        None => format!("{nanoseconds}ns"),
    }
}

/// A format, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Format {
    fill: char,
    align: Option<char>,
    plus: bool,
    width: usize,
    digits: Option<usize>,
    style: Option<char>,
}

/// Widths end here.
const WIDEST: usize = 4096;
/// Digits after the point end here.
const MOST_DIGITS: usize = 100;

impl Format {
    /// The compiler has checked it.
    pub(crate) fn parse(text: &str) -> Format {
        let is_align = |symbol: Option<char>| symbol.filter(|symbol| matches!(symbol, '<' | '>' | '^'));
        let mut rest = text;
        let mut symbols = text.chars();
        let (first, second) = (symbols.next(), symbols.next());
        let mut fill = ' ';
        let mut align = is_align(second);
        if let (Some(_), Some(symbol)) = (align, first) {
            fill = symbol;
            rest = &rest[symbol.len_utf8() + 1..];
        } else if is_align(first).is_some() {
            align = is_align(first);
            rest = &rest[1..];
        }
        let plus = take(&mut rest, '+');
        if align.is_none() && take(&mut rest, '0') {
            fill = '0';
        }
        let width = number(&mut rest).unwrap_or(0);
        let digits = take(&mut rest, '.').then(|| number(&mut rest).unwrap_or(0));
        Format { fill, align, plus, width, digits, style: rest.chars().next() }
    }

    pub(crate) fn int(&self, value: i64) -> String {
        let digits = match self.style {
            Some('x') => format!("{value:x}"),
            Some('X') => format!("{value:X}"),
            Some('b') => format!("{value:b}"),
            Some('o') => format!("{value:o}"),
            Some(_) | None if self.digits.is_some() => return self.float(value as f64),
            Some(_) | None => value.to_string(),
        };
        self.number(&digits, value >= 0)
    }

    pub(crate) fn float(&self, value: f64) -> String {
        let digits = self.digits.map(|digits| digits.min(MOST_DIGITS));
        let text = match (self.style, digits) {
            (Some('e' | 'E'), Some(digits)) => format!("{value:.digits$e}"),
            (Some('e' | 'E'), None) => format!("{value:e}"),
            (_, Some(digits)) => ryu_js::Buffer::new().format_to_fixed(value, digits as u8).to_owned(),
            (_, None) => float_text(value),
        };
        self.number(&text, value >= 0.0)
    }

    /// Any other text: digits cut it.
    pub(crate) fn text(&self, text: &str) -> String {
        let kept: String = text.chars().take(self.digits.unwrap_or(usize::MAX)).collect();
        self.pad(&kept, '<')
    }

    fn number(&self, digits: &str, positive: bool) -> String {
        let text = if self.plus && positive { format!("+{digits}") } else { digits.to_owned() };
        let zeroes = self.fill == '0' && self.align.is_none() && text.ends_with(|last: char| last.is_ascii_hexdigit());
        if !zeroes {
            return self.pad(&text, '>');
        }
        let missing = self.width.min(WIDEST).saturating_sub(text.len());
        let begin = text.find(|symbol| symbol != '+' && symbol != '-').unwrap_or(text.len());
        format!("{}{}{}", &text[..begin], "0".repeat(missing), &text[begin..])
    }

    fn pad(&self, text: &str, usual: char) -> String {
        let missing = self.width.min(WIDEST).saturating_sub(text.chars().count());
        let before = match self.align.unwrap_or(usual) {
            '<' => 0,
            '>' => missing,
            _middle => missing / 2,
        };
        let fill = |count: usize| self.fill.to_string().repeat(count);
        format!("{}{text}{}", fill(before), fill(missing - before))
    }
}

fn take(rest: &mut &str, symbol: char) -> bool {
    match rest.strip_prefix(symbol) {
        Some(after) => {
            *rest = after;
            true
        }
        None => false,
    }
}

fn number(rest: &mut &str) -> Option<usize> {
    let end = rest.find(|symbol: char| !symbol.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, after) = rest.split_at(end);
    *rest = after;
    (!digits.is_empty()).then(|| digits.parse().unwrap_or(WIDEST))
}

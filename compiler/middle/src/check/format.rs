//! F-strings: every value has a text; formats behind `:` must exist and suit.

use super::{Cx, Later, Want, errors};
use crate::hir::{Expr, FPart};
use crate::ids::TyId;
use crate::ty::{Ty, TyTable};
use pluto_syntax::span::Span;

/// What a format text asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Format {
    zeros: bool,
    precision: bool,
}

impl<'a> Cx<'a> {
    pub(super) fn fstring(&mut self, parts: &'a [FPart]) -> TyId {
        for part in parts {
            if let FPart::Value { value, format } = part {
                let ty = self.expr(value, Want::Any);
                self.shown(value, ty, "an f-string");
                if let Some((text, span)) = format {
                    self.body.later.push(Later::Format { ty, text, span: *span });
                }
            }
        }
        TyTable::STRING
    }

    /// A value whose text is asked for.
    pub(super) fn shown(&mut self, value: &'a Expr, ty: TyId, what: &'static str) {
        if !self.is_plain(ty) {
            self.body.later.push(Later::Shown { ty, span: value.span, what });
        }
    }

    /// Checks a format against the type of its value.
    pub(super) fn format(&mut self, ty: TyId, text: &str, span: Span) {
        let shown = self.show(ty);
        let ty = self.get(ty);
        if matches!(ty, Ty::Error | Ty::Never) {
            return;
        }
        match parse(text) {
            None => self.report(errors::unknown_format(span, text)),
            Some(format) if format.precision && ty != Ty::Float => {
                self.report(errors::format_not_for(span, text, &shown, "digits after the point need a `float`"));
            }
            Some(format) if format.zeros && !matches!(ty, Ty::Float | Ty::Int | Ty::Byte) => {
                self.report(errors::format_not_for(span, text, &shown, "filling with zeros needs a number"));
            }
            Some(_) => {}
        }
    }
}

/// `[[fill] < ^ or >] [0] [width] [.digits]`, at least one of them; widths below 1000, digits up to 100.
fn parse(text: &str) -> Option<Format> {
    let is_align = |c: &char| ['<', '^', '>'].contains(c);
    let chars: Vec<char> = text.chars().collect();
    let (aligned, rest) = match chars.as_slice() {
        [_, align, rest @ ..] if is_align(align) => (true, rest),
        [align, rest @ ..] if is_align(align) => (true, rest),
        rest => (false, rest),
    };
    let zeros = rest.first() == Some(&'0');
    let digits = rest.iter().take_while(|c| c.is_ascii_digit()).count();
    let (width, rest) = rest.split_at(digits);
    let precision = match rest {
        [] => false,
        ['.', digits @ ..] if !digits.is_empty() && digits.iter().all(char::is_ascii_digit) => {
            number(digits).filter(|digits| *digits <= 100)?;
            true
        }
        _ => return None,
    };
    if number(width).is_none_or(|width| width >= 1000) || (aligned && (zeros || width.is_empty())) {
        return None;
    }
    (!width.is_empty() || precision).then_some(Format { zeros, precision })
}

fn number(digits: &[char]) -> Option<u32> {
    digits.iter().try_fold(0u32, |sum, digit| sum.checked_mul(10)?.checked_add(digit.to_digit(10)?))
}

#[cfg(test)]
mod tests {
    use super::{Format, parse};

    #[test]
    fn formats() {
        let plain = Format::default();
        for text in [">8", "<8", "^8", "8", "*^10"] {
            assert_eq!(parse(text), Some(plain), "{text}");
        }
        assert_eq!(parse("08"), Some(Format { zeros: true, precision: false }));
        assert_eq!(parse("8.2"), Some(Format { zeros: false, precision: true }));
        assert_eq!(parse(".2"), Some(Format { zeros: false, precision: true }));
        for text in ["", "x", ".", ">", "8.", "99999", ".101", "<08", "8x", "1.2.3", "8 "] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

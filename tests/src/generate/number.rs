//! Expressions of plain types: numbers, truth values, texts. In: how deeply they may nest. Out: text. Most arithmetic stays inside,
//! some does not: faults are part of what is compared.

use super::body::Body;
use super::ty::Ty;

impl Body<'_> {
    pub(super) fn int_literal(&mut self) -> String {
        const EXTREMES: [&str; 4] = [
            "9_223_372_036_854_775_807",
            "(-9_223_372_036_854_775_807 - 1)",
            "4_611_686_018_427_387_904",
            "(-3_000_000_000)",
        ];
        if self.random.chance(4) {
            return self.random.of(&EXTREMES).to_owned();
        }
        match self.random.below(14) {
            small @ 0..=9 => small.to_string(),
            10 => "(-1)".to_owned(),
            11 => "(-7)".to_owned(),
            12 => "1_000".to_owned(),
            _ => "63".to_owned(),
        }
    }

    pub(super) fn int(&mut self, depth: usize) -> String {
        let one = |body: &mut Self| body.expr(&Ty::Int, depth);
        if let Some(changed) = self.random.chance(5).then(|| self.set_in_place(depth)).flatten() {
            return changed;
        }
        match self.random.below(24) {
            0..=3 => format!("({} + {})", one(self), self.expr(&Ty::Int, depth)),
            4..=5 => format!("({} - {})", one(self), self.expr(&Ty::Int, depth)),
            6 => format!("({} * {})", one(self), self.expr(&Ty::Int, depth)),
            7 => {
                let operator = self.random.of(&["/", "%"]);
                let right = self.expr(&Ty::Int, depth);
                if self.random.chance(8) {
                    format!("({} {operator} {right})", one(self))
                } else {
                    format!("({} {operator} ({right} | 1))", one(self))
                }
            }
            8 => format!("({} {} {})", one(self), self.random.of(&["&", "|", "^"]), self.expr(&Ty::Int, depth)),
            9 => {
                let operator = self.random.of(&["<<", ">>"]);
                format!("({} {operator} ({} & 63))", one(self), self.expr(&Ty::Int, depth))
            }
            10 => {
                let method = self.random.of(&["wrapping_add", "wrapping_sub", "wrapping_mul"]);
                format!("{}.{method}({})", one(self), self.expr(&Ty::Int, depth))
            }
            11 => format!("{}({}, {})", self.random.of(&["min", "max"]), one(self), self.expr(&Ty::Int, depth)),
            12 => format!("{}({})", self.random.of(&["abs", "-", "~"]), one(self)),
            13 => format!("pow({}, ({} & 3))", one(self), self.expr(&Ty::Int, depth)),
            14..=15 => {
                let of = self.measurable();
                format!("{}.len()", self.evident(&of, depth))
            }
            16 => {
                let of = self.random.of(&[Ty::Byte, Ty::Bool]);
                format!("({} as int)", self.expr(&of, depth))
            }
            17 => format!("(min(max({}, -1000000.0), 1000000.0) as int)", self.expr(&Ty::Float, depth)),
            18 => self.fold(depth),
            19 => match self.function_in_scope() {
                Some(name) => format!("{name}({})", one(self)),
                None => one(self),
            },
            20..=21 => format!("({} % 1000)", one(self)),
            _ => self.int_literal(),
        }
    }

    /// `c.set(x)`, which changes `c`.
    fn set_in_place(&mut self, depth: usize) -> Option<String> {
        let number = self.random.below(self.world.classes.len().max(1));
        let class = self.mutable_of(&Ty::Class(number)).filter(|_| self.world.methods_are_there)?;
        let set = self.world.classes[number].set.clone();
        self.cost += 10 * self.times;
        Some(format!("{class}.set({})", self.expr(&set, depth)))
    }

    /// `xs.fold(0, (sum, x) => …)`.
    fn fold(&mut self, depth: usize) -> String {
        let element = Ty::random(self.world, self.random, 1);
        let array = self.evident(&Ty::array(element.clone()), depth);
        let (sum, scope, outside) = (self.fresh(), self.scope.clone(), self.in_closure);
        self.in_closure = true;
        self.scope.iter_mut().for_each(|variable| variable.mutable = false);
        self.bind(&sum, Ty::Int, false);
        let name = self.fresh();
        self.bind(&name, element, false);
        let value = self.expr(&Ty::Int, 1);
        (self.scope, self.in_closure) = (scope, outside);
        format!("{array}.fold(0, ({sum}, {name}) => {value}.wrapping_add({sum}))")
    }

    fn measurable(&mut self) -> Ty {
        let inner = Ty::random(self.world, self.random, 1);
        match self.random.below(3) {
            0 => Ty::Text,
            1 => Ty::array(inner),
            _ => Ty::Map(Box::new(Ty::Text), Box::new(inner)),
        }
    }

    pub(super) fn float(&mut self, depth: usize) -> String {
        let one = |body: &mut Self| body.expr(&Ty::Float, depth);
        match self.random.below(9) {
            0..=3 => {
                let operator = self.random.of(&["+", "-", "*", "/", "%"]);
                format!("({} {operator} {})", one(self), self.expr(&Ty::Float, depth))
            }
            4 => format!("{}({})", self.random.of(&["abs", "floor", "ceil", "round", "-", "sqrt"]), one(self)),
            5 => format!("{}({}, {})", self.random.of(&["min", "max"]), one(self), self.expr(&Ty::Float, depth)),
            6..=7 => format!("({} as float)", self.expr(&Ty::Int, depth)),
            _ => self.literal(&Ty::Float, 0),
        }
    }

    pub(super) fn byte(&mut self, depth: usize) -> String {
        let one = |body: &mut Self| body.expr(&Ty::Byte, depth);
        match self.random.below(8) {
            0..=1 => format!("({} {} {})", one(self), self.random.of(&["&", "|", "^"]), self.expr(&Ty::Byte, depth)),
            2 => format!("({} / ({} | (1 as byte)))", one(self), self.expr(&Ty::Byte, depth)),
            3 => format!("({} >> 1)", one(self)),
            4 if self.random.chance(30) => {
                format!("({} {} {})", one(self), self.random.of(&["+", "-", "*"]), self.expr(&Ty::Byte, depth))
            }
            5 if self.random.chance(15) => format!("({} as byte)", self.expr(&Ty::Int, depth)),
            _ => format!("(({} & 255) as byte)", self.expr(&Ty::Int, depth)),
        }
    }

    pub(super) fn truth(&mut self, depth: usize) -> String {
        match self.random.below(12) {
            0..=3 => {
                let operator = self.random.of(&["<", "<=", ">", ">=", "==", "!="]);
                let of = self.random.of(&[Ty::Int, Ty::Int, Ty::Float, Ty::Text]);
                format!("({} {operator} {})", self.expr(&of, depth), self.expr(&of, depth))
            }
            4..=5 => {
                let of = Ty::random(self.world, self.random, 2);
                format!("({} {} {})", self.evident(&of, depth), self.random.of(&["==", "!="]), self.evident(&of, depth))
            }
            6 => {
                let operator = self.random.of(&["&&", "||"]);
                format!("({} {operator} {})", self.expr(&Ty::Bool, depth), self.expr(&Ty::Bool, depth))
            }
            7 => format!("(!{})", self.expr(&Ty::Bool, depth)),
            8 => {
                let element = Ty::random(self.world, self.random, 1);
                let array = self.evident(&Ty::array(element.clone()), depth);
                format!("{array}.contains({})", self.expr(&element, depth))
            }
            9 => {
                let element = Ty::random(self.world, self.random, 1);
                let array = self.evident(&Ty::array(element.clone()), depth);
                format!("{array}.{}({})", self.random.of(&["any", "all"]), self.closure(&element, &Ty::Bool, 1))
            }
            10 => {
                let method = self.random.of(&["contains", "starts_with", "ends_with"]);
                format!("{}.{method}({})", self.expr(&Ty::Text, depth), self.expr(&Ty::Text, depth))
            }
            _ => self.literal(&Ty::Bool, 0),
        }
    }

    pub(super) fn string(&mut self, depth: usize) -> String {
        match self.random.below(12) {
            0..=2 => format!("cut({} + {})", self.expr(&Ty::Text, depth), self.expr(&Ty::Text, depth)),
            3..=6 => {
                let of = Ty::random(self.world, self.random, 2);
                // Texts inside an f-string are no place for quotes of their own.
                let shown = self.path(&of).unwrap_or_else(|| "0".to_owned());
                let shown = if shown.contains('"') { "1".to_owned() } else { shown };
                format!("cut(f\"<{{{shown}}}>\")")
            }
            7 => format!("{}.{}()", self.expr(&Ty::Text, depth), self.random.of(&["to_upper", "to_lower", "trim"])),
            8 => format!("cut({}.repeat(({} & 3)))", self.expr(&Ty::Text, depth), self.expr(&Ty::Int, depth)),
            9 => {
                let array = self.evident(&Ty::array(Ty::Text), depth);
                format!("cut({array}.join({}))", self.literal(&Ty::Text, 0))
            }
            10 => {
                let (text, from) = (self.expr(&Ty::Text, depth), self.random.of(&["\"a\"", "\",\"", "\"2\""]));
                format!("cut({text}.replace({from}, {}))", self.literal(&Ty::Text, 0))
            }
            _ => self.literal(&Ty::Text, 0),
        }
    }
}

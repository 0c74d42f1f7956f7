//! Statements. In: choices. Out: lines of the body.

use super::body::Body;
use super::ty::Ty;

/// Blocks nest so deep.
const DEEPEST: usize = 3;
/// What stands in a body runs so often at most, so that loops in loops stay small.
pub(super) const MOST_TIMES: usize = 40;

impl Body<'_> {
    /// So many statements.
    pub(super) fn statements(&mut self, count: usize) {
        for _ in 0..count {
            self.statement();
        }
        if self.depth > 0 {
            self.leave();
        }
    }

    fn statement(&mut self) {
        let nests = self.depth < DEEPEST;
        match self.random.below(36) {
            0..=3 => self.declare(),
            4..=5 => self.copy_and_change(),
            6..=9 => self.change(),
            10..=11 => self.print(),
            12..=13 if nests => self.condition(),
            14..=16 if nests && self.times * 4 <= MOST_TIMES => self.repeat(),
            17 if nests => self.match_statement(),
            18 if nests => self.if_let(),
            19 => self.take_apart(),
            20 => self.question(),
            21 => self.function_value(),
            22..=23 => self.in_order(),
            24 => self.changes_in_order(),
            25..=26 => self.hold_and_change(),
            27..=32 => self.small(),
            33..=35 if nests && self.times * 4 <= MOST_TIMES => self.name_places(),
            _ => self.change(),
        }
    }

    pub(super) fn declare(&mut self) {
        let (name, ty) = (self.fresh(), Ty::random(self.world, self.random, 2));
        let (value, mutable) = (self.expr(&ty, 3), self.random.chance(60));
        self.line(&format!("let {}{name}: {} = {value}", if mutable { "mut " } else { "" }, ty.name()));
        self.bind(&name, ty, mutable);
        if !mutable && self.random.chance(30) {
            self.watch(&name);
        }
    }

    /// `let mut b = a`, a change of `b`, and both.
    pub(super) fn copy_and_change(&mut self) {
        let whole = |ty: &Ty| matches!(ty, Ty::Array(_) | Ty::Map(..) | Ty::Pair(..) | Ty::Class(_));
        let all: Vec<_> = self.scope.iter().filter(|variable| whole(&variable.ty)).cloned().collect();
        if all.is_empty() {
            return self.declare();
        }
        let (from, name) = (self.random.of(&all), self.fresh());
        let witness = self.witness(&from.name);
        self.line(&format!("let mut {name} = {}", from.name));
        let outside = std::mem::take(&mut self.scope);
        // Only the copy can be changed here, but everything can be read.
        self.scope = outside.iter().cloned().map(|it| super::body::Variable { mutable: false, ..it }).collect();
        self.bind(&name, from.ty.clone(), true);
        self.change();
        self.change();
        self.scope = outside;
        self.bind(&name, from.ty, true);
        self.testify(&from.name, &witness);
        self.line(&format!("print(f\"{{{}}} {{{name}}}\")", from.name));
    }

    /// `let part = a.f`, changes of `a`, and the part as it was.
    pub(super) fn hold_and_change(&mut self) {
        let mut parts = vec![];
        for variable in self.scope.iter().filter(|it| it.mutable) {
            if let Ty::Class(number) = &variable.ty {
                let fields = &self.world.classes[*number].fields;
                parts.extend(fields.iter().map(|(field, ty)| (variable.name.clone(), field.clone(), ty.clone())));
            } else if let Ty::Pair(left, right) = &variable.ty {
                parts.push((variable.name.clone(), "0".to_owned(), (**left).clone()));
                parts.push((variable.name.clone(), "1".to_owned(), (**right).clone()));
            }
        }
        if parts.is_empty() {
            return self.declare();
        }
        let ((root, field, ty), name) = (self.random.of(&parts), self.fresh());
        self.line(&format!("let {name} = {root}.{field}"));
        self.bind(&name, ty, false);
        self.watch(&name);
        let outside = self.scope.clone();
        self.scope.iter_mut().for_each(|it| it.mutable = it.name == root);
        (0..3).for_each(|_| self.change());
        self.scope = outside;
    }

    fn print(&mut self) {
        let ty = Ty::random(self.world, self.random, 2);
        let value = self.evident(&ty, 2);
        self.line(&format!("print({value})"));
    }

    fn condition(&mut self) {
        let condition = self.truth(2);
        self.line(&format!("if ({condition}) {{"));
        self.inside(|body| body.statements(2));
        if self.random.chance(40) {
            self.line("} else {");
            self.inside(|body| body.statements(2));
        }
        self.line("}");
    }

    fn repeat(&mut self) {
        let (name, times) = (self.fresh(), self.random.between(2, 4));
        let count = self.random.between(1, 3);
        let element = Ty::random(self.world, self.random, 1);
        let mut counter = None;
        let (head, binds) = match self.random.below(8) {
            0..=1 => (format!("for {name} in 0..{times}"), vec![(name, Ty::Int)]),
            2 => {
                let array = self.evident(&Ty::array(element.clone()), 1);
                counter = Some(self.counter());
                (format!("for {name} in {array}"), vec![(name, element)])
            }
            3 => {
                let (array, at) = (self.evident(&Ty::array(element.clone()), 1), self.fresh());
                counter = Some(self.counter());
                (format!("for ({at}, {name}) in {array}.enumerate()"), vec![(at, Ty::Int), (name, element)])
            }
            4 => {
                let text = self.expr(&Ty::Text, 1);
                counter = Some(self.counter());
                (format!("for {name} in {text}"), vec![(name, Ty::Text)])
            }
            5 => {
                let (array, from) = (self.evident(&Ty::array(element.clone()), 1), self.fresh());
                self.line(&format!("let mut {from} = {array}"));
                counter = Some(self.counter());
                (format!("while let {name} = {from}.pop()"), vec![(name, element)])
            }
            6 => {
                let value = Ty::random(self.world, self.random, 1);
                let key_ty = Ty::key(self.world, self.random);
                let map = self.evident(&Ty::Map(Box::new(key_ty.clone()), Box::new(value.clone())), 1);
                let key = self.fresh();
                (format!("for ({key}, {name}) in {map}"), vec![(key, key_ty), (name, value)])
            }
            _ => {
                counter = Some(self.counter());
                let condition = self.truth(1);
                (format!("while ({condition})"), vec![])
            }
        };
        let outside = self.times;
        self.times *= 4;
        self.loops += 1;
        self.block(&head, |body| {
            if let Some(counter) = counter {
                body.line(&format!("{counter} += 1"));
                body.line(&format!("if {counter} > {times} {{ break }}"));
            }
            binds.into_iter().for_each(|(name, ty)| body.bind(&name, ty, false));
            body.statements(count);
        });
        self.loops -= 1;
        self.times = outside;
    }

    /// A variable that bounds a loop; nothing else sees it.
    fn counter(&mut self) -> String {
        let counter = self.fresh();
        self.line(&format!("let mut {counter} = 0"));
        counter
    }

    /// Leaves the block, under a condition.
    fn leave(&mut self) {
        let how = match self.random.below(20) {
            0..=1 if self.loops > 0 => "break".to_owned(),
            2..=3 if self.loops > 0 => "continue".to_owned(),
            4 => format!("return {}", self.expr(&self.result.clone(), 2)),
            5..=6 => match self.raise() {
                Some(raise) => raise,
                None => return,
            },
            _ => return,
        };
        let condition = self.truth(2);
        self.line(&format!("if ({condition}) {{ {how} }}"));
    }

    /// `let (a, b) = pair`.
    fn take_apart(&mut self) {
        let (left, right) = (Ty::random(self.world, self.random, 1), Ty::random(self.world, self.random, 1));
        let (a, b) = (self.fresh(), self.fresh());
        let pair = self.evident(&Ty::Pair(Box::new(left.clone()), Box::new(right.clone())), 2);
        self.line(&format!("let ({a}, {b}) = {pair}"));
        self.bind(&a, left, false);
        self.bind(&b, right, false);
    }

    /// `let x = maybe?`, where the function gives a nullable value.
    fn question(&mut self) {
        if !matches!(self.result, Ty::Maybe(_)) {
            return self.print();
        }
        let (name, inner) = (self.fresh(), Ty::random(self.world, self.random, 1));
        let maybe = self.evident(&Ty::maybe(inner.clone()), 2);
        self.line(&format!("let {name} = {maybe}?"));
        self.bind(&name, inner, false);
    }

    fn function_value(&mut self) {
        let (name, ty) = (self.fresh(), Ty::Function(Box::new(Ty::Int), Box::new(Ty::Int)));
        let closure = self.literal(&ty, 2);
        self.line(&format!("let {name} = {closure}"));
        self.bind(&name, ty, false);
    }
}

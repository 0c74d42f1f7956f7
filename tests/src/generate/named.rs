//! Names for places: `for mut`, `if let mut` and `mut` in `match`, over what can be changed in scope. In: choices. Out: blocks in which
//! the name is changed, and nothing that holds its place is.

use super::body::{Body, Variable};
use super::ty::Ty;

/// A name, its type, and whether it is `mut`.
type Name = (String, Ty, bool);

/// The head of a block, and the names that it binds: which of them are `mut`.
struct Head {
    text: String,
    binds: Vec<Name>,
    /// Is it a loop?
    repeats: bool,
}

impl Body<'_> {
    /// A block with names for parts of something.
    pub(super) fn name_places(&mut self) {
        let mutable: Vec<Variable> = self.scope.iter().filter(|variable| variable.mutable).cloned().collect();
        if mutable.is_empty() {
            return self.declare();
        }
        let root = self.random.of(&mutable);
        let place = self.some_place(&root);
        if place.path == "self" {
            return;
        }
        if self.random.chance(40) && root.name != "self" {
            let held = self.fresh();
            self.line(&format!("let {held} = {}", root.name));
            self.bind(&held, root.ty.clone(), false);
            self.watch(&held);
        }
        let changeable = |body: &mut Self, mutable| {
            let all = body.scope.iter_mut().filter(|it| it.name == root.name);
            all.for_each(|it| it.mutable = mutable);
        };
        let conditions = place.conditions.join(" && ");
        changeable(self, false);
        if conditions.is_empty() {
            self.name_parts(&place.path, &place.ty);
        } else {
            self.block(&format!("if ({conditions})"), |body| body.name_parts(&place.path, &place.ty));
        }
        changeable(self, true);
        if self.random.chance(60) {
            self.line(&format!("print({})", root.name));
        }
    }

    fn name_parts(&mut self, path: &str, ty: &Ty) {
        match ty {
            Ty::Array(element) => self.name_elements(path, element),
            Ty::Map(key, value) => self.name_entries(path, key, value),
            Ty::Maybe(inner) => self.name_inside(path, inner),
            Ty::Enum(number) => self.name_payloads(path, *number),
            Ty::Class(number) => {
                let fields = self.world.classes[*number].fields.clone();
                let (listed, binds) = self.named_fields(&fields);
                self.matched(path, vec![(format!("C{number} {{ {listed} }}"), binds)]);
            }
            Ty::Pair(left, right) => {
                let (a, b) = (self.name_of(left), self.name_of(right));
                let pattern = format!("({}, {})", written(&a), written(&b));
                self.matched(path, vec![(pattern, vec![a, b])]);
            }
            Ty::Int | Ty::Float | Ty::Bool | Ty::Byte | Ty::Text | Ty::Function(..) => {
                let name = (self.fresh(), ty.clone(), true);
                self.matched(path, vec![(written(&name), vec![name])]);
            }
        }
    }

    fn name_elements(&mut self, path: &str, element: &Ty) {
        let name = (self.fresh(), element.clone(), true);
        let text = match self.random.below(8) {
            0 => format!("if let mut {} = {path}.first()", name.0),
            1 => format!("if let mut {} = {path}.last()", name.0),
            2 => format!("if let mut {} = {path}.get({})", name.0, self.random.below(3)),
            _ => return self.name_each(path, element),
        };
        self.named(Head { text, binds: vec![name], repeats: false });
    }

    fn name_each(&mut self, path: &str, element: &Ty) {
        let (pattern, binds) = if let (Ty::Pair(left, right), true) = (element, self.random.chance(50)) {
            let (a, b) = (self.name_of(left), self.name_of(right));
            // Without any `mut` it is an ordinary loop: also fine.
            (format!("({}, {})", written(&a), written(&b)), vec![a, b])
        } else {
            let name = (self.fresh(), element.clone(), true);
            (written(&name), vec![name])
        };
        self.named(Head { text: format!("for {pattern} in {path}"), binds, repeats: true });
    }

    fn name_entries(&mut self, path: &str, key: &Ty, value: &Ty) {
        let name = (self.fresh(), value.clone(), true);
        if self.random.chance(40) {
            let at = self.random.below(3);
            let text = format!("if let mut {} = {path}.get({})", name.0, self.key(key, at));
            return self.named(Head { text, binds: vec![name], repeats: false });
        }
        let key = (self.fresh(), key.clone(), false);
        let text = format!("for ({}, {}) in {path}", key.0, written(&name));
        self.named(Head { text, binds: vec![key, name], repeats: true });
    }

    fn name_inside(&mut self, path: &str, inner: &Ty) {
        let name = (self.fresh(), inner.clone(), true);
        if self.random.chance(50) {
            return self
                .matched(path, vec![("none".to_owned(), vec![]), (format!("({})?", written(&name)), vec![name])]);
        }
        self.named(Head { text: format!("if let {} = {path}", written(&name)), binds: vec![name], repeats: false });
    }

    fn name_payloads(&mut self, path: &str, number: usize) {
        let variants = self.world.enums[number].variants.clone();
        let mut arms = vec![];
        for (at, fields) in variants.iter().enumerate() {
            let (listed, binds) = self.named_fields(fields);
            let braces = if fields.is_empty() { String::new() } else { format!(" {{ {listed} }}") };
            let pattern = format!("D{number}.V{at}{braces}");
            if !binds.is_empty() && self.random.chance(30) {
                let guard = self.truth(1);
                arms.push((format!("{pattern} if ({guard})"), binds));
                arms.push((format!("D{number}.V{at}"), vec![]));
            } else {
                arms.push((pattern, binds));
            }
        }
        self.matched(path, arms);
    }

    /// A pattern for each field.
    fn named_fields(&mut self, fields: &[(String, Ty)]) -> (String, Vec<Name>) {
        let names: Vec<_> = fields.iter().map(|(field, ty)| (field, self.name_of(ty))).collect();
        let listed: Vec<String> = names.iter().map(|(field, name)| format!("{field}: {}", written(name))).collect();
        (listed.join(", "), names.into_iter().map(|(_, name)| name).collect())
    }

    /// A name, mostly for a place.
    fn name_of(&mut self, ty: &Ty) -> Name {
        (self.fresh(), ty.clone(), self.random.chance(75))
    }

    fn matched(&mut self, path: &str, arms: Vec<(String, Vec<Name>)>) {
        self.block(&format!("match {path}"), |body| {
            for (text, binds) in arms {
                body.named(Head { text, binds, repeats: false });
            }
        });
    }

    fn named(&mut self, head: Head) {
        let outside = self.times;
        let counter = head.repeats.then(|| self.fresh());
        if let Some(counter) = &counter {
            self.line(&format!("let mut {counter} = 0"));
            self.times *= 4;
            self.loops += 1;
        }
        self.block(&head.text, |body| {
            if let Some(counter) = &counter {
                body.line(&format!("{counter} += 1"));
                body.line(&format!("if {counter} > 4 {{ break }}"));
            }
            head.binds.into_iter().for_each(|(name, ty, mutable)| body.bind(&name, ty, mutable));
            body.change();
            body.statements(2);
        });
        self.loops -= usize::from(counter.is_some());
        self.times = outside;
    }
}

fn written((name, _, mutable): &Name) -> String {
    if *mutable { format!("mut {name}") } else { name.clone() }
}

//! Values of small classes and pairs, which the compiler keeps as their words: statements about what is done to them in arrays, maps,
//! variables and closures. In: choices. Out: lines of the body; where a program can tell that something is wrong, it says so.

use super::body::Body;
use super::random::Random;
use super::stmt::MOST_TIMES;
use super::ty::Ty;
use super::{CHANGED, World};

/// The first so many classes of a program are small.
pub(super) const CLASSES: usize = 5;

/// The fields of a small class: numbers; one counted value among them; others inside; the same up to and beyond what is kept as
/// words; a single field.
pub(super) fn fields_of(random: &mut Random, number: usize) -> Vec<(String, Ty)> {
    let pair = |left: Ty, right: Ty| Ty::Pair(Box::new(left), Box::new(right));
    let plain = |random: &mut Random, count: usize| -> Vec<Ty> {
        (0..count).map(|_| random.of(&[Ty::Int, Ty::Int, Ty::Int, Ty::Float, Ty::Bool, Ty::Byte])).collect()
    };
    let count = random.between(0, 2);
    let mut all = plain(random, count);
    let at = random.below(all.len() + 1);
    match number {
        0 => {
            all.insert(at, Ty::Int);
            all.push(Ty::Int);
        }
        1 => {
            let counted = random.of(&[Ty::Text, Ty::Text, Ty::Text, Ty::array(Ty::Int), Ty::maybe(Ty::Int)]);
            all.insert(at, counted);
            all.push(Ty::Int);
        }
        2 => {
            let inside = random.of(&[Ty::Class(0), pair(Ty::Int, Ty::Class(0)), pair(Ty::Bool, Ty::Byte)]);
            all.insert(at, inside);
        }
        3 => {
            let inside = random.of(&[Ty::Class(1), pair(Ty::Class(1), Ty::Int), pair(Ty::Int, Ty::Text)]);
            all.insert(at, inside);
            all.push(random.of(&[Ty::Int, Ty::Class(0), Ty::Class(2)]));
        }
        _ => all = vec![random.of(&[Ty::Int, Ty::Text, Ty::Float, Ty::Class(0), Ty::Class(1)])],
    }
    all.into_iter().enumerate().map(|(at, ty)| (format!("m{at}"), ty)).collect()
}

/// A small type.
pub(super) fn ty(world: &World, random: &mut Random) -> Ty {
    let class = Ty::Class(random.below(world.classes.len().min(CLASSES)));
    let plain = random.of(&[Ty::Int, Ty::Int, Ty::Text, Ty::Float, Ty::Bool]);
    match random.below(10) {
        0..=6 => class,
        7 => Ty::Pair(Box::new(plain), Box::new(class)),
        8 => Ty::Pair(Box::new(class), Box::new(plain)),
        _ => Ty::Pair(Box::new(plain), Box::new(Ty::Int)),
    }
}

impl Body<'_> {
    pub(super) fn small(&mut self) {
        let ty = ty(self.world, self.random);
        let loops = self.times * 4 <= MOST_TIMES && self.depth < 3;
        match self.random.below(7) {
            0..=1 if loops => self.small_elements(&ty),
            2..=3 if loops => self.small_values(&ty),
            4 => self.captured(&ty),
            5 => self.searched(&ty),
            _ => self.exchanged(&ty),
        }
    }

    fn variable(&mut self, ty: &Ty, depth: usize) -> String {
        let (name, value) = (self.fresh(), self.expr(ty, depth));
        self.line(&format!("let mut {name}: {} = {value}", ty.name()));
        name
    }

    /// Says so if a condition holds that cannot.
    fn wrong_if(&mut self, condition: &str, shown: &str) {
        self.line(&format!("if {condition} {{ print(f\"{CHANGED} {shown}\") }}"));
    }

    /// A copy that must stay as it is to the end of the block.
    fn kept(&mut self, name: &str, ty: &Ty) {
        let copy = self.fresh();
        self.line(&format!("let {copy} = {name}"));
        self.bind(&copy, ty.clone(), false);
        self.watch(&copy);
    }

    fn in_loop(&mut self, head: &str, content: impl FnOnce(&mut Self)) {
        let outside = self.times;
        self.times *= 4;
        self.loops += 1;
        self.block(head, content);
        self.loops -= 1;
        self.times = outside;
    }

    /// `for p in ps { … }`, `ps[i].x += …`.
    fn small_elements(&mut self, element: &Ty) {
        let array = Ty::array(element.clone());
        let name = self.fresh();
        let literal = self.literal(&array, 2);
        self.line(&format!("let mut {name}: {} = {literal}", array.name()));
        self.kept(&name, &array);
        let another = self.expr(element, 1);
        self.line(&format!("{name}.push({another})"));
        self.bind(&name, array.clone(), false);
        let (at, each) = (self.fresh(), self.fresh());
        self.in_loop(&format!("for {at} in 0..{name}.len()"), |body| {
            body.bind(&at, Ty::Int, false);
            for _ in 0..2 {
                let steps = body.random.below(4);
                body.change_inside(&format!("{name}[{at}]"), element.clone(), steps);
            }
            if body.random.chance(50) {
                body.statements(1);
            }
        });
        self.in_loop(&format!("for {each} in {name}"), |body| {
            body.bind(&each, element.clone(), false);
            body.line(&format!("print(f\"{{{each}}}\")"));
            body.statements(1);
        });
        self.scope.iter_mut().filter(|it| it.name == name).for_each(|it| it.mutable = true);
        self.line(&format!("print({name})"));
    }

    /// The same as values of a map: `m[k].x += …`, `m.or_insert(k, p).set(…)`.
    fn small_values(&mut self, value: &Ty) {
        let key = Ty::key(self.world, self.random);
        let map = Ty::Map(Box::new(key.clone()), Box::new(value.clone()));
        let name = self.fresh();
        let literal = self.literal(&map, 2);
        self.line(&format!("let mut {name}: {} = {literal}", map.name()));
        self.kept(&name, &map);
        let [first, second, third] = [0, 1, 2].map(|at| self.key(&key, at));
        let put_in = self.expr(value, 1);
        self.line(&format!("{name}[{first}] = {put_in}"));
        let (by_default, steps) = (self.literal(value, 1), self.random.below(4));
        self.change_inside(&format!("{name}.or_insert({second}, {by_default})"), value.clone(), steps);
        self.block(&format!("if {name}.contains({third})"), |body| {
            let steps = body.random.below(4);
            body.change_inside(&format!("{name}[{third}]"), value.clone(), steps);
        });
        let (of, each) = (self.fresh(), self.fresh());
        self.in_loop(&format!("for ({of}, {each}) in {name}"), |body| {
            body.bind(&of, key.clone(), false);
            body.bind(&each, value.clone(), false);
            body.line(&format!("print(f\"{{{of}}} {{{each}}}\")"));
            body.statements(1);
        });
        self.line(&format!("print(({name}.keys(), {name}.values(), {name}.get({third}), {name}.remove({first})))"));
        self.bind(&name, map, true);
    }

    /// A closure keeps what it captured; one that takes and gives small values.
    fn captured(&mut self, ty: &Ty) {
        let name = self.variable(ty, 2);
        let (closure, number, before) = (self.fresh(), self.fresh(), self.fresh());
        self.line(&format!("let {closure} = (({number}: int) => ({name}, {number}))"));
        self.line(&format!("let {before} = f\"{{{name}}}\""));
        let steps = self.random.below(3);
        self.change_inside(&name, ty.clone(), steps);
        let result = self.fresh();
        self.line(&format!("let {result} = {closure}(3)"));
        self.wrong_if(&format!("f\"{{{result}.0}}\" != {before}"), &format!("{{{result}}} {{{before}}}"));
        self.bind(&name, ty.clone(), true);
        let (to, mapping) = (super::small::ty(self.world, self.random), self.fresh());
        let made = self.closure(ty, &to, 2);
        self.line(&format!("let {mapping} = {made}"));
        let array = self.evident(&Ty::array(ty.clone()), 1);
        self.line(&format!("print(({mapping}({name}), {array}.map({mapping}), {closure}(4)))"));
    }

    /// Elements that are looked for, and pairs of them.
    fn searched(&mut self, element: &Ty) {
        let array = Ty::array(element.clone());
        let (one, other) = (self.variable(&array, 2), self.variable(&array, 2));
        let wanted = self.expr(element, 1);
        self.line(&format!("print(({one}.contains({wanted}), {one}.index_of({wanted}), {one} == {other}))"));
        self.line(&format!("print(({one}.first(), {one}.last(), {one}.get(1), {one}.zip({other})))"));
        self.bind(&one, array.clone(), true);
        self.bind(&other, array, true);
        if self.times * 4 > MOST_TIMES || self.depth >= 3 {
            return;
        }
        let (left, right) = (self.fresh(), self.fresh());
        let paired = Ty::Pair(Box::new(element.clone()), Box::new(element.clone()));
        let (head, left_ty) = if self.random.chance(50) {
            (format!("for ({left}, {right}) in {one}.zip({other})"), element.clone())
        } else {
            (format!("for ({left}, {right}) in {one}.enumerate()"), Ty::Int)
        };
        self.in_loop(&head, |body| {
            body.bind(&left, left_ty.clone(), false);
            body.bind(&right, element.clone(), false);
            body.line(&format!("print(({left}, {right}))"));
            if left_ty == *element {
                let both = body.fresh();
                body.line(&format!("let mut {both}: {} = ({left}, {right})", paired.name()));
                body.bind(&both, paired, true);
                body.change();
            }
            body.statements(1);
        });
    }

    /// Two variables that change places, and two fields.
    fn exchanged(&mut self, ty: &Ty) {
        let (one, other) = (self.variable(ty, 2), self.variable(ty, 2));
        let (was_one, was_other, a, b) = (self.fresh(), self.fresh(), self.fresh(), self.fresh());
        self.line(&format!("let {was_one} = f\"{{{one}}}\""));
        self.line(&format!("let {was_other} = f\"{{{other}}}\""));
        let exchange = match self.random.below(4) {
            0 => format!("let {a} = {one}; {one} = {other}; {other} = {a}"),
            1 => format!("let {a} = ({other}, {one}); {one} = {a}.0; {other} = {a}.1"),
            2 => format!("let mut {a} = [{one}, {other}]; {a}.reverse(); {one} = {a}[0]; {other} = {a}[1]"),
            _ => format!("let ({a}, {b}) = ({other}, {one}); {one} = {a}; {other} = {b}"),
        };
        self.line(&exchange);
        let differs = format!("f\"{{{one}}}\" != {was_other} || f\"{{{other}}}\" != {was_one}");
        self.wrong_if(&differs, &format!("{{{one}}} {{{other}}} {{{was_one}}} {{{was_other}}}"));
        self.exchange_fields(&one, ty);
        self.bind(&one, ty.clone(), true);
        self.bind(&other, ty.clone(), true);
    }

    /// `p = Point { x: p.y, y: p.x }`.
    fn exchange_fields(&mut self, name: &str, ty: &Ty) {
        let (fields, class) = match ty {
            Ty::Class(number) => (self.world.classes[*number].fields.clone(), Some(number)),
            Ty::Pair(left, right) => {
                (vec![("0".to_owned(), (**left).clone()), ("1".to_owned(), (**right).clone())], None)
            }
            Ty::Int
            | Ty::Float
            | Ty::Bool
            | Ty::Byte
            | Ty::Text
            | Ty::Array(_)
            | Ty::Map(..)
            | Ty::Maybe(_)
            | Ty::Enum(_)
            | Ty::Function(..) => return,
        };
        let last = fields.len() - 1;
        let Some(first) = fields.iter().position(|(_, ty)| *ty == fields[last].1).filter(|at| *at < last) else {
            return;
        };
        let old = self.fresh();
        self.line(&format!("let {old} = {name}"));
        let from = |at: usize| {
            if at == first {
                last
            } else if at == last {
                first
            } else {
                at
            }
        };
        let read: Vec<String> = (0..fields.len()).map(|at| format!("{name}.{}", fields[from(at)].0)).collect();
        let made = match class {
            Some(number) => {
                let listed: Vec<String> =
                    fields.iter().zip(&read).map(|((field, _), value)| format!("{field}: {value}")).collect();
                format!("C{number} {{ {} }}", listed.join(", "))
            }
            None => format!("({})", read.join(", ")),
        };
        self.line(&format!("{name} = {made}"));
        let (one, other) = (&fields[first].0, &fields[last].0);
        let differs = format!(
            "f\"{{{name}.{one}}}\" != f\"{{{old}.{other}}}\" || f\"{{{name}.{other}}}\" != f\"{{{old}.{one}}}\""
        );
        self.wrong_if(&differs, &format!("{{{name}}} {{{old}}}"));
    }
}

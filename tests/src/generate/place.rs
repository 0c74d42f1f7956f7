//! Paths that are read, and places that are changed. In: variables in scope. Out: text. Indices and keys on the way to a place are
//! mostly tested first.

use super::body::{Body, Variable};
use super::ty::Ty;

/// A place, what is there, and what must hold for it to exist.
pub(super) struct Place {
    pub(super) path: String,
    pub(super) ty: Ty,
    pub(super) conditions: Vec<String>,
}

impl Body<'_> {
    /// A variable, or a field of one, of this type.
    pub(super) fn path(&mut self, ty: &Ty) -> Option<String> {
        let mut found = vec![];
        for variable in &self.scope {
            self.paths_in(&variable.name, &variable.ty, ty, 2, &mut found);
        }
        if found.is_empty() { None } else { Some(self.random.of(&found)) }
    }

    fn paths_in(&self, path: &str, at: &Ty, wanted: &Ty, depth: usize, found: &mut Vec<String>) {
        if at == wanted {
            found.push(path.to_owned());
        }
        if depth == 0 {
            return;
        }
        if let Ty::Class(number) = at {
            for (field, ty) in &self.world.classes[*number].fields {
                self.paths_in(&format!("{path}.{field}"), ty, wanted, depth - 1, found);
            }
        } else if let Ty::Pair(left, right) = at {
            self.paths_in(&format!("{path}.0"), left, wanted, depth - 1, found);
            self.paths_in(&format!("{path}.1"), right, wanted, depth - 1, found);
        }
    }

    /// A variable of this type that can be changed.
    pub(super) fn mutable_of(&mut self, ty: &Ty) -> Option<String> {
        let fits = |it: &&Variable| it.mutable && it.ty == *ty && it.name != "self";
        let all: Vec<String> = self.scope.iter().filter(fits).map(|it| it.name.clone()).collect();
        if all.is_empty() { None } else { Some(self.random.of(&all)) }
    }

    /// A change in one line, if there is something that can be changed.
    pub(super) fn effect(&mut self) -> Option<String> {
        let mutable: Vec<Variable> = self.scope.iter().filter(|it| it.mutable && it.name != "self").cloned().collect();
        if mutable.is_empty() {
            return None;
        }
        let Variable { name, ty, .. } = self.random.of(&mutable);
        Some(match &ty {
            Ty::Int => format!("{name} ^= {}", self.expr(&ty, 0)),
            Ty::Array(_) if self.random.chance(50) => format!("{name}.reverse()"),
            Ty::Array(element) => format!("if {name}.len() < 9 {{ {name}.push({}) }}", self.expr(element, 0)),
            Ty::Map(key, value) => {
                let at = self.random.below(3);
                format!("{name}[{}] = {}", self.key(key, at), self.expr(value, 0))
            }
            Ty::Float
            | Ty::Bool
            | Ty::Byte
            | Ty::Text
            | Ty::Pair(..)
            | Ty::Maybe(_)
            | Ty::Class(_)
            | Ty::Enum(_)
            | Ty::Function(..) => format!("{name} = {}", self.literal(&ty, 1)),
        })
    }

    /// Changes something, if there is something that can be changed.
    pub(super) fn change(&mut self) {
        let mutable: Vec<Variable> = self.scope.iter().filter(|variable| variable.mutable).cloned().collect();
        if mutable.is_empty() {
            return;
        }
        let root = self.random.of(&mutable);
        // `self` as a whole cannot be assigned.
        let steps = if root.name == "self" { 1 + self.random.below(3) } else { self.random.below(4) };
        self.change_inside(&root.name, root.ty, steps);
        if self.random.chance(25) {
            self.line(&format!("print({})", root.name));
        }
    }

    /// Changes something at most so many steps inside a place.
    pub(super) fn change_inside(&mut self, path: &str, ty: Ty, steps: usize) {
        let place = self.place_inside(path, ty, steps);
        if place.path == "self" {
            return;
        }
        if place.conditions.is_empty() {
            self.change_at(&place.path, &place.ty);
        } else {
            let conditions = place.conditions.join(" && ");
            self.block(&format!("if ({conditions})"), |body| body.change_at(&place.path, &place.ty));
        }
    }

    /// A place in a variable, or all of it.
    pub(super) fn some_place(&mut self, root: &Variable) -> Place {
        // `self` as a whole cannot be assigned.
        let steps = if root.name == "self" { 1 + self.random.below(3) } else { self.random.below(4) };
        self.place_inside(&root.name, root.ty.clone(), steps)
    }

    fn place_inside(&mut self, path: &str, ty: Ty, mut steps: usize) -> Place {
        let mut place = Place { path: path.to_owned(), ty, conditions: vec![] };
        while steps > 0 && self.step(&mut place) {
            steps -= 1;
        }
        place
    }

    /// One step into the place: false if there is nothing inside.
    fn step(&mut self, place: &mut Place) -> bool {
        let careful = self.random.chance(95);
        match place.ty.clone() {
            Ty::Class(number) => {
                let fields = self.world.classes[number].fields.clone();
                let (field, ty) = self.random.of(&fields);
                (place.path, place.ty) = (format!("{}.{field}", place.path), ty);
            }
            Ty::Pair(left, right) => {
                let (side, ty) = self.random.of(&[(0, left), (1, right)]);
                (place.path, place.ty) = (format!("{}.{side}", place.path), *ty);
            }
            Ty::Array(element) => {
                let index = self.random.below(2);
                if careful {
                    place.conditions.push(format!("{}.len() > {index}", place.path));
                }
                (place.path, place.ty) = (format!("{}[{index}]", place.path), *element);
            }
            Ty::Map(key, value) => {
                let at = self.random.below(3);
                let key = self.key(&key, at);
                if self.random.chance(40) {
                    let value_text = self.expr(&value, 0);
                    (place.path, place.ty) = (format!("{}.or_insert({key}, {value_text})", place.path), *value);
                } else {
                    if careful {
                        place.conditions.push(format!("{}.contains({key})", place.path));
                    }
                    (place.path, place.ty) = (format!("{}[{key}]", place.path), *value);
                }
            }
            Ty::Int | Ty::Float | Ty::Bool | Ty::Byte | Ty::Text | Ty::Maybe(_) | Ty::Enum(_) | Ty::Function(..) => {
                return false;
            }
        }
        true
    }

    fn change_at(&mut self, path: &str, ty: &Ty) {
        if self.random.chance(25) {
            return self.assign(path, ty);
        }
        let line = match ty {
            Ty::Int => {
                let operator = self.random.of(&["+=", "-=", "+=", "^=", "*="]);
                format!("{path} {operator} {}", self.expr(&Ty::Int, 1))
            }
            Ty::Float => format!("{path} += {}", self.expr(&Ty::Float, 1)),
            Ty::Array(element) => return self.change_array(path, element),
            Ty::Map(key, value) => return self.change_map(path, key, value),
            Ty::Class(number) if self.world.methods_are_there && self.random.chance(60) => {
                let set = self.world.classes[*number].set.clone();
                self.cost += 10 * self.times;
                let itself = set == *ty && self.random.chance(40);
                let value = if itself { path.to_owned() } else { self.expr(&set, 1) };
                format!("print({path}.set({value}))")
            }
            Ty::Bool
            | Ty::Byte
            | Ty::Text
            | Ty::Pair(..)
            | Ty::Maybe(_)
            | Ty::Class(_)
            | Ty::Enum(_)
            | Ty::Function(..) => return self.assign(path, ty),
        };
        self.line(&line);
    }

    fn assign(&mut self, path: &str, ty: &Ty) {
        // In a loop, what may hold one of its own kind gets a new one.
        let holds = self.times > 1 && matches!(ty, Ty::Maybe(inner) if matches!(**inner, Ty::Class(_)));
        let value = if holds { self.literal(ty, 2) } else { self.expr(ty, 2) };
        self.line(&format!("{path} = {value}"));
    }

    fn change_array(&mut self, path: &str, element: &Ty) {
        let short = format!("if ({path}.len() < 9)");
        match self.random.below(10) {
            0..=3 => {
                let value = self.expr(element, 1);
                self.block(&short, |body| body.line(&format!("{path}.push({value})")));
            }
            4 => self.line(&format!("print({path}.pop())")),
            5 => self.line(&format!("{path}.reverse()")),
            6 if element.has_order() => self.line(&format!("{path}.sort()")),
            6 => self.line(&format!("{path}.clear()")),
            8 => {
                let of = self.closure(element, &Ty::Int, 1);
                let (name, a, b) = (self.fresh(), self.fresh(), self.fresh());
                self.line(&format!("let {name} = {of}"));
                self.line(&format!("{path}.sort_by(({a}, {b}) => if {name}({a}) < {name}({b}) {{ -1 }} else {{ 1 }})"));
            }
            7 => {
                let (at, value) = (usize::from(self.random.chance(15)), self.expr(element, 1));
                self.block(&short, |body| body.line(&format!("{path}.insert_at({at}, {value})")));
            }
            _ => {
                let head = format!("if (!{path}.is_empty())");
                self.block(&head, |body| body.line(&format!("print({path}.remove_at(0))")));
            }
        }
    }

    fn change_map(&mut self, path: &str, key: &Ty, value: &Ty) {
        let at = self.random.below(3);
        let key = self.key(key, at);
        let line = match self.random.below(6) {
            0..=2 => format!("{path}[{key}] = {}", self.expr(value, 1)),
            3 => format!("{path}.insert({key}, {})", self.expr(value, 1)),
            4 => format!("print({path}.remove({key}))"),
            _ => format!("{path}.clear()"),
        };
        self.line(&line);
    }
}

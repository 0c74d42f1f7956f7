//! The body of a function under construction: its text, the variables in scope, what it may do and what it costs. In: a signature.
//! Out: text. Files beside this one write statements, expressions, places and calls into it.

use super::random::Random;
use super::ty::Ty;
use super::{CHANGED, World};
use std::collections::BTreeSet;

/// A function that can be called.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    pub(super) name: String,
    pub(super) params: Vec<Ty>,
    pub(super) result: Ty,
    pub(super) raises: BTreeSet<usize>,
    pub(super) cost: usize,
}

/// A variable.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) ty: Ty,
    pub(super) mutable: bool,
    /// A variable with its text at the start, which must still be its text at the end of the block.
    pub(super) witness: Option<String>,
}

/// A body under construction.
#[derive(Debug)]
pub(super) struct Body<'w> {
    pub(super) world: &'w mut World,
    pub(super) random: &'w mut Random,
    pub(super) text: String,
    pub(super) scope: Vec<Variable>,
    pub(super) result: Ty,
    /// The errors that it may raise.
    pub(super) may_raise: BTreeSet<usize>,
    /// Those that it does raise.
    pub(super) raises: BTreeSet<usize>,
    /// About so many statements run.
    pub(super) cost: usize,
    /// What stands here runs so often.
    pub(super) times: usize,
    /// Blocks around.
    pub(super) depth: usize,
    /// Loops around, inside this function.
    pub(super) loops: usize,
    /// In a closure nothing is raised, and no captured variable changes.
    pub(super) in_closure: bool,
    names: usize,
}

impl<'w> Body<'w> {
    pub(super) fn new(
        world: &'w mut World,
        random: &'w mut Random,
        result: Ty,
        may_raise: BTreeSet<usize>,
    ) -> Body<'w> {
        Body {
            world,
            random,
            text: String::new(),
            scope: vec![],
            result,
            may_raise,
            raises: BTreeSet::new(),
            cost: 1,
            times: 1,
            depth: 0,
            loops: 0,
            in_closure: false,
            names: 0,
        }
    }

    /// A variable is in scope from here on.
    pub(super) fn bind(&mut self, name: &str, ty: Ty, mutable: bool) {
        self.scope.push(Variable { name: name.to_owned(), ty, mutable, witness: None });
    }

    /// At the end of its block, a variable looks as it looks now.
    pub(super) fn watch(&mut self, name: &str) {
        let witness = self.witness(name);
        self.scope.iter_mut().filter(|it| it.name == name).for_each(|it| it.witness = Some(witness.clone()));
    }

    /// Notes what a variable, which nothing may change, looks like now.
    pub(super) fn witness(&mut self, name: &str) -> String {
        let witness = self.fresh();
        self.line(&format!("let {witness} = f\"{{{name}}}\""));
        witness
    }

    /// Says so if it has changed.
    pub(super) fn testify(&mut self, name: &str, witness: &str) {
        self.line(&format!(
            "if {witness} != f\"{{{name}}}\" {{ print(f\"{CHANGED} {name}: {{{witness}}} {{{name}}}\") }}"
        ));
    }

    fn testify_from(&mut self, scope: usize) {
        let seen = |it: &Variable| it.witness.clone().map(|witness| (it.name.clone(), witness));
        for (name, witness) in self.scope[scope..].iter().filter_map(seen).collect::<Vec<_>>() {
            self.testify(&name, &witness);
        }
    }

    pub(super) fn fresh(&mut self) -> String {
        self.names += 1;
        format!("v{}", self.names)
    }

    /// A line.
    pub(super) fn line(&mut self, text: &str) {
        self.text += &"    ".repeat(self.depth + 1);
        self.text += text;
        self.text.push('\n');
        self.cost += self.times;
    }

    /// A block of statements; what it binds ends with it.
    pub(super) fn block(&mut self, head: &str, content: impl FnOnce(&mut Self)) {
        self.line(&format!("{head} {{"));
        self.inside(content);
        self.line("}");
    }

    /// The same without its braces.
    pub(super) fn inside(&mut self, content: impl FnOnce(&mut Self)) {
        let scope = self.scope.len();
        self.depth += 1;
        content(self);
        self.testify_from(scope);
        self.depth -= 1;
        self.scope.truncate(scope);
    }

    /// Ends the function.
    pub(super) fn give_result(&mut self) {
        if self.random.chance(30) {
            self.print_all();
        }
        self.testify_from(0);
        let result = self.expr(&self.result.clone(), 2);
        self.line(&format!("return {result}"));
    }

    /// Shows what is in scope.
    pub(super) fn print_all(&mut self) {
        for variable in self.scope.clone() {
            if variable.name != "self" && !matches!(variable.ty, Ty::Function(..)) {
                self.line(&format!("print(f\"{0} = {{{0}}}\")", variable.name));
            }
        }
    }
}

//! A service that keeps small values in its fields, alone and in collections, and what `main` asks of it. In: choices. Out: text.

use super::World;
use super::body::Body;
use super::random::Random;
use super::small;
use super::ty::Ty;
use std::collections::BTreeSet;

impl World {
    /// Declares the service. Its method takes and gives values of the type that comes out.
    pub(super) fn keeper(&mut self, random: &mut Random) -> Ty {
        let (ty, inside) = (small::ty(self, random), small::ty(self, random));
        let mut body = Body::new(self, random, ty.clone(), BTreeSet::new());
        body.bind("x", ty.clone(), false);
        body.line("let before = self.whole");
        body.bind("before", ty.clone(), false);
        body.watch("x");
        body.watch("before");
        body.line("self.whole = x");
        body.line("if self.all.len() < 9 { self.all.push(x) }");
        body.line("self.named[\"a\"] = before");
        let changed = [
            ("self.whole", &ty),
            ("self.pair.1", &inside),
            ("self.all[0]", &ty),
            ("self.named[\"a\"]", &ty),
            ("self.named.or_insert(\"b\", x)", &ty),
            ("self.whole", &ty),
        ];
        for (path, of) in changed {
            let steps = body.random.below(4);
            body.change_inside(path, of.clone(), steps);
        }
        body.give_result();
        let put = body.text;
        let (ty_name, inside) = (ty.name(), inside.name());
        let (pair, lists) = (format!("(int, {inside})"), format!("([{ty_name}], Map<string, {ty_name}>)"));
        self.text += &format!("class Keeper {{ whole: {ty_name}, pair: {pair}, all: [{ty_name}]\n");
        self.text += &format!("named: Map<string, {ty_name}>\n");
        self.text += &format!("fn put(mut self, x: {ty_name}) {ty_name} {{\n{put}}}\n");
        self.text += &format!("fn state(self) ({ty_name}, {pair}) {{ return (self.whole, self.pair) }}\n");
        self.text += &format!("fn lists(self) {lists} {{ return (self.all, self.named) }}\n}}\n");
        ty
    }

    /// What `main` asks of it.
    pub(super) fn asked(&mut self, random: &mut Random, ty: &Ty) -> String {
        let mut body = Body::new(self, random, Ty::Int, BTreeSet::new());
        let [first, second] = [(); 2].map(|()| body.literal(ty, 2));
        let put = |value: &str| format!("print(self.keeper.put({value})!)");
        format!("{}; {}; print((self.keeper.state()!, self.keeper.lists()!))", put(&first), put(&second))
    }
}

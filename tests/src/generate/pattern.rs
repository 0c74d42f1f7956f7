//! `match` and `if let`: over enums, nullable values, ints, pairs and bools, as statements and as expressions. In: what arms do. Out:
//! text; matches are exhaustive and have no arm that cannot be reached.

use super::body::Body;
use super::ty::Ty;

/// A pattern and what it binds.
struct Arm {
    pattern: String,
    binds: Vec<(String, Ty)>,
}

impl Body<'_> {
    pub(super) fn match_expr(&mut self, ty: &Ty, depth: usize) -> String {
        let (subject, arms) = self.arms(depth);
        let mut text = String::new();
        for arm in arms {
            let scope = self.scope.len();
            arm.binds.into_iter().for_each(|(name, ty)| self.bind(&name, ty, false));
            let value = self.expr(ty, depth);
            self.scope.truncate(scope);
            text += &format!("{} => {value}, ", arm.pattern);
        }
        format!("(match ({subject}) {{ {text}}})")
    }

    pub(super) fn match_statement(&mut self) {
        let (subject, arms) = self.arms(2);
        self.block(&format!("match ({subject})"), |body| {
            for arm in arms {
                body.block(&arm.pattern, |body| {
                    arm.binds.into_iter().for_each(|(name, ty)| body.bind(&name, ty, false));
                    body.statements(2);
                });
            }
        });
    }

    pub(super) fn if_let(&mut self) {
        let inner = Ty::random(self.world, self.random, 2);
        if matches!(inner, Ty::Maybe(_)) {
            return;
        }
        let (name, subject) = (self.fresh(), self.evident(&Ty::maybe(inner.clone()), 2));
        self.block(&format!("if let {name} = ({subject})"), |body| {
            body.bind(&name, inner, false);
            body.statements(2);
        });
    }

    fn arms(&mut self, depth: usize) -> (String, Vec<Arm>) {
        match self.random.below(4) {
            0..=1 if !self.world.enums.is_empty() => self.enum_arms(depth),
            2 => self.maybe_arms(depth),
            3 => self.pair_arms(depth),
            _ => self.int_arms(depth),
        }
    }

    fn enum_arms(&mut self, depth: usize) -> (String, Vec<Arm>) {
        let number = self.random.below(self.world.enums.len());
        let subject = self.expr(&Ty::Enum(number), depth);
        let variants = self.world.enums[number].variants.clone();
        let all = self.random.chance(60);
        let kept = if all { variants.len() } else { self.random.between(1, variants.len() - 1) };
        let mut arms = vec![];
        for (at, fields) in variants.iter().take(kept).enumerate() {
            let mut binds = vec![];
            let mut listed = vec![];
            for (field, ty) in fields {
                let name = self.fresh();
                listed.push(format!("{field}: {name}"));
                binds.push((name, ty.clone()));
            }
            let braces = if fields.is_empty() { String::new() } else { format!(" {{ {} }}", listed.join(", ")) };
            arms.push(Arm { pattern: format!("D{number}.V{at}{braces}"), binds });
        }
        if kept < variants.len() {
            arms.push(Arm { pattern: "_".to_owned(), binds: vec![] });
        }
        (subject, arms)
    }

    fn maybe_arms(&mut self, depth: usize) -> (String, Vec<Arm>) {
        let inner = Ty::random(self.world, self.random, 1);
        let (subject, name) = (self.evident(&Ty::maybe(inner.clone()), depth), self.fresh());
        let there = Arm { pattern: format!("{name}?"), binds: vec![(name, inner)] };
        (subject, vec![Arm { pattern: "none".to_owned(), binds: vec![] }, there])
    }

    fn int_arms(&mut self, depth: usize) -> (String, Vec<Arm>) {
        let (subject, name) = (self.expr(&Ty::Int, depth), self.fresh());
        let plain = |pattern: &str| Arm { pattern: pattern.to_owned(), binds: vec![] };
        let rest = Arm { pattern: name.clone(), binds: vec![(name.clone(), Ty::Int)] };
        self.bind(&name, Ty::Int, false);
        let guard = self.truth(1);
        self.scope.pop();
        let guarded = Arm { pattern: format!("{name} if ({guard})"), binds: vec![(name, Ty::Int)] };
        (subject, vec![plain("0"), plain("1 | 2"), guarded, plain("3..10"), rest])
    }

    fn pair_arms(&mut self, depth: usize) -> (String, Vec<Arm>) {
        let inner = Ty::random(self.world, self.random, 1);
        let ty = Ty::Pair(Box::new(Ty::Bool), Box::new(inner.clone()));
        let (subject, name) = (self.evident(&ty, depth), self.fresh());
        let bound = Arm { pattern: format!("(true, {name})"), binds: vec![(name, inner)] };
        (subject, vec![bound, Arm { pattern: "(false, _)".to_owned(), binds: vec![] }])
    }
}

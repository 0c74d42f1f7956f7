//! Expressions of a type. In: the type, how deeply they may nest. Out: text that stands anywhere, in parentheses where it matters.

use super::body::Body;
use super::ty::Ty;

impl Body<'_> {
    /// Any expression where its type is known from around it.
    pub(super) fn expr(&mut self, ty: &Ty, depth: usize) -> String {
        if (depth == 0 || self.random.chance(40))
            && let Some(path) = self.path(ty)
        {
            return path;
        }
        if depth == 0 {
            return self.literal(ty, 0);
        }
        match self.random.below(100) {
            0..=13 => self.call(ty, depth).unwrap_or_else(|| self.made(ty, depth)),
            14..=18 => {
                let (condition, then) = (self.truth(depth - 1), self.with_effect(ty, depth - 1));
                format!("(if ({condition}) {{ {then} }} else {{ {} }})", self.with_effect(ty, depth - 1))
            }
            19..=22 => self.match_expr(ty, depth - 1),
            23..=29 => self.or_else(ty, depth),
            30..=36 => self.indexed(ty, depth),
            _ => self.made(ty, depth),
        }
    }

    /// The same where the type must be seen from the expression itself.
    pub(super) fn evident(&mut self, ty: &Ty, depth: usize) -> String {
        match ty {
            Ty::Int | Ty::Float | Ty::Bool | Ty::Byte | Ty::Text | Ty::Class(_) | Ty::Enum(_) | Ty::Function(..) => {
                self.expr(ty, depth)
            }
            Ty::Array(_) | Ty::Map(..) | Ty::Pair(..) | Ty::Maybe(_) => {
                if let Some(path) = self.path(ty).filter(|_| self.random.chance(70)) {
                    return path;
                }
                let known = self.world.named.iter().position(|named| named == ty);
                let number = known.unwrap_or_else(|| {
                    self.world.named.push(ty.clone());
                    self.world.named.len() - 1
                });
                format!("as{number}({})", self.expr(ty, depth))
            }
        }
    }

    /// The inside of a block: a change of something in scope, often, and a value.
    fn with_effect(&mut self, ty: &Ty, depth: usize) -> String {
        match self.random.chance(50).then(|| self.effect()).flatten() {
            Some(effect) => format!("{effect}; {}", self.expr(ty, depth)),
            None => self.expr(ty, depth),
        }
    }

    /// What operators, methods and literals make.
    fn made(&mut self, ty: &Ty, depth: usize) -> String {
        match ty {
            Ty::Int => self.int(depth - 1),
            Ty::Float => self.float(depth - 1),
            Ty::Bool => self.truth(depth - 1),
            Ty::Byte => self.byte(depth - 1),
            Ty::Text => self.string(depth - 1),
            Ty::Array(element) => self.array(element, depth - 1),
            Ty::Maybe(inner) => self.maybe(inner, depth - 1),
            Ty::Map(..) | Ty::Pair(..) | Ty::Class(_) | Ty::Enum(_) | Ty::Function(..) => self.literal(ty, depth - 1),
        }
    }

    /// `xs[i]`, where that is tested.
    fn indexed(&mut self, ty: &Ty, depth: usize) -> String {
        let Some(array) = self.path(&Ty::array(ty.clone())) else { return self.made(ty, depth) };
        let index = self.random.below(3);
        if self.random.chance(4) {
            return format!("{array}[{index}]");
        }
        format!("(if ({array}.len() > {index}) {{ {array}[{index}] }} else {{ {} }})", self.expr(ty, depth - 1))
    }

    /// `m ?? e`.
    fn or_else(&mut self, ty: &Ty, depth: usize) -> String {
        if matches!(ty, Ty::Maybe(_) | Ty::Function(..)) {
            return self.made(ty, depth);
        }
        let maybe = self.evident(&Ty::maybe(ty.clone()), depth - 1);
        match self.random.chance(15).then(|| self.raise()).flatten() {
            Some(raise) => format!("({maybe} ?? {raise})"),
            None => format!("({maybe} ?? {})", self.expr(ty, depth - 1)),
        }
    }

    /// `raise E { … }`, if this function may.
    pub(super) fn raise(&mut self) -> Option<String> {
        if self.may_raise.is_empty() || self.in_closure {
            return None;
        }
        let all: Vec<usize> = self.may_raise.iter().copied().collect();
        let error = self.random.of(&all);
        self.raises.insert(error);
        let fields = self.world.errors[error].clone();
        let fields = self.fields(&fields, 1);
        Some(format!("raise E{error}{fields}"))
    }

    /// Values for fields, in braces.
    fn fields(&mut self, fields: &[(String, Ty)], depth: usize) -> String {
        if fields.is_empty() {
            return String::new();
        }
        let mut listed = vec![];
        for (name, ty) in fields {
            // What holds one of its own kind holds a new one: otherwise loops would double it.
            let value = if name == "next" { self.literal(ty, depth) } else { self.expr(ty, depth) };
            listed.push(format!("{name}: {value}"));
        }
        format!(" {{ {} }}", listed.join(", "))
    }

    /// A literal; its parts are any expressions.
    pub(super) fn literal(&mut self, ty: &Ty, depth: usize) -> String {
        let less = depth.saturating_sub(1);
        match ty {
            Ty::Int => self.int_literal(),
            Ty::Float => self.random.of(&["0.5", "-1.25", "3.0", "100.0", "-0.0", "1e21", "0.1"]).to_owned(),
            Ty::Bool => self.random.of(&["true", "false"]).to_owned(),
            Ty::Byte => format!("({} as byte)", self.random.of(&[0, 1, 2, 7, 100, 200, 255])),
            Ty::Text => self
                .random
                .of(&["\"\"", "\"a\"", "\"bc\"", "\"h\u{e9} x\"", "\"12\"", "\"a,b,,c\"", "\"Q\\n\\\"\""])
                .to_owned(),
            Ty::Array(element) => {
                let count = if depth == 0 { self.random.below(2) } else { self.random.below(4) };
                let elements: Vec<String> = (0..count).map(|_| self.expr(element, less)).collect();
                format!("[{}]", elements.join(", "))
            }
            Ty::Map(key, value) => {
                let count = self.random.below(3);
                let entries: Vec<String> =
                    (0..count).map(|at| format!("{}: {}", self.key(key, at), self.expr(value, less))).collect();
                format!("({{{}}})", entries.join(", "))
            }
            Ty::Pair(left, right) => format!("({}, {})", self.expr(left, less), self.expr(right, less)),
            Ty::Maybe(_) if depth == 0 || self.random.chance(30) => "none".to_owned(),
            Ty::Maybe(inner) => self.literal(inner, less),
            Ty::Class(number) => {
                let fields = self.world.classes[*number].fields.clone();
                format!("(C{number}{})", self.fields(&fields, less))
            }
            Ty::Enum(number) => {
                let variant = self.random.below(self.world.enums[*number].variants.len());
                let fields = self.world.enums[*number].variants[variant].clone();
                format!("(D{number}.V{variant}{})", self.fields(&fields, less))
            }
            Ty::Function(param, result) => self.closure(param, result, depth),
        }
    }

    /// The same keys again and again, so that maps have them.
    pub(super) fn key(&mut self, ty: &Ty, at: usize) -> String {
        match ty {
            Ty::Text => {
                self.random.of(&[["\"a\"", "\"k\""], ["\"bc\"", "\"12\""], ["\"\"", "\"q\""]][at.min(2)]).to_owned()
            }
            Ty::Byte => format!("({at} as byte)"),
            Ty::Bool => at.is_multiple_of(2).to_string(),
            Ty::Float => format!("{at}.5"),
            Ty::Pair(left, right) => format!("({}, {})", self.key(left, at), self.key(right, at)),
            Ty::Class(number) => {
                let fields = self.world.classes[*number].fields.clone();
                let listed: Vec<String> =
                    fields.iter().map(|(name, ty)| format!("{name}: {}", self.key(ty, at))).collect();
                format!("(C{number} {{ {} }})", listed.join(", "))
            }
            Ty::Int | Ty::Array(_) | Ty::Map(..) | Ty::Maybe(_) | Ty::Enum(_) | Ty::Function(..) => at.to_string(),
        }
    }

    /// A closure; it may capture what is in scope.
    pub(super) fn closure(&mut self, param: &Ty, result: &Ty, depth: usize) -> String {
        let name = self.fresh();
        let outside = (self.in_closure, self.scope.clone());
        self.in_closure = true;
        self.scope.iter_mut().for_each(|variable| variable.mutable = false);
        self.bind(&name, param.clone(), false);
        let value = self.evident(result, depth);
        (self.in_closure, self.scope) = outside;
        format!("(({name}: {}) => {value})", param.name())
    }

    fn array(&mut self, element: &Ty, depth: usize) -> String {
        let ty = Ty::array(element.clone());
        match self.random.below(10) {
            0..=1 => {
                let from = Ty::random(self.world, self.random, 1);
                let (array, closure) = (self.evident(&Ty::array(from.clone()), depth), self.closure(&from, element, 1));
                format!("{array}.map({closure})")
            }
            2..=3 => format!("{}.filter({})", self.evident(&ty, depth), self.closure(element, &Ty::Bool, 1)),
            4 if *element == Ty::Text => {
                format!("{}.split({})", self.expr(&Ty::Text, depth), self.expr(&Ty::Text, depth))
            }
            5 if *element == Ty::Text => format!("{}.chars()", self.expr(&Ty::Text, depth)),
            6 => {
                let (array, start) = (self.evident(&ty, depth), usize::from(self.random.chance(5)));
                format!("{array}.slice({start}, min({array}.len(), {}))", self.random.between(1, 3))
            }
            7..=8 if matches!(element, Ty::Int | Ty::Text | Ty::Byte | Ty::Class(0 | 2)) => {
                let value = Ty::random(self.world, self.random, 1);
                let by_key = Ty::Map(Box::new(element.clone()), Box::new(value));
                format!("{}.keys()", self.evident(&by_key, depth))
            }
            9 => {
                let map = Ty::Map(Box::new(Ty::Int), Box::new(element.clone()));
                format!("{}.values()", self.evident(&map, depth))
            }
            _ => self.literal(&ty, depth),
        }
    }

    fn maybe(&mut self, inner: &Ty, depth: usize) -> String {
        let array = Ty::array(inner.clone());
        let popped = self.random.chance(15).then(|| self.mutable_of(&array)).flatten();
        if let Some(popped) = popped {
            return format!("{popped}.pop()");
        }
        match self.random.below(8) {
            0 => format!("{}.first()", self.evident(&array, depth)),
            1 => format!("{}.last()", self.evident(&array, depth)),
            2 => format!("{}.get({})", self.evident(&array, depth), self.expr(&Ty::Int, depth)),
            3 => {
                let (at, map) = (self.random.below(3), Ty::Map(Box::new(Ty::Text), Box::new(inner.clone())));
                format!("{}.get({})", self.evident(&map, depth), self.key(&Ty::Text, at))
            }
            4 if *inner == Ty::Int => format!("{}.to_int()", self.expr(&Ty::Text, depth)),
            5 if *inner == Ty::Int => {
                format!("{}.index_of({})", self.expr(&Ty::Text, depth), self.expr(&Ty::Text, depth))
            }
            6 if *inner == Ty::Float => format!("{}.to_float()", self.expr(&Ty::Text, depth)),
            _ => self.expr(inner, depth),
        }
    }
}

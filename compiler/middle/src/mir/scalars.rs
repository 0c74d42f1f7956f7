//! Scalar replacement: values of inline types become their words. In: MIR from `lower`, where every local holds a whole value, and the
//! layouts. Out: the same with a local for each word, indices that are those of words, and boxes where exactly one word is wanted.
//! Runs before the ownership pass, so that each word is moved, counted and dropped by itself.
//!
//! A reference to a variable whose words are locals is only a name for them: what is read and written through it are the locals.
//! Only where it leaves the function, to a method that changes it, do they stand in memory, side by side ([`Addressed::Behind`]).

mod ends;
mod insts;
mod places;
mod tidy;
mod values;

use super::flow;
use super::{
    Addressed, Block, BlockData, Const, Entry, Func, Function, Holds, Inst, Local, LocalDecl, Name, Operand, Program,
    Root, Service, Type, TypeId,
};
use crate::ids::{Id, IndexVec};
use crate::layout::Layouts;
use std::collections::{BTreeMap, BTreeSet};

/// Replaces the values of inline types in all functions.
pub fn replace(program: &mut Program) {
    let Program { types, layouts, functions, services, .. } = program;
    if !types.ids().any(|ty| layouts.is_inline(ty)) {
        return;
    }
    let services = services.iter().map(|service| service.fields.iter().map(|(_, ty)| *ty).collect()).collect();
    let mut table = Table::of(types, layouts, services);
    for function in functions.iter() {
        let params = function.params.iter().map(|(param, _)| function.locals[*param].ty).collect();
        table.signatures.push(params);
    }
    for function in functions.iter_mut() {
        let mut pass = Pass::new(function, &mut table);
        pass.blocks();
        pass.finish(function);
        tidy::tidy(function);
    }
}

/// Types and layouts, to which references to words may be added.
struct Table<'p> {
    types: &'p mut IndexVec<TypeId, Type>,
    layouts: &'p mut Layouts,
    /// By what they point to.
    references: BTreeMap<TypeId, TypeId>,
    truth: Option<TypeId>,
    /// The parameters of each function, and the fields of each service, as `lower` knows them.
    signatures: IndexVec<Func, Vec<TypeId>>,
    services: IndexVec<Service, Vec<TypeId>>,
}

impl<'p> Table<'p> {
    fn of(
        types: &'p mut IndexVec<TypeId, Type>,
        layouts: &'p mut Layouts,
        services: IndexVec<Service, Vec<TypeId>>,
    ) -> Table<'p> {
        let found =
            types.iter_enumerated().filter_map(|(id, ty)| if let Type::Ref(to) = ty { Some((*to, id)) } else { None });
        let references = found.collect();
        let truth = types.iter_enumerated().find(|(_, ty)| **ty == Type::Bool).map(|(id, _)| id);
        Table { types, layouts, references, truth, signatures: IndexVec::new(), services }
    }

    /// The type of references to values of a type.
    fn reference(&mut self, to: TypeId) -> TypeId {
        if let Some(known) = self.references.get(&to) {
            return *known;
        }
        let id = self.add(Type::Ref(to));
        self.references.insert(to, id);
        id
    }

    /// `bool`.
    fn truth(&mut self) -> TypeId {
        let known = self.truth;
        known.unwrap_or_else(|| self.add(Type::Bool))
    }

    fn add(&mut self, ty: Type) -> TypeId {
        let id = self.types.push(ty);
        self.layouts.add_plain(id);
        id
    }
}

/// Some words of an inline variable, or all of them: what a reference names.
#[derive(Clone, Copy)]
struct Place {
    /// The variable, as `lower` knows it.
    variable: Local,
    /// The local of the first word.
    first: Local,
    /// The type of the value that these words are.
    ty: TypeId,
}

/// A function in the making. "Old" locals and blocks are those of `lower`.
struct Pass<'t, 'p> {
    table: &'t mut Table<'p>,
    old: IndexVec<Local, LocalDecl>,
    source: IndexVec<Block, BlockData>,
    /// How many edges lead to each old block.
    entries: IndexVec<Block, u32>,
    entry: Entry,
    result: TypeId,
    /// By old local: that of its (first) word.
    at: IndexVec<Local, Local>,
    locals: IndexVec<Local, LocalDecl>,
    /// By local: is it set once, and never through a reference?
    fixed: Vec<bool>,
    /// By old local: what references to inline variables name.
    places: BTreeMap<Local, Place>,
    /// Old references to nullable values in entries of maps: they are packed there.
    packed: BTreeSet<Local>,
    /// Locals that are only another name for one that is `fixed` too.
    names: BTreeMap<Local, Local>,
    /// Old inline variables that must stand in memory.
    in_memory: BTreeSet<Local>,
    done: IndexVec<Block, BlockData>,
    /// By old block: what comes first there.
    first: BTreeMap<Block, Vec<Inst>>,
    /// The block in hand.
    insts: Vec<Inst>,
}

impl<'t, 'p> Pass<'t, 'p> {
    fn new(function: &mut Function, table: &'t mut Table<'p>) -> Pass<'t, 'p> {
        let old = std::mem::take(&mut function.locals);
        let source = std::mem::take(&mut function.blocks);
        let fixed = set_once(function, &old, &source);
        let mut entries = IndexVec::filled(0, source.len());
        source.iter().for_each(|data| flow::edges(&data.end, &mut |to, _| entries[*to] += 1));
        let empty = BlockData { insts: Vec::new(), end: super::Terminator::Unreachable };
        let mut pass = Pass {
            table,
            entries,
            entry: function.entry,
            result: function.result,
            at: IndexVec::new(),
            locals: IndexVec::new(),
            fixed: Vec::new(),
            places: BTreeMap::new(),
            packed: BTreeSet::new(),
            names: BTreeMap::new(),
            in_memory: BTreeSet::new(),
            done: IndexVec::filled(empty, source.len()),
            first: BTreeMap::new(),
            insts: Vec::new(),
            old: IndexVec::new(),
            source,
        };
        for (local, decl) in old.iter_enumerated() {
            pass.place_local(decl, fixed[local]);
        }
        pass.old = old;
        pass
    }

    /// A local for each word.
    fn place_local(&mut self, decl: &LocalDecl, is_fixed: bool) {
        let first = self.locals.next_id();
        self.at.push(first);
        for word in self.table.layouts.words(decl.ty).to_vec() {
            let inline = word != decl.ty;
            let addressed = if inline { Addressed::No } else { decl.addressed };
            self.locals.push(LocalDecl { ty: word, addressed, root: None, ..decl.clone() });
            self.fixed.push(is_fixed);
        }
    }

    /// All blocks, each after those that lead to it, but for loops: what a reference names is known when it is used.
    fn blocks(&mut self) {
        for block in flow::order(&self.source) {
            self.insts = self.first.remove(&block).unwrap_or_default();
            let data = self.source[block].clone();
            data.insts.iter().for_each(|inst| self.inst(inst));
            let end = self.end(&data.end);
            let insts = std::mem::take(&mut self.insts);
            self.done[block] = BlockData { insts, end };
        }
    }

    fn finish(self, function: &mut Function) {
        let Pass { at, old, table, mut locals, names, in_memory, done, .. } = self;
        for variable in in_memory {
            let first = at[variable];
            for (number, _) in table.layouts.words(old[variable].ty).iter().enumerate() {
                let word = Local::from_index(first.index() + number);
                locals[word].addressed = if number == 0 { Addressed::Yes } else { Addressed::Behind };
            }
        }
        let params = std::mem::take(&mut function.params);
        for (param, passing) in params {
            let count = table.layouts.words(old[param].ty).len();
            function.params.extend(words_from(at[param], count).map(|local| (local, passing)));
        }
        function.locals = locals;
        function.blocks = done;
        tidy::rename(function, &names);
    }

    // ---- locals and operands ----

    fn is_inline(&self, old: Local) -> bool {
        self.table.layouts.is_inline(self.old[old].ty)
    }

    fn width(&self, ty: TypeId) -> usize {
        self.table.layouts.words(ty).len()
    }

    /// The locals of the words of an old local.
    fn words(&self, old: Local) -> Vec<Local> {
        words_from(self.at[old], self.width(self.old[old].ty)).collect()
    }

    /// A new local that is set once.
    fn temp(&mut self, ty: TypeId) -> Local {
        self.fixed.push(true);
        let decl = LocalDecl { ty, name: Name::from(""), addressed: Addressed::No, root: None, holds: Holds::Count };
        self.locals.push(decl)
    }

    /// A new local for a reference to a value of a type, in what `root` says.
    fn reference_to(&mut self, ty: TypeId, root: Option<Root>) -> Local {
        let ty = self.table.reference(ty);
        let local = self.temp(ty);
        self.locals[local].root = root;
        local
    }

    /// The type of an old operand that is a local.
    fn type_of(&self, operand: &Operand) -> Option<TypeId> {
        match operand {
            Operand::Copy(local) | Operand::Move(local) => Some(self.old[*local].ty),
            Operand::Const(_) => None,
        }
    }

    /// The words of an old operand, where a value of this type is wanted.
    fn parts(&mut self, operand: &Operand, ty: TypeId) -> Vec<Operand> {
        match operand {
            Operand::Copy(local) | Operand::Move(local) if self.is_inline(*local) => {
                self.words(*local).into_iter().map(Operand::Copy).collect()
            }
            Operand::Const(Const::Null) if self.table.layouts.is_inline(ty) => self.zeros(ty),
            Operand::Copy(_) | Operand::Move(_) | Operand::Const(_) => vec![self.word(operand)],
        }
    }

    /// Words of which nothing is known but that they are 0: those of `none`, and slots of an enum that a variant does not need.
    fn zeros(&self, ty: TypeId) -> Vec<Operand> {
        let words = self.table.layouts.words(ty).iter();
        words.map(|word| Operand::Const(zero(&self.table.types[*word]))).collect()
    }

    /// An old operand as one word: packed if it is inline, a real reference if it names words.
    fn word(&mut self, operand: &Operand) -> Operand {
        let (Operand::Copy(local) | Operand::Move(local)) = operand else { return operand.clone() };
        if let Some(place) = self.places.get(local).copied() {
            return Operand::Copy(self.address(place));
        }
        if !self.is_inline(*local) {
            return Operand::Copy(self.at[*local]);
        }
        let ty = self.old[*local].ty;
        let words = self.words(*local).into_iter().map(Operand::Copy).collect();
        self.pack(ty, words)
    }

    /// A value of an inline type as one word.
    fn pack(&mut self, ty: TypeId, words: Vec<Operand>) -> Operand {
        let dest = self.temp(ty);
        self.insts.push(match self.table.layouts.layout(ty).tells {
            Some(_) => Inst::Pack { dest, ty, words },
            None => Inst::New { dest, ty, fields: words },
        });
        Operand::Copy(dest)
    }

    /// Reads a word of a value that is packed.
    fn unpack(&self, ty: TypeId, dest: Local, packed: Local, index: u32) -> Inst {
        let base = Operand::Copy(packed);
        match self.table.layouts.layout(ty).tells {
            Some(_) => Inst::Unpack { dest, base, index },
            None => Inst::Field { dest, base, index },
        }
    }

    /// The one local that an instruction is to set in the place of an old one, and, if its value comes packed, what takes it apart.
    fn dest(&mut self, old: Local, unpack: &mut Vec<Inst>) -> Local {
        if !self.is_inline(old) {
            return self.at[old];
        }
        let ty = self.old[old].ty;
        let packed = self.temp(ty);
        for (index, dest) in (0_u32..).zip(self.words(old)) {
            unpack.push(self.unpack(ty, dest, packed, index));
        }
        packed
    }

    /// Puts words into locals. One that is set nowhere else gets only another name.
    fn assign(&mut self, dests: Vec<Local>, values: Vec<Operand>) {
        let overlap = values.iter().any(|value| matches!(value, Operand::Copy(local) if dests.contains(local)));
        let values = if overlap { self.apart(values) } else { values };
        for (dest, value) in dests.into_iter().zip(values) {
            if let Operand::Copy(from) = value
                && self.is_name(dest, from)
            {
                self.names.insert(dest, from);
            } else {
                let word = self.set_word(dest, value);
                self.insts.push(word);
            }
        }
    }

    /// Sets a word to one that may be nullable where it is not, or the other way round: in slots of enums and niches.
    fn set_word(&self, dest: Local, value: Operand) -> Inst {
        let ty = self.locals[dest].ty;
        let is_nullable = |ty: TypeId| matches!(self.table.types[ty], Type::Nullable { .. });
        let from_nullable = match &value {
            Operand::Copy(from) | Operand::Move(from) => is_nullable(self.locals[*from].ty),
            Operand::Const(constant) => *constant == Const::Null,
        };
        match (is_nullable(ty), from_nullable) {
            (true, false) => Inst::Wrap { dest, ty, value },
            (false, true) if matches!(value, Operand::Copy(_)) => Inst::Unwrap { dest, base: value },
            (false | true, true | false) => Inst::Assign { dest, value },
        }
    }

    fn is_name(&self, dest: Local, from: Local) -> bool {
        let fixed = self.fixed[dest.index()] && self.fixed[from.index()];
        fixed && self.locals[dest].ty == self.locals[from].ty
    }

    /// Values in locals of their own, so that setting the first changes no other.
    fn apart(&mut self, values: Vec<Operand>) -> Vec<Operand> {
        let apart = values.into_iter().map(|value| {
            let Operand::Copy(from) = value else { return value };
            let dest = self.temp(self.locals[from].ty);
            self.fixed[dest.index()] = false;
            self.insts.push(Inst::Assign { dest, value });
            Operand::Copy(dest)
        });
        apart.collect()
    }
}

/// The constant of a type that is 0.
fn zero(ty: &Type) -> Const {
    if *ty == Type::Unit {
        return Const::Unit;
    }
    if *ty == Type::Float {
        return Const::Float(0.0);
    }
    if ty.is_counted() { Const::Null } else { Const::Int(0) }
}

fn words_from(first: Local, count: usize) -> impl Iterator<Item = Local> {
    (first.index()..first.index() + count).map(Local::from_index)
}

/// By local: is it set at one place only, and has no reference?
fn set_once(
    function: &Function,
    locals: &IndexVec<Local, LocalDecl>,
    blocks: &IndexVec<Block, BlockData>,
) -> IndexVec<Local, bool> {
    let mut sets: IndexVec<Local, u32> = IndexVec::filled(0, locals.len());
    function.params.iter().for_each(|(param, _)| sets[*param] += 1);
    for data in blocks.iter() {
        data.insts.iter().for_each(|inst| flow::dests(inst).into_iter().flatten().for_each(|dest| sets[dest] += 1));
        flow::edges(&data.end, &mut |_, dests| dests.iter().for_each(|dest| sets[*dest] += 1));
    }
    let mut once = IndexVec::new();
    for (local, decl) in locals.iter_enumerated() {
        once.push(sets[local] == 1 && decl.addressed == Addressed::No);
    }
    once
}

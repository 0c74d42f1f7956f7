//! One function in the making: its locals, blocks and the place where the next instruction goes. Used by all parts of `lower`.
//! What fails goes to the caller, or to the `within` around it. Code after `return` and the like goes to a block that nothing enters; `tidy` removes it.

use super::place::Place;
use super::program::{Key, Lowering};
use super::within::Deadline;
use crate::hir::{self, Mutability};
use crate::ids::{ClassId, ExprId, FnId, Id, IndexVec, LocalId, TyId};
use crate::mir::{
    Addressed, Block, BlockData, Checks, Const, Entry, Func, Function, HasStatus, Holds, Inst, Local, LocalDecl, Name,
    OnFail, Operand, Passing, Root, Site, StackCheck, Terminator, Type, TypeId,
};
use crate::span::Span;
use crate::ty::{Ty, TyTable};
use std::collections::BTreeMap;

/// What `self` is.
#[derive(Clone, Debug)]
pub(super) enum This {
    /// There is none.
    None,
    /// A value, in methods with `self`.
    Value(Local),
    /// The address of a value, in methods with `mut self`.
    Reference(Local),
    /// A service: a parameter, or the instance itself.
    Service(Operand),
}

/// Where a call goes that fails: to the caller, or to a `catch`, with its status.
#[derive(Clone, Copy, Debug)]
pub(super) enum OnError {
    Propagate,
    Catch { status: Local, handlers: Block },
}

/// Where `break` and `continue` go.
#[derive(Clone, Copy, Debug)]
pub(super) struct LoopEnds {
    pub(super) next: Block,
    pub(super) exit: Block,
    /// How many deadlines hold around the loop.
    pub(super) deadlines: usize,
}

pub(super) struct Body<'c, 'a> {
    pub(super) cx: &'c mut Lowering<'a>,
    name: Name,
    /// Its name in call paths.
    path: Name,
    pub(super) this: This,
    /// The class of which it is a method, or stands in one.
    pub(super) class: Option<ClassId>,
    /// Does it run in another task than the method in which it stands?
    pub(super) in_task: bool,
    /// The call of `spawn self.service.method(…)`, in its task.
    pub(super) spawned: Option<ExprId>,
    /// Its result.
    pub(super) result: TyId,
    pub(super) loops: Vec<Option<LoopEnds>>,
    /// The deadlines that hold where we are, the innermost last.
    pub(super) deadlines: Vec<Deadline>,
    /// Whose variables it has.
    home: Option<FnId>,
    vars: Vec<Option<Local>>,
    /// Variables that are names for places.
    pub(super) named: BTreeMap<LocalId, Place>,
    locals: IndexVec<Local, LocalDecl>,
    /// By local: can the program change it?
    mutable: Vec<bool>,
    pub(super) blocks: IndexVec<Block, BlockData>,
    current: Block,
    /// Where in the source what is lowered now stands.
    at: Option<Span>,
    /// What the current block says of that, so far.
    told: Option<Site>,
    pub(super) fail: Option<OnFail>,
    /// Taken instead of every other way out.
    pub(super) guard: Option<OnFail>,
}

impl<'c, 'a> Body<'c, 'a> {
    pub(super) fn new(cx: &'c mut Lowering<'a>, name: Name, source: Option<FnId>) -> Body<'c, 'a> {
        let home = source.map(|id| cx.program.outermost(id));
        let function = home.map(|id| &cx.program.fns[id]);
        let path = source.map_or_else(|| name.clone(), |id| cx.program.fns[id].qualified.clone());
        let function_span = source.map(|id| cx.program.fns[id].span);
        let mut blocks = IndexVec::new();
        let current = blocks.push(empty_block());
        Body {
            name,
            path,
            this: This::None,
            class: source.and_then(|id| cx.program.class_of(id)),
            in_task: source.is_some_and(|id| cx.in_task(id)),
            spawned: None,
            result: source.map_or(TyTable::UNIT, |id| cx.types.results[id]),
            loops: vec![None; function.map_or(0, |function| function.loop_count)],
            vars: vec![None; function.map_or(0, |function| function.locals.len())],
            named: BTreeMap::new(),
            deadlines: Vec::new(),
            home,
            locals: IndexVec::new(),
            mutable: Vec::new(),
            blocks,
            current,
            at: function_span,
            told: None,
            fail: None,
            guard: None,
            cx,
        }
    }

    /// The finished function, called by its name.
    pub(super) fn finish(self, params: Vec<Local>, result: TypeId, site: Site, stack_check: StackCheck) -> Function {
        self.finish_as(Entry::Direct, params, result, site, stack_check)
    }

    /// The finished function.
    pub(super) fn finish_as(
        self,
        entry: Entry,
        params: Vec<Local>,
        result: TypeId,
        site: Site,
        stack_check: StackCheck,
    ) -> Function {
        Function {
            name: self.name,
            params: params.into_iter().map(|param| (param, Passing::Owned)).collect(),
            result,
            status: HasStatus::Yes,
            stack_check,
            locals: self.locals,
            blocks: self.blocks,
            site,
            entry,
        }
    }

    // Types.

    /// The MIR type of a type.
    pub(super) fn mir_ty(&mut self, ty: TyId) -> TypeId {
        self.cx.table.of(ty)
    }

    /// The structure of a type.
    pub(super) fn get(&self, ty: TyId) -> &'a Ty {
        self.cx.types.table.get(ty)
    }

    /// The type of an expression's value, after coercion.
    pub(super) fn ty(&self, expr: &hir::Expr) -> TyId {
        self.cx.types.coercions.get(&expr.id).copied().unwrap_or(self.cx.types.exprs[expr.id])
    }

    /// Is it a type whose only value needs no local?
    pub(super) fn is_unit(&mut self, ty: TyId) -> bool {
        let ty = self.mir_ty(ty);
        *self.cx.table.get(ty) == Type::Unit
    }

    // Locals.

    /// A new local.
    pub(super) fn local(&mut self, ty: TypeId, name: Name) -> Local {
        self.mutable.push(false);
        self.locals.push(LocalDecl { ty, name, addressed: Addressed::No, root: None, holds: Holds::Count })
    }

    /// A new local without name.
    pub(super) fn temp(&mut self, ty: TyId) -> Local {
        let ty = self.mir_ty(ty);
        self.local(ty, "".into())
    }

    /// A new local of a type without name.
    pub(super) fn plain(&mut self, ty: Type) -> Local {
        let ty = self.cx.table.plain(ty);
        self.local(ty, "".into())
    }

    /// A new local for a reference to a value inside of `root`.
    pub(super) fn reference_to(&mut self, target: TypeId, root: Option<Local>) -> Local {
        let ty = self.cx.table.plain(Type::Ref(target));
        let local = self.local(ty, "".into());
        self.locals[local].root = root.map(Root::one);
        local
    }

    /// The local of a variable of the program.
    pub(super) fn var(&mut self, var: LocalId) -> Local {
        if let Some(local) = self.vars[var.index()] {
            return local;
        }
        let home = self.home.expect("only functions of the program have variables");
        let ty = self.cx.types.locals[home][var];
        let ty = self.mir_ty(ty);
        let decl = &self.cx.program.fns[home].locals[var];
        let local = self.local(ty, decl.name.clone());
        self.mutable[local.index()] = decl.mutability == Mutability::Mutable;
        self.vars[var.index()] = Some(local);
        local
    }

    /// The local of a variable that a closure took along: inside, nothing changes it.
    pub(super) fn captured(&mut self, var: LocalId) -> Local {
        let local = self.var(var);
        self.mutable[local.index()] = false;
        local
    }

    /// Keeps a local in memory, so that it has an address.
    pub(super) fn keep_in_memory(&mut self, local: Local) {
        self.locals[local].addressed = Addressed::Yes;
    }

    /// The type of a local.
    pub(super) fn local_ty(&self, local: Local) -> TypeId {
        self.locals[local].ty
    }

    /// A value that does not change when the variable that it was read from does.
    pub(super) fn settled(&mut self, value: Operand) -> Operand {
        match value {
            Operand::Copy(local) if self.is_mutable(local) => self.copied(local),
            Operand::Copy(_) | Operand::Move(_) | Operand::Const(_) => value,
        }
    }

    /// A copy of a local in a new one.
    pub(super) fn copied(&mut self, local: Local) -> Operand {
        let dest = self.local(self.locals[local].ty, "".into());
        self.assign(dest, Operand::Copy(local));
        Operand::Copy(dest)
    }

    /// A value in a local, where its type must be known from the operand.
    pub(super) fn in_local(&mut self, value: Operand, ty: TyId) -> Operand {
        match value {
            Operand::Copy(_) | Operand::Move(_) => value,
            Operand::Const(_) => self.emit(ty, |dest| Inst::Assign { dest, value }),
        }
    }

    /// Can the program change this local?
    pub(super) fn is_mutable(&self, local: Local) -> bool {
        self.mutable[local.index()]
    }

    // Instructions.

    /// Appends an instruction.
    pub(super) fn push(&mut self, inst: Inst) {
        if self.cx.checks == Checks::Memory {
            self.tell_place();
        }
        self.blocks[self.current].insts.push(inst);
    }

    /// What is lowered from now on stands there. Gives what was said before.
    pub(super) fn stand_at(&mut self, span: Option<Span>) -> Option<Span> {
        std::mem::replace(&mut self.at, span)
    }

    /// The next instruction stands where we are.
    fn tell_place(&mut self) {
        let Some(span) = self.at else { return };
        let site = self.site(span);
        if self.told != Some(site) {
            self.told = Some(site);
            self.blocks[self.current].insts.push(Inst::At { site });
        }
    }

    /// Appends an instruction that sets a new local of this type.
    pub(super) fn emit(&mut self, ty: TyId, make: impl FnOnce(Local) -> Inst) -> Operand {
        let dest = self.temp(ty);
        self.push(make(dest));
        Operand::Copy(dest)
    }

    /// `dest = value`.
    pub(super) fn assign(&mut self, dest: Local, value: Operand) {
        self.push(Inst::Assign { dest, value });
    }

    // Blocks.

    /// A new block without instructions, entered by nothing so far.
    pub(super) fn block(&mut self) -> Block {
        self.blocks.push(empty_block())
    }

    /// A new block that is finished.
    pub(super) fn made(&mut self, data: BlockData) -> Block {
        self.blocks.push(data)
    }

    /// Ends the current block; what follows cannot be reached until `go_on`.
    pub(super) fn end(&mut self, end: Terminator) {
        self.blocks[self.current].end = end;
        let unreached = self.block();
        self.go_on(unreached);
    }

    /// The next instruction goes to this block.
    pub(super) fn go_on(&mut self, block: Block) {
        self.current = block;
        self.told = None;
    }

    /// Ends the current block by a jump.
    pub(super) fn goto(&mut self, block: Block) {
        self.end(Terminator::Goto(block));
    }

    /// Ends the current block by a jump to a block, and goes on there.
    pub(super) fn enter(&mut self, block: Block) {
        self.goto(block);
        self.go_on(block);
    }

    /// Ends the current block by a test and goes on in a new block if it holds.
    pub(super) fn unless(&mut self, cond: Operand, otherwise: Block) {
        let then = self.block();
        self.end(Terminator::Branch { cond, then, otherwise });
        self.go_on(then);
    }

    // Places and functions.

    /// The place in call paths.
    pub(super) fn site(&mut self, span: Span) -> Site {
        self.cx.site(&self.path, span)
    }

    /// The MIR function of a function of the program.
    pub(super) fn func(&mut self, function: FnId) -> Func {
        self.cx.func(Key::Plain(function))
    }
}

fn empty_block() -> BlockData {
    BlockData { insts: Vec::new(), end: Terminator::Unreachable }
}

/// A truth value.
pub(super) fn truth(value: bool) -> Operand {
    Operand::Const(Const::Int(i64::from(value)))
}

/// `()`.
pub(super) const UNIT: Operand = Operand::Const(Const::Unit);

/// An integer.
pub(super) fn int(value: i64) -> Operand {
    Operand::Const(Const::Int(value))
}

/// A text.
pub(super) fn text(value: &str) -> Operand {
    Operand::Const(Const::Str(value.into()))
}

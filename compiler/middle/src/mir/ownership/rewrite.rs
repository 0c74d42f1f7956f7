//! Rewrites each block: last owned uses become `Move`, others get a `Dup` before, a last borrowed use gets a `Drop` behind.
//! In: a function and its liveness. Out: the function changed, and what dies on which edge.

use super::super::flow::{self, Use};
use super::super::{Block, Function, Inst, Local, Operand, Terminator};
use super::liveness::Live;
use super::{Roles, passing_of};
use crate::ids::Id;

/// The locals to drop on an edge: block, position among its edges, locals in order.
pub(super) type Dying = Vec<(Block, usize, Vec<Local>)>;

pub(super) fn blocks(function: &mut Function, roles: &Roles, live: &Live) -> Dying {
    let mut pass = Pass {
        roles,
        live: vec![false; function.locals.len()],
        marked: Vec::new(),
        uses: vec![(0, 0); function.locals.len()],
        used: Vec::new(),
        dying: Vec::new(),
    };
    for block in function.blocks.ids() {
        let data = &mut function.blocks[block];
        pass.block(block, &mut data.insts, &mut data.end, live);
    }
    let entry = Block::from_index(0);
    let unused = function.params.iter().map(|(local, _)| *local);
    let unused = unused.filter(|local| roles.is_owned(*local) && !live.at_start[entry].contains(local));
    let drops: Vec<Inst> = unused.map(Inst::Drop).collect();
    function.blocks[entry].insts.splice(0..0, drops);
    pass.dying
}

struct Pass<'a> {
    roles: &'a Roles<'a>,
    /// Live behind the place where we are. All false between blocks.
    live: Vec<bool>,
    /// What may be true in `live`.
    marked: Vec<Local>,
    /// Owned and borrowed uses by the instruction in hand. All zero between instructions.
    uses: Vec<(u32, u32)>,
    used: Vec<Local>,
    dying: Dying,
}

impl Pass<'_> {
    fn block(&mut self, block: Block, insts: &mut Vec<Inst>, end: &mut Terminator, live: &Live) {
        let mut reversed = Vec::with_capacity(insts.len() + 4);
        self.end(block, end, live, &mut reversed);
        for inst in std::mem::take(insts).into_iter().rev() {
            self.inst(inst, &mut reversed);
        }
        reversed.reverse();
        *insts = reversed;
        for local in self.marked.drain(..) {
            self.live[local.index()] = false;
        }
    }

    fn set_live(&mut self, local: Local) {
        if !self.live[local.index()] {
            self.live[local.index()] = true;
            self.marked.push(local);
        }
    }

    fn inst(&mut self, mut inst: Inst, reversed: &mut Vec<Inst>) {
        for dest in flow::dests(&inst).into_iter().flatten().filter(|dest| self.roles.is_owned(*dest)) {
            if !std::mem::take(&mut self.live[dest.index()]) {
                reversed.push(Inst::Drop(dest));
            }
        }
        let roles = self.roles;
        roles.inst_uses(&inst, &mut |local, how| self.count(local, how));
        let plan = self.plan();
        flow::inst_operands_mut(&mut inst, &mut |operand, how| plan.apply(operand, how));
        reversed.extend(plan.after.iter().copied().map(Inst::Drop));
        reversed.push(inst);
        reversed.extend(plan.before.iter().copied().map(Inst::Dup));
    }

    fn end(&mut self, block: Block, end: &mut Terminator, live: &Live, reversed: &mut Vec<Inst>) {
        let roles = self.roles;
        let mut targets: Vec<(Block, Vec<Local>)> = Vec::new();
        flow::edges(end, &mut |to, set| {
            targets.push((*to, set.iter().copied().filter(|local| roles.is_owned(*local)).collect()));
        });
        for (to, set) in &targets {
            for local in live.at_start[*to].iter().filter(|local| !set.contains(local)) {
                self.set_live(*local);
            }
        }
        roles.end_uses(end, &mut |local, how| self.count(local, how));
        let plan = self.plan();
        let passings = roles.passings;
        let passing = |function, index| passing_of(passings, function, index);
        flow::end_operands_mut(end, &passing, &mut |operand, how| plan.apply(operand, how));
        reversed.extend(plan.before.iter().copied().map(Inst::Dup));
        let held = self.marked.iter().filter(|local| plan.moved.binary_search(local).is_err());
        self.edges(block, held.copied().collect(), &targets, live);
    }

    /// Drops on each edge what is held and not live behind it.
    fn edges(&mut self, block: Block, mut held: Vec<Local>, targets: &[(Block, Vec<Local>)], live: &Live) {
        held.sort_unstable();
        for (position, (to, set)) in targets.iter().enumerate() {
            let wanted = &live.at_start[*to];
            let mut drops: Vec<Local> = Vec::new();
            for local in &held {
                if wanted.binary_search(local).is_err() {
                    drops.push(*local);
                }
            }
            drops.extend(set.iter().filter(|local| wanted.binary_search(local).is_err()));
            drops.sort_unstable();
            if !drops.is_empty() {
                self.dying.push((block, position, drops));
            }
        }
    }

    fn count(&mut self, local: Local, how: Use) {
        let uses = &mut self.uses[local.index()];
        if *uses == (0, 0) {
            self.used.push(local);
        }
        match how {
            Use::Owned => uses.0 += 1,
            Use::Borrowed => uses.1 += 1,
        }
    }

    /// Decides for every local used by the instruction in hand, and makes them live before it.
    fn plan(&mut self) -> Plan {
        let mut plan = Plan::default();
        for local in std::mem::take(&mut self.used) {
            let (owned, borrowed) = std::mem::take(&mut self.uses[local.index()]);
            let stays = self.live[local.index()] || !self.roles.is_owned(local);
            let moves = !stays && borrowed == 0;
            let dups = if moves { owned - 1 } else { owned };
            plan.before.extend(std::iter::repeat_n(local, dups as usize));
            if moves {
                plan.moved.push(local);
            } else if !stays {
                plan.after.push(local);
            }
            if self.roles.is_owned(local) {
                self.set_live(local);
            }
        }
        plan.moved.sort_unstable();
        plan.left = plan.moved.iter().map(|_| std::cell::Cell::new(true)).collect();
        plan
    }
}

/// What happens to the locals that an instruction uses.
#[derive(Default)]
struct Plan {
    /// One more count each, before.
    before: Vec<Local>,
    /// Moved into the instruction; sorted.
    moved: Vec<Local>,
    /// Not yet moved: the first owned use takes it (all of a local's uses are equal).
    left: Vec<std::cell::Cell<bool>>,
    /// Dropped behind.
    after: Vec<Local>,
}

impl Plan {
    fn apply(&self, operand: &mut Operand, how: Use) {
        if let (Operand::Copy(local), Use::Owned) = (&*operand, how)
            && let Ok(at) = self.moved.binary_search(local)
            && self.left[at].replace(false)
        {
            *operand = Operand::Move(*local);
        }
    }
}

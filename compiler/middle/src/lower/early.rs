//! Early ends: where what fails goes. To the caller, to a `catch`, or out of the `within` around it.

use super::body::{Body, OnError};
use crate::ids::TyId;
use crate::mir::{Block, BlockData, Func, Inst, Local, OnFail, Operand, Site, Terminator, Type};

impl Body<'_, '_> {
    /// The way out for faults and handed-on errors.
    pub(super) fn on_fail(&mut self) -> OnFail {
        let within = self.deadlines.last().map(|deadline| deadline.fails);
        if let Some(on_fail) = self.guard.or(within).or(self.fail) {
            return on_fail;
        }
        let status = self.plain(Type::Status);
        let fail = self.made(BlockData { insts: Vec::new(), end: Terminator::Fail(Operand::Copy(status)) });
        let on_fail = OnFail { status, fail };
        self.fail = Some(on_fail);
        on_fail
    }

    /// Lets everything that fails go another way out.
    pub(super) fn guarded<R>(&mut self, on_fail: OnFail, make: impl FnOnce(&mut Self) -> R) -> R {
        let outer = self.guard.replace(on_fail);
        let made = make(self);
        self.guard = outer;
        made
    }

    /// Ends the block by a terminator that can fault and sets a new local of this type otherwise; goes on behind it.
    pub(super) fn faulting(&mut self, ty: TyId, make: impl FnOnce(Local, Block, OnFail) -> Terminator) -> Operand {
        let dest = self.temp(ty);
        let on_fail = self.on_fail();
        let then = self.block();
        self.end(make(dest, then, on_fail));
        self.go_on(then);
        Operand::Copy(dest)
    }

    /// Ends the function early with an error or fault in hand.
    pub(super) fn fail_with(&mut self, status: Operand) {
        let on_fail = self.on_fail();
        self.assign(on_fail.status, status);
        self.goto(on_fail.fail);
    }

    /// Calls a function. `dest` is a new local.
    pub(super) fn call(&mut self, dest: Local, function: Func, args: Vec<Operand>, site: Site, on_error: OnError) {
        let on_fail = self.call_fails(site, on_error);
        let then = self.block();
        self.end(Terminator::Call { dests: vec![dest], function, args, then, on_fail: Some(on_fail), site });
        self.go_on(then);
    }

    /// Where a call goes that fails. On the way to the caller it is noted on the path.
    pub(super) fn call_fails(&mut self, site: Site, on_error: OnError) -> OnFail {
        match on_error {
            OnError::Catch { status, handlers } => OnFail { status, fail: handlers },
            OnError::Propagate => {
                let OnFail { status, fail } = self.on_fail();
                let insts = vec![Inst::Trace { status: Operand::Copy(status), site }];
                let noted = self.made(BlockData { insts, end: Terminator::Goto(fail) });
                OnFail { status, fail: noted }
            }
        }
    }

    /// The same for what begins the path with its own place.
    pub(super) fn own_path_fails(&mut self, on_error: OnError) -> OnFail {
        match on_error {
            OnError::Catch { status, handlers } => OnFail { status, fail: handlers },
            OnError::Propagate => self.on_fail(),
        }
    }
}

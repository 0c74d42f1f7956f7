//! Making objects. In: their types and words. Out: code that takes the first piece of free memory of their size from the worker's lists
//! (`pluto_abi::layout::FreeList`), and calls the runtime where there is none: also for all that is checked, as the lists are empty then.
//!
//! Where the lists are is asked of the task each time: it may go on on another worker after each call. Cranelift does not keep what
//! was loaded over a call.

use crate::abi::RuntimeFn;
use crate::emitter::Emitter;
use cranelift_codegen::ir::{BlockArg, InstBuilder, Value, types};
use pluto_abi::layout::{self, FreeList, SMALL_WORDS};
use pluto_middle::mir::TypeId;

impl Emitter<'_> {
    /// A new object of these words (of an enum, the tag first).
    pub(crate) fn object(&mut self, ty: TypeId, words: &[Value]) -> Value {
        let object = if words.len() + HEADER <= SMALL_WORDS {
            self.small_object(ty, words.len())
        } else {
            self.any_object(ty, words.len())
        };
        self.store_words(object, layout::FIELDS, words);
        object
    }

    fn any_object(&mut self, ty: TypeId, words: usize) -> Value {
        let (desc, count) = (self.desc(ty), self.number(words));
        self.ask(RuntimeFn::object_new, &[desc, count])
    }

    fn small_object(&mut self, ty: TypeId, words: usize) -> Value {
        let (take, ask, done) = (self.block(), self.cold_block(), self.block());
        let object = self.b.append_block_param(done, types::I64);
        let whereabouts = self.load(self.task, layout::WHEREABOUTS);
        let lists = self.load(whereabouts, layout::LISTS);
        let list = i32::try_from((words + HEADER) * size_of::<FreeList>()).expect("few lists");
        let piece = self.load(lists, list + layout::FREE_FIRST);
        self.branch(piece, take, ask);

        self.begin(take);
        let next = self.load(piece, 0);
        self.store(lists, list + layout::FREE_FIRST, next);
        let count = self.load(lists, list + layout::FREE_COUNT);
        let fewer = self.b.ins().iadd_imm_s(count, -1);
        self.store(lists, list + layout::FREE_COUNT, fewer);
        // The count, and what is reserved behind it.
        let one = self.word(1);
        self.store(piece, layout::COUNT, one);
        let desc = self.desc(ty);
        self.store(piece, layout::DESC, desc);
        self.b.ins().jump(done, &[BlockArg::Value(piece)]);

        self.begin(ask);
        let other = self.any_object(ty, words);
        self.b.ins().jump(done, &[BlockArg::Value(other)]);
        self.begin(done);
        object
    }
}

/// The words of a header.
const HEADER: usize = 2;

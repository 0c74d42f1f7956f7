//! Built-in methods. In: a [`Method`] and its operands. Out: inline code for the small ones, a runtime call for the others.

use super::FnCx;
use super::place::Exits;
use crate::abi::RuntimeFn;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use pluto_abi::layout;
use pluto_middle::mir::{Local, Method, Operand, Type, TypeId};

const NS_PER_MS: i64 = 1_000_000;

/// How a method is done.
#[derive(Clone, Copy)]
enum Plan {
    /// The length word.
    Len,
    /// Is the length word 0?
    IsEmpty,
    /// Wrapping arithmetic.
    Add,
    Sub,
    Mul,
    /// In place if there is room.
    Push,
    /// An entry's value, put in if missing.
    OrInsert,
    /// A call without result.
    Run(RuntimeFn),
    /// The same; the task goes first.
    RunTask(RuntimeFn),
    /// A call with a result.
    Ask(RuntimeFn),
    /// The same; the task goes first.
    AskTask(RuntimeFn),
    /// A call with a result whose type goes along as the last argument.
    AskTyped(RuntimeFn),
    /// The same; the task goes first.
    AskTaskTyped(RuntimeFn),
    /// A duration in a unit.
    Nanoseconds,
    Milliseconds,
    Seconds,
    /// Waits, or calls a closure: not an instruction at all.
    Elsewhere,
    /// A status function: the task goes first, the place of the result last.
    Try(RuntimeFn),
}

impl FnCx<'_, '_> {
    /// A built-in method that cannot fault.
    pub(super) fn builtin(&mut self, dest: Local, method: Method, receiver: TypeId, args: &[Operand]) {
        let args = self.words(args);
        let result = match plan(method) {
            Plan::Len => self.e.load(args[0], layout::LEN),
            Plan::IsEmpty => {
                let (len, zero) = (self.e.load(args[0], layout::LEN), self.e.word(0));
                self.e.compare(IntCC::Equal, len, zero)
            }
            Plan::Add => self.e.b.ins().iadd(args[0], args[1]),
            Plan::Sub => self.e.b.ins().isub(args[0], args[1]),
            Plan::Mul => self.e.b.ins().imul(args[0], args[1]),
            Plan::Push => {
                self.push(receiver, args[0], &args[1..]);
                return self.define_unit(dest);
            }
            Plan::OrInsert => {
                let place = self.e.ask(RuntimeFn::map_or_insert, &args);
                let word = self.e.load(place, 0);
                return self.define_new_count(dest, word);
            }
            Plan::Run(function) => {
                self.e.run(function, &args);
                return self.define_unit(dest);
            }
            Plan::RunTask(function) => {
                self.e.run(function, &self.after_task(args));
                return self.define_unit(dest);
            }
            Plan::Ask(function) => self.e.ask(function, &args),
            Plan::AskTask(function) => self.e.ask(function, &self.after_task(args)),
            Plan::AskTyped(function) => {
                let args = self.before_type(args, dest);
                self.e.ask(function, &args)
            }
            Plan::AskTaskTyped(function) => {
                let args = self.before_type(self.after_task(args), dest);
                self.e.ask(function, &args)
            }
            Plan::Nanoseconds => args[0],
            Plan::Milliseconds => self.e.b.ins().sdiv_imm_s(args[0], NS_PER_MS),
            Plan::Seconds => {
                let (ns, second) = (self.e.b.ins().fcvt_from_sint(types::F64, args[0]), self.e.b.ins().f64const(1e9));
                self.e.b.ins().fdiv(ns, second)
            }
            Plan::Try(function) => unreachable!("{function:?} can fault"),
            Plan::Elsewhere => unreachable!("{method:?} is lowered to terminators"),
        };
        self.define(dest, result);
    }

    /// A built-in method that can fault.
    pub(super) fn faulting_builtin(
        &mut self,
        dest: Local,
        (method, receiver): (Method, TypeId),
        args: &[Operand],
        exits: Exits,
    ) {
        if let Plan::Try(function) = plan(method) {
            let slot = self.e.slot(1);
            let words = self.words(args);
            let out = self.e.slot_address(slot);
            let args: Vec<Value> = self.after_task(words).into_iter().chain([out]).collect();
            let failed = self.e.ask(function, &args);
            self.recorded_fault_if(failed, exits);
            if function == RuntimeFn::array_insert_at {
                self.define_unit(dest);
            } else {
                let result = self.e.load(out, 0);
                self.define(dest, result);
            }
        } else {
            self.builtin(dest, method, receiver, args);
        }
        self.goto(exits.then);
    }

    /// The length of an array, string or map.
    pub(super) fn len(&mut self, dest: Local, base: &Operand) {
        let base = self.word(base);
        let len = self.e.load(base, layout::LEN);
        self.define(dest, len);
    }

    /// Arguments behind the task.
    fn after_task(&self, args: Vec<Value>) -> Vec<Value> {
        std::iter::once(self.e.task).chain(args).collect()
    }

    /// Arguments before the type of the result.
    fn before_type(&mut self, args: Vec<Value>, dest: Local) -> Vec<Value> {
        let desc = self.e.desc(self.f.locals[dest].ty);
        args.into_iter().chain([desc]).collect()
    }

    /// Appends to the array in the slot: inline if it is ours alone and has room. What goes into a shared array must be shared
    /// first, if it has a count: that is left to the runtime.
    fn push(&mut self, array_type: TypeId, slot: Value, words: &[Value]) {
        let (alone, room, slow, done) = (self.e.block(), self.e.block(), self.e.cold_block(), self.e.block());
        let array = self.e.load(slot, 0);
        let program = self.e.program;
        let Type::Array(element) = self.e.ty(array_type) else { panic!("only arrays have a push") };
        let types = program.layouts.words(*element);
        let plain = types.iter().all(|word| !program.types[*word].is_counted());
        let is_alone = if plain { self.is_alone(array) } else { self.is_mine_alone(array) };
        self.e.branch(is_alone, alone, slow);
        self.e.begin(alone);
        let (len, cap) = (self.e.load(array, layout::LEN), self.e.load(array, layout::CAP));
        self.e.branch_if((IntCC::UnsignedLessThan, len, cap), room, slow);
        self.e.begin(room);
        self.put_behind(array, len, words);
        self.e.jump(done);
        self.e.begin(slow);
        if let ([word], false) = (words, program.layouts.is_inline(*element)) {
            self.e.run(RuntimeFn::array_push, &[slot, *word]);
        } else {
            let array = self.e.ask(RuntimeFn::array_reserve, &[slot]);
            for (ty, word) in types.iter().zip(words) {
                self.share_in(array, *ty, *word);
                self.may_be_seen(Some(array), *ty, *word);
            }
            let len = self.e.load(array, layout::LEN);
            self.put_behind(array, len, words);
        }
        self.e.jump(done);
        self.e.begin(done);
    }

    /// Writes an element behind the last one, where there is room.
    fn put_behind(&mut self, array: Value, len: Value, words: &[Value]) {
        let address = self.element(array, len, words.len());
        self.e.store_words(address, layout::DATA, words);
        let longer = self.e.b.ins().iadd_imm_s(len, 1);
        self.e.store(array, layout::LEN, longer);
    }
}

fn plan(method: Method) -> Plan {
    use RuntimeFn as R;
    match method {
        Method::IntWrappingAdd => Plan::Add,
        Method::IntWrappingSub => Plan::Sub,
        Method::IntWrappingMul => Plan::Mul,
        Method::StringLen | Method::ArrayLen | Method::MapLen => Plan::Len,
        Method::StringIsEmpty | Method::ArrayIsEmpty | Method::MapIsEmpty => Plan::IsEmpty,
        Method::StringContains => Plan::Ask(R::string_contains),
        Method::StringStartsWith => Plan::Ask(R::string_starts_with),
        Method::StringEndsWith => Plan::Ask(R::string_ends_with),
        Method::StringIndexOf => Plan::AskTyped(R::string_index_of),
        Method::StringCount => Plan::Ask(R::string_count),
        Method::StringTrim => Plan::Ask(R::string_trim),
        Method::StringTrimStart => Plan::Ask(R::string_trim_start),
        Method::StringTrimEnd => Plan::Ask(R::string_trim_end),
        Method::StringToUpper => Plan::Ask(R::string_to_upper),
        Method::StringToLower => Plan::Ask(R::string_to_lower),
        Method::StringReplace => Plan::Ask(R::string_replace),
        Method::StringSplit => Plan::AskTyped(R::string_split),
        Method::StringLines => Plan::AskTyped(R::string_lines),
        Method::StringChars => Plan::AskTyped(R::string_chars),
        Method::StringSubstring => Plan::Try(R::string_substring),
        Method::StringRepeat => Plan::Try(R::string_repeat),
        Method::StringToInt => Plan::AskTyped(R::string_to_int),
        Method::StringToFloat => Plan::AskTyped(R::string_to_float),
        Method::ArrayPush => Plan::Push,
        Method::ArrayPop => Plan::AskTyped(R::array_pop),
        Method::ArrayFirst => Plan::AskTyped(R::array_first),
        Method::ArrayLast => Plan::AskTyped(R::array_last),
        Method::ArrayGet => Plan::AskTyped(R::array_get),
        Method::ArrayInsertAt => Plan::Try(R::array_insert_at),
        Method::ArrayRemoveAt => Plan::Try(R::array_remove_at),
        Method::ArraySlice => Plan::Try(R::array_slice),
        Method::ArrayContains => Plan::Ask(R::array_contains),
        Method::ArrayIndexOf => Plan::AskTyped(R::array_index_of),
        Method::ArrayClear => Plan::Run(R::array_clear),
        Method::ArrayReverse => Plan::Run(R::array_reverse),
        Method::ArraySort => Plan::Run(R::array_sort),
        Method::ArrayJoin => Plan::Ask(R::array_join),
        Method::ArrayEnumerate => Plan::AskTyped(R::array_enumerate),
        Method::ArrayZip => Plan::AskTyped(R::array_zip),
        Method::MapGet => Plan::AskTyped(R::map_get),
        Method::MapContains => Plan::Ask(R::map_contains),
        Method::MapInsert => Plan::Run(R::map_insert),
        Method::MapRemove => Plan::AskTyped(R::map_remove),
        Method::MapKeys => Plan::AskTyped(R::map_keys),
        Method::MapValues => Plan::AskTyped(R::map_values),
        Method::MapOrInsert => Plan::OrInsert,
        Method::MapClear => Plan::Run(R::map_clear),
        Method::SenderTrySend => Plan::AskTask(R::chan_try_send),
        Method::ReceiverTryRecv | Method::SubscriberTryRecv => Plan::AskTaskTyped(R::chan_try_recv),
        Method::SenderClose | Method::ReceiverClose => Plan::RunTask(R::chan_close),
        Method::SenderLen | Method::ReceiverLen | Method::SubscriberLen => Plan::Ask(R::chan_len),
        Method::SenderCapacity | Method::ReceiverCapacity => Plan::AskTyped(R::chan_capacity),
        Method::PublisherDropped | Method::SubscriberDropped => Plan::Ask(R::topic_dropped),
        Method::TaskCancel => Plan::Run(R::task_cancel),
        Method::TaskDetach => Plan::Run(R::task_detach),
        Method::DurationToNs => Plan::Nanoseconds,
        Method::DurationToMs => Plan::Milliseconds,
        Method::DurationToSeconds => Plan::Seconds,
        Method::ArrayMap
        | Method::ArrayFilter
        | Method::ArrayFold
        | Method::ArrayAny
        | Method::ArrayAll
        | Method::ArraySortBy
        | Method::SenderSend
        | Method::SenderDeliver
        | Method::ReceiverRecv
        | Method::PublisherPublish
        | Method::PublisherPublishAndWait
        | Method::SubscriberRecv
        | Method::TaskGet
        | Method::TaskOutcome => Plan::Elsewhere,
    }
}

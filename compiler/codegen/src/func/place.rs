//! Fields, elements and entries: reading them (a new count) and their addresses (the objects on the way made unique). In: bases
//! and indices. Out: loads, bounds checks, references.

use super::FnCx;
use super::homes::Home;
use crate::abi::RuntimeFn;
use crate::value::{self, Counted};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{BlockArg, InstBuilder, Value, types};
use pluto_abi::layout::{self, FaultKind};
use pluto_middle::mir::{Block, Local, Method, OnFail, Operand, Site, Type, TypeId};

/// The offset of a word.
pub(super) fn at(base: i32, index: u32) -> i32 {
    i32::try_from(index).ok().and_then(|index| index.checked_mul(8)?.checked_add(base)).expect("objects below 2 GiB")
}

/// Where an operation that can fail goes on.
#[derive(Clone, Copy)]
pub(super) struct Exits {
    /// If it is well.
    pub(super) then: Block,
    /// If not.
    pub(super) on_fail: OnFail,
    /// Its place.
    pub(super) site: Site,
}

impl FnCx<'_, '_> {
    /// A word of an object, as a new count.
    pub(super) fn load_part(&mut self, dest: Local, base: &Operand, offset: i32) {
        let base = self.word(base);
        self.load_into(dest, base, offset);
    }

    /// What stands at an address, as a new count. Floats come without a detour through a register for words.
    fn load_into(&mut self, dest: Local, base: Value, offset: i32) {
        let ty = value::clif_type(self.type_of(dest));
        let value = self.e.load_as(ty, base, offset);
        self.define_new_count(dest, value);
    }

    /// The tag of an enum object, or the word itself.
    pub(super) fn tag(&mut self, dest: Local, base: &Operand) {
        let word = self.word(base);
        let tag = match self.operand_type(base).map(|ty| self.e.ty(ty)) {
            Some(Type::Enum { .. }) => self.e.load(word, layout::FIELDS),
            Some(_) | None => word,
        };
        self.define(dest, tag);
    }

    /// An element whose index is known to be good, as a new count.
    pub(super) fn element_at(&mut self, dest: Local, array: &Operand, index: &Operand, part: u32) {
        let stride = self.stride_of(array);
        let (array, index) = (self.word(array), self.word(index));
        let address = self.element(array, index, stride);
        self.load_into(dest, address, at(layout::DATA, part));
    }

    /// Of how many words an element of an array is.
    pub(super) fn stride(&self, array: TypeId) -> usize {
        let Type::Array(element) = self.e.ty(array) else { panic!("only arrays have elements") };
        self.e.program.layouts.words(*element).len()
    }

    fn stride_of(&self, array: &Operand) -> usize {
        self.operand_type(array).map_or(1, |ty| self.stride(ty))
    }

    /// The entry at a position that is known to be good, as new counts.
    pub(super) fn entry_at(&mut self, (key, value): (Local, Local), map: &Operand, index: &Operand) {
        let (map, index, out) = (self.word(map), self.word(index), self.e.slot(2));
        let out = self.e.slot_address(out);
        self.e.run(RuntimeFn::map_entry, &[map, index, out]);
        let (key_word, value_word) = (self.e.load(out, 0), self.e.load(out, 8));
        self.define_new_count(key, key_word);
        self.define_new_count(value, value_word);
    }

    /// What a method finds that looks for an element or entry of one word, if it is there.
    pub(super) fn find_word(&mut self, (found, value): (Local, Local), method: Method, args: &[Operand]) {
        let words = self.words(args);
        let (there, address, offset) = if method == Method::MapGet {
            let address = self.e.ask(RuntimeFn::map_find, &words);
            (address, address, 0)
        } else {
            let len = self.e.load(words[0], layout::LEN);
            let index = match (method, words.get(1)) {
                (_, Some(index)) => *index,
                (Method::ArrayLast, None) => self.e.b.ins().iadd_imm_s(len, -1),
                (_, None) => self.e.word(0),
            };
            // In an empty array the last index wraps around, as a negative one does, and is out of range.
            let inside = self.e.b.ins().icmp(IntCC::UnsignedLessThan, index, len);
            (inside, self.element(words[0], index, 1), layout::DATA)
        };
        let register = value::clif_type(self.type_of(value));
        let (some, done) = (self.e.block(), self.e.block());
        let is_there = self.e.b.append_block_param(done, types::I64);
        let word = self.e.b.append_block_param(done, register);
        let (no, yes) = (self.e.word(0), self.e.word(1));
        let nothing = if register == types::F64 { self.e.b.ins().f64const(0.0) } else { no };
        self.e.b.ins().brif(there, some, &[], done, &[BlockArg::Value(no), BlockArg::Value(nothing)]);
        self.e.begin(some);
        let inside = self.e.load_as(register, address, offset);
        self.e.b.ins().jump(done, &[BlockArg::Value(yes), BlockArg::Value(inside)]);
        self.e.begin(done);
        self.define(found, is_there);
        self.define(value, word);
    }

    /// The inside of a nullable value.
    pub(super) fn unwrap(&mut self, dest: Local, base: &Operand) {
        let ty = self.operand_type(base).map(|ty| self.e.ty(ty));
        let word = self.word(base);
        let inside = if is_boxed(ty) { self.e.load(word, layout::FIELDS) } else { word };
        self.define_new_count(dest, inside);
    }

    /// A value as nullable.
    pub(super) fn wrap(&mut self, dest: Local, ty: TypeId, value: &Operand) {
        let word = self.word(value);
        let wrapped = if is_boxed(Some(self.e.ty(ty))) { self.e.object(ty, &[word]) } else { word };
        self.define(dest, wrapped);
    }

    /// Stores through a reference; what was there is dropped afterwards.
    pub(super) fn store_through(&mut self, to: &Operand, value: &Operand) {
        let reference = self.operand_type(to).map(|ty| self.e.ty(ty));
        let Some(Type::Ref(inner)) = reference else { panic!("{to:?} is no reference") };
        let address = self.word(to);
        if value::counted(self.e.ty(*inner)) == Counted::Never {
            let value = self.value(value);
            return self.e.store(address, 0, value);
        }
        let word = self.word(value);
        self.share_stored(to, value, word);
        let old = self.e.load(address, 0);
        self.e.store(address, 0, word);
        self.drop(self.e.ty(*inner), old);
    }

    /// The address of a field behind a reference.
    pub(super) fn ref_field(&mut self, dest: Local, base: &Operand, index: u32) {
        let slot = self.word(base);
        if self.points_to_words(base) {
            let address = self.e.b.ins().iadd_imm_s(slot, i64::from(at(0, index)));
            return self.define(dest, address);
        }
        let object = self.unique(slot);
        self.note_container(dest, object);
        let address = self.e.b.ins().iadd_imm_s(object, i64::from(at(layout::FIELDS, index)));
        self.define(dest, address);
    }

    /// Does a reference point to the words of an inline value?
    pub(super) fn points_to_words(&self, reference: &Operand) -> bool {
        match self.operand_type(reference).map(|ty| self.e.ty(ty)) {
            Some(Type::Ref(inner)) => self.e.program.layouts.is_inline(*inner),
            Some(_) | None => false,
        }
    }

    /// The address of what is in a map's entry: of an inline value its first word, in its box, which is made unique; but a nullable value
    /// is read and written packed there.
    fn in_entry(&mut self, dest: Local, map_slot: Value, entry: Value) -> Value {
        let nullable = match self.operand_type(&Operand::Copy(dest)).map(|ty| self.e.ty(ty)) {
            Some(Type::Ref(inner)) => self.e.program.layouts.layout(*inner).tells.is_some(),
            Some(_) | None => false,
        };
        if !nullable && self.points_to_words(&Operand::Copy(dest)) {
            let object = self.unique(entry);
            self.note_container(dest, object);
            return self.e.b.ins().iadd_imm_s(object, i64::from(layout::FIELDS));
        }
        self.note_container_behind(dest, map_slot);
        entry
    }

    /// The address of the inside of a nullable value behind a reference: in its box, or where it is.
    pub(super) fn ref_inside(&mut self, dest: Local, base: &Operand) {
        let target = self.operand_type(base).map(|ty| self.e.ty(ty));
        let boxed = matches!(target, Some(Type::Ref(inner)) if is_boxed(Some(self.e.ty(*inner))));
        let boxed = boxed || self.points_to_words(&Operand::Copy(dest));
        let slot = self.word(base);
        let address = if boxed {
            let inside = self.unique(slot);
            self.e.b.ins().iadd_imm_s(inside, i64::from(layout::FIELDS))
        } else {
            slot
        };
        self.define(dest, address);
    }

    /// The address of a local that lives in memory.
    pub(super) fn ref_local(&mut self, dest: Local, local: Local) {
        let Home::Slot(slot, offset) = self.homes[local] else { panic!("{local:?} is not addressed") };
        let address = self.e.b.ins().stack_addr(types::I64, slot, offset);
        self.define(dest, address);
    }

    /// The address of a service's field.
    pub(super) fn ref_service_field(&mut self, dest: Local, service: &Operand, index: u32) {
        let service = self.word(service);
        let address = self.e.b.ins().iadd_imm_s(service, i64::from(at(0, index)));
        self.define(dest, address);
    }

    /// The first value of a service's field.
    pub(super) fn init_service_field(&mut self, service: &Operand, index: u32, value: &Operand) {
        let (at_service, word) = (self.word(service), self.word(value));
        self.share_initial(service, value, word);
        self.e.store(at_service, at(0, index), word);
    }

    /// The address of a map's entry, put in if missing.
    pub(super) fn ref_or_insert(&mut self, dest: Local, map_key_value: [&Operand; 3]) {
        let args = map_key_value.map(|operand| self.word(operand));
        let entry = self.e.ask(RuntimeFn::map_or_insert, &args);
        let address = self.in_entry(dest, args[0], entry);
        self.define(dest, address);
    }

    /// The address of an array's element of so many words; the index is known to be good.
    pub(super) fn element(&mut self, array: Value, index: Value, stride: usize) -> Value {
        let offset = match stride {
            1 | 2 | 4 => self.e.b.ins().ishl_imm_u(index, 3 + i64::from(stride.trailing_zeros())),
            words => self.e.b.ins().imul_imm_s(index, 8 * i64::try_from(words).expect("few words")),
        };
        self.e.b.ins().iadd(array, offset)
    }

    /// A fault unless there is such an element.
    pub(super) fn check_index(&mut self, array: &Operand, index: &Operand, exits: Exits) {
        let array = self.word(array);
        self.checked_index(array, index, exits);
        self.goto(exits.then);
    }

    /// An element or entry, as a new count, or a fault.
    pub(super) fn index(&mut self, dest: Local, base: &Operand, index: &Operand, exits: Exits) {
        let ty = self.operand_type(base).map(|ty| self.e.ty(ty));
        let object = self.word(base);
        if let Some(Type::Map(key, _)) = ty {
            let found = self.find(RuntimeFn::map_find, object, index, *key, exits);
            self.load_into(dest, found, 0);
        } else {
            let address = self.checked_element(object, index, 1, exits);
            self.load_into(dest, address, layout::DATA);
        }
        self.goto(exits.then);
    }

    /// The address of an element or entry behind a reference, or a fault.
    pub(super) fn ref_index(&mut self, dest: Local, base: &Operand, index: &Operand, exits: Exits) {
        let target = self.operand_type(base).map(|ty| self.e.ty(ty));
        let Some(Type::Ref(held)) = target else { panic!("{base:?} is no reference") };
        let inner = self.e.ty(*held);
        let slot = self.word(base);
        let address = if let Type::Map(key, _) = inner {
            let found = self.find(RuntimeFn::map_find_mut, slot, index, *key, exits);
            self.in_entry(dest, slot, found)
        } else {
            let array = self.unique(slot);
            self.note_container(dest, array);
            let address = self.checked_element(array, index, self.stride(*held), exits);
            self.e.b.ins().iadd_imm_s(address, i64::from(layout::DATA))
        };
        self.define(dest, address);
        self.goto(exits.then);
    }

    /// The address of an element behind a reference, whose index is known to be good.
    pub(super) fn ref_element(&mut self, dest: Local, base: &Operand, index: &Operand) {
        let Some(Type::Ref(array)) = self.operand_type(base).map(|ty| self.e.ty(ty)) else {
            panic!("{base:?} is no reference")
        };
        let (slot, index, stride) = (self.word(base), self.word(index), self.stride(*array));
        let array = self.unique(slot);
        self.note_container(dest, array);
        let element = self.element(array, index, stride);
        let address = self.e.b.ins().iadd_imm_s(element, i64::from(layout::DATA));
        self.define(dest, address);
    }

    /// Goes on in a block of the program.
    pub(super) fn goto(&mut self, block: Block) {
        let block = self.blocks[block];
        self.e.jump(block);
    }

    fn checked_element(&mut self, array: Value, index: &Operand, stride: usize, exits: Exits) -> Value {
        let index = self.checked_index(array, index, exits);
        self.element(array, index, stride)
    }

    fn checked_index(&mut self, array: Value, index: &Operand, exits: Exits) -> Value {
        let index = self.word(index);
        let len = self.e.load(array, layout::LEN);
        let outside = self.e.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, index, len);
        self.fault_if(outside, (FaultKind::IndexOutOfRange, index, len), exits.on_fail, exits.site);
        index
    }

    fn find(&mut self, how: RuntimeFn, map: Value, key: &Operand, key_type: TypeId, exits: Exits) -> Value {
        let key = self.word(key);
        let found = self.e.ask(how, &[map, key]);
        let missing = self.e.b.ins().icmp_imm_u(IntCC::Equal, found, 0);
        let (bad, good) = (self.e.cold_block(), self.e.block());
        self.e.branch(missing, bad, good);
        self.e.begin(bad);
        let desc = self.e.desc(key_type);
        self.fault(FaultKind::MissingKey, key, desc, exits.site);
        self.fail(exits.on_fail);
        self.e.begin(good);
        found
    }
}

fn is_boxed(ty: Option<&Type>) -> bool {
    matches!(ty, Some(Type::Nullable { boxed: pluto_middle::mir::Boxed::Yes, .. }))
}

//! Instructions. In: [`Inst`]. Out: locals that are set, counts that go up and down; one function per construct, the dispatcher first.

use super::Machine;
use crate::arithmetic::{op1, op2};
use crate::heap::Body;
use crate::list::List;
use crate::table::Table;
use crate::value::{Place, Sound, Value, wrong};
use pluto_middle::ids::Id;
use pluto_middle::mir::{Boxed, Cmp, Inst, Local, Name, Operand, Service, Type, TypeId};

impl Machine<'_> {
    /// One instruction.
    pub(super) fn inst(&mut self, inst: &Inst) -> Sound<()> {
        match inst {
            Inst::Assign { dest, value } => self.assign(*dest, value),
            Inst::Dup(local) => self.dup_local(*local),
            Inst::Drop(local) => {
                let value = self.take(*local)?;
                self.heap.drop(value)
            }
            Inst::Op2 { dest, op, left, right } => {
                let result = op2(*op, self.borrowed(left)?, self.borrowed(right)?)?;
                self.set(*dest, result)
            }
            Inst::Op1 { dest, op, operand } => {
                let result = op1(*op, self.borrowed(operand)?)?;
                self.set(*dest, result)
            }
            Inst::Compare { dest, op, left, right, .. } => self.compare(*dest, *op, left, right),
            Inst::Show { dest, ty, value, format } => self.shown(*dest, *ty, value, format.as_ref()),
            Inst::Append { dest, text, parts } => self.append(*dest, text, parts),
            Inst::Take { dest, from } => self.take_text(*dest, from),
            Inst::Concat { dest, parts } => self.concat(*dest, parts),
            Inst::Print { text } => self.print(text),
            Inst::EnvArgs { dest } => self.env_args(*dest),
            Inst::Trace { site, .. } => {
                self.trail.note(*site);
                Ok(())
            }
            Inst::At { .. } => Ok(()),
            Inst::TraceStart { site } => {
                self.trail.start(*site);
                Ok(())
            }
            Inst::Builtin { dest, method, receiver, args } => match self.method((*method, *receiver), args, *dest)? {
                Ok(value) => self.set(*dest, value),
                Err(message) => wrong(format!("{method:?} cannot fault, and says: {message}")),
            },
            Inst::Sort { dest, op, args } => self.sort(*dest, *op, args),
            Inst::Find { found, value, method, args } => self.find((*found, *value), *method, args),
            Inst::Pack { dest, ty, words } => self.pack(*dest, *ty, words),
            Inst::Unpack { dest, base, index } => self.unpack(*dest, base, *index as usize),
            Inst::New { dest, ty, fields } => {
                let wanted = self.program.layouts.body(*ty).words.len();
                self.new_of((*dest, wanted), fields, |words| Body::Fields(*ty, words))
            }
            Inst::NewVariant { dest, ty, variant, fields } => self.new_variant(*dest, *ty, *variant, fields),
            Inst::NewArray { dest, ty, elements } => self.new_array(*dest, *ty, elements),
            Inst::NewMap { dest, .. } => self.new_of((*dest, 0), &[], |_| Body::Map(Table::default())),
            Inst::MakeClosure { dest, ty, function, captures } => {
                let wanted = self.program.layouts.body(*ty).words.len();
                self.new_of((*dest, wanted), captures, |captures| Body::Closure(*function, captures))
            }
            Inst::Wrap { dest, ty, value } => self.wrap_into(*dest, *ty, value),
            Inst::RefLocal { dest, local } => {
                let depth = self.frames.len() - 1;
                self.set(*dest, Value::Ref(Place::Local { depth, local: *local }))
            }
            Inst::RefServiceField { dest, service, index } => self.ref_service_field(*dest, service, *index as usize),
            Inst::RefVariantField { dest, base, variant, index } => {
                self.ref_variant_field(*dest, base, (*variant, *index as usize))
            }
            Inst::RefInside { dest, base } => self.ref_inside(*dest, base),
            Inst::RefField { dest, base, index } => self.ref_field(*dest, base, *index as usize),
            Inst::RefElement { dest, base, index } => self.ref_element(*dest, base, index),
            Inst::RefOrInsert { dest, map, key, value } => self.ref_or_insert(*dest, [map, key, value]),
            Inst::Load { dest, from } => self.load_into(*dest, from),
            Inst::Store { to, value } => self.store(to, value),
            Inst::InitServiceField { service, index, value } => {
                self.init_service_field(service, *index as usize, value)
            }
            Inst::Field { dest, base, index } | Inst::VariantField { dest, base, index, .. } => {
                self.part(*dest, base, *index as usize)
            }
            Inst::Capture { dest, closure, index } => self.part(*dest, closure, *index as usize),
            Inst::Tag { dest, base } => self.tag(*dest, base),
            Inst::IsError { dest, base, error } => self.is_error(*dest, base, *error),
            Inst::IsNull { dest, base } => {
                let is_null = self.borrowed(base)? == Value::Null;
                self.set(*dest, Value::truth(is_null))
            }
            Inst::Unwrap { dest, base } => self.unwrap(*dest, base),
            Inst::ServiceField { dest, service, index } => self.read_service(*dest, service, *index as usize),
            Inst::Len { dest, base } => self.len(*dest, base),
            Inst::ElementAt { dest, array, index, part } => self.element_at(*dest, array, (index, *part as usize)),
            Inst::EntryAt { key, value, map, index } => self.entry_at((*key, *value), map, index),
            Inst::CharAt { dest, text, at } => self.char_at(*dest, text, at),
            Inst::NamedEnd { .. }
            | Inst::TaskMessage { .. }
            | Inst::DeadlineBegin { .. }
            | Inst::DeadlineEnd { .. }
            | Inst::DeadlineExpired { .. }
            | Inst::Safepoint
            | Inst::Unlock { .. }
            | Inst::NoteFault { .. }
            | Inst::DetachCall { .. }
            | Inst::ClearService { .. } => wrong("this is not in the subset"),
        }
    }

    fn load_into(&mut self, dest: Local, from: &Operand) -> Sound<()> {
        let from = self.borrowed(from)?.place()?;
        let value = self.load(from)?;
        self.new_count(dest, value)
    }

    fn read_service(&mut self, dest: Local, service: &Operand, index: usize) -> Sound<()> {
        let service = self.borrowed(service)?.service()?;
        let value = self.service_field(service, index)?;
        self.new_count(dest, value)
    }

    fn wrap_into(&mut self, dest: Local, ty: TypeId, value: &Operand) -> Sound<()> {
        let value = self.owned(value)?;
        let wrapped = self.wrap(ty, value)?;
        self.set(dest, wrapped)
    }

    // ---- making objects ----

    /// A new object that owns these words, of which there must be so many.
    fn new_of(
        &mut self,
        (dest, wanted): (Local, usize),
        words: &[Operand],
        body: impl FnOnce(Vec<Value>) -> Body,
    ) -> Sound<()> {
        if words.len() != wanted {
            return wrong(format!("an object of {wanted} words is made of {}", words.len()));
        }
        let parts = words.iter().map(|word| self.owned(word)).collect::<Sound<Vec<Value>>>()?;
        let object = self.heap.new_object(body(parts));
        self.set(dest, object)
    }

    fn new_variant(&mut self, dest: Local, ty: TypeId, variant: u32, fields: &[Operand]) -> Sound<()> {
        if let Type::Tag { .. } = &self.program.types[ty] {
            return self.set(dest, Value::Word(i64::from(variant)));
        }
        let wanted = self.program.layouts.variant(ty, variant).words.len();
        self.new_of((dest, wanted), fields, |fields| Body::Variant(variant, fields))
    }

    /// A value (owned) as nullable.
    pub(super) fn wrap(&mut self, ty: TypeId, value: Value) -> Sound<Value> {
        let Type::Nullable { boxed, .. } = &self.program.types[ty] else {
            return wrong("a value becomes one of a type that is not nullable");
        };
        Ok(match boxed {
            Boxed::Yes => self.heap.new_object(Body::Fields(ty, vec![value])),
            Boxed::No => value,
        })
    }

    // ---- through references ----

    fn ref_service_field(&mut self, dest: Local, service: &Operand, index: usize) -> Sound<()> {
        let service = self.borrowed(service)?.service()?;
        self.set(dest, Value::Ref(Place::Service { service, index }))
    }

    /// A word of the object at a place, which is made unique; an inline value has its words in the place itself.
    fn ref_field(&mut self, dest: Local, base: &Operand, index: usize) -> Sound<()> {
        let (place, target) = (self.borrowed(base)?.place()?, self.target(base)?);
        let place = if self.program.layouts.is_inline(target) {
            self.behind(place, index)?
        } else {
            Place::Part { object: self.unique_at(place)?, index }
        };
        self.set(dest, Value::Ref(place))
    }

    fn ref_element(&mut self, dest: Local, base: &Operand, index: &Operand) -> Sound<()> {
        match self.ref_index(base, index)? {
            Ok(place) => self.set(dest, place),
            Err(message) => wrong(format!("what was checked is not there: {message:?}")),
        }
    }

    fn ref_variant_field(&mut self, dest: Local, base: &Operand, (variant, index): (u32, usize)) -> Sound<()> {
        let base = self.borrowed(base)?.place()?;
        let object = self.unique_at(base)?;
        let body = self.heap.body(Value::Object(object))?;
        if !matches!(body, Body::Variant(found, _) if *found == variant) {
            return wrong(format!("variant {variant} is changed in {body:?}"));
        }
        self.set(dest, Value::Ref(Place::Part { object, index }))
    }

    fn ref_inside(&mut self, dest: Local, base: &Operand) -> Sound<()> {
        let (Operand::Copy(local) | Operand::Move(local)) = base else { return wrong("a constant is a place") };
        let target = &self.program.types[self.frame()?.function.locals[*local].ty];
        let Type::Ref(target) = target else { return wrong("a place is no reference") };
        let Type::Nullable { inner, .. } = &self.program.types[*target] else { return wrong("it is not nullable") };
        // An inline value inside is in an object of its own.
        let boxed = self.is_boxed(*target) || self.program.layouts.is_inline(*inner);
        let place = self.borrowed(base)?.place()?;
        if self.load(place)? == Value::Null {
            return wrong("the inside of `none` is changed");
        }
        if !boxed {
            return self.set(dest, Value::Ref(place));
        }
        let object = self.unique_at(place)?;
        self.set(dest, Value::Ref(Place::Part { object, index: 0 }))
    }

    fn ref_or_insert(&mut self, dest: Local, [map, key, value]: [&Operand; 3]) -> Sound<()> {
        let Some(values) = self.target_values(map)? else { return wrong(format!("{map:?} is no map")) };
        let (map, key, value) = (self.borrowed(map)?.place()?, self.owned(key)?, self.owned(value)?);
        let (object, index) = self.or_insert(map, key, value)?;
        let place = self.entry(object, index, values)?;
        self.set(dest, Value::Ref(place))
    }

    fn store(&mut self, to: &Operand, value: &Operand) -> Sound<()> {
        let (to, value) = (self.borrowed(to)?.place()?, self.owned(value)?);
        let old = self.replace(to, value)?;
        self.heap.drop(old)
    }

    fn init_service_field(&mut self, service: &Operand, index: usize, value: &Operand) -> Sound<()> {
        let (service, value) = (self.borrowed(service)?.service()?, self.owned(value)?);
        match self.service_slot(service, index)?.replace(value) {
            None => Ok(()),
            Some(_) => wrong(format!("field {index} of a service is set for the first time twice")),
        }
    }

    pub(super) fn service_field(&mut self, service: Service, index: usize) -> Sound<Value> {
        match *self.service_slot(service, index)? {
            Some(value) => Ok(value),
            None => wrong(format!("field {index} of a service is read before it is set")),
        }
    }

    pub(super) fn service_slot(&mut self, service: Service, index: usize) -> Sound<&mut Option<Value>> {
        let slot = self.services.get_mut(service.index()).and_then(|fields| fields.get_mut(index));
        slot.map_or_else(|| wrong(format!("a service has no field {index}")), Ok)
    }

    fn compare(&mut self, dest: Local, op: Cmp, left: &Operand, right: &Operand) -> Sound<()> {
        let (left, right) = (self.borrowed(left)?, self.borrowed(right)?);
        let order = match (left, right) {
            (Value::Word(left), Value::Word(right)) => Some(left.cmp(&right)),
            (Value::Float(left), Value::Float(right)) => left.partial_cmp(&right),
            (Value::Object(_), Value::Object(_)) if !matches!(op, Cmp::Eq | Cmp::Ne) => {
                Some(self.heap.text(left)?.as_bytes().cmp(self.heap.text(right)?.as_bytes()))
            }
            (_, _) => self.heap.equal(left, right)?.then_some(std::cmp::Ordering::Equal),
        };
        let truth = match op {
            Cmp::Eq => order.is_some_and(std::cmp::Ordering::is_eq),
            Cmp::Ne => !order.is_some_and(std::cmp::Ordering::is_eq),
            Cmp::Lt => order.is_some_and(std::cmp::Ordering::is_lt),
            Cmp::Le => order.is_some_and(std::cmp::Ordering::is_le),
            Cmp::Gt => order.is_some_and(std::cmp::Ordering::is_gt),
            Cmp::Ge => order.is_some_and(std::cmp::Ordering::is_ge),
        };
        self.set(dest, Value::truth(truth))
    }

    fn shown(&mut self, dest: Local, ty: TypeId, value: &Operand, format: Option<&Name>) -> Sound<()> {
        let value = self.borrowed(value)?;
        let text = self.show().alone(ty, value, format)?;
        let text = self.heap.new_text(&text);
        self.set(dest, text)
    }

    fn print(&mut self, text: &Operand) -> Sound<()> {
        let text = self.borrowed(text)?;
        self.output.push_str(&self.heap.text(text)?);
        self.output.push('\n');
        Ok(())
    }

    fn assign(&mut self, dest: Local, value: &Operand) -> Sound<()> {
        // A view may get another name, which is a view too.
        let value = if self.is_view(dest)? { self.borrowed(value)? } else { self.owned(value)? };
        self.set(dest, value)
    }

    /// The string at a place, with its count; an empty one is left there.
    fn take_text(&mut self, dest: Local, from: &Operand) -> Sound<()> {
        let (from, empty) = (self.borrowed(from)?.place()?, self.heap.constant(&"".into()));
        let text = self.replace(from, empty)?;
        self.set(dest, text)
    }

    fn append(&mut self, dest: Local, text: &Operand, parts: &[Operand]) -> Sound<()> {
        let begin = self.owned(text)?;
        if self.heap.is_shared(begin)? {
            self.heap.note_copy();
        }
        let mut joined = self.heap.text(begin)?.to_string();
        for part in parts {
            let part = self.borrowed(part)?;
            joined.push_str(&self.heap.text(part)?);
        }
        self.heap.drop(begin)?;
        let text = self.heap.new_text(&joined);
        self.set(dest, text)
    }

    fn concat(&mut self, dest: Local, parts: &[Operand]) -> Sound<()> {
        let mut joined = String::new();
        for part in parts {
            let part = self.borrowed(part)?;
            joined.push_str(&self.heap.text(part)?);
        }
        let text = self.heap.new_text(&joined);
        self.set(dest, text)
    }

    fn env_args(&mut self, dest: Local) -> Sound<()> {
        let args = self.world.args.iter().map(|arg| self.heap.new_text(arg)).collect();
        let array = self.heap.new_object(Body::Array(List::plain(args)));
        self.set(dest, array)
    }
}

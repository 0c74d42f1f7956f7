//! The conventions of calls. In: the table of `pluto_abi` and MIR functions. Out: [`RuntimeFn`] and Cranelift signatures.

use crate::value;
use cranelift_codegen::ir::{self, AbiParam, ArgumentPurpose, Signature, types};
use cranelift_codegen::isa::CallConv;
use pluto_middle::mir::{Function, HasStatus, Program};

/// A kind of parameter or result in the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(non_camel_case_types, reason = "spelled as in the table")]
enum Kind {
    ptr,
    word,
    f64,
    unit,
}

macro_rules! runtime_fns {
    ($($(#[$about:meta])* $name:ident($($param:ident: $kind:ident),*) -> $result:ident;)*) => {
        /// A function of the runtime.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        #[allow(non_camel_case_types, dead_code, reason = "spelled as in the table; some are only for the runtime itself")]
        pub(crate) enum RuntimeFn { $($name,)* }

        impl RuntimeFn {
            /// Its symbol.
            pub(crate) fn symbol(self) -> &'static str {
                match self { $(RuntimeFn::$name => concat!("pluto_", stringify!($name)),)* }
            }
            fn kinds(self) -> (&'static [Kind], Kind) {
                match self { $(RuntimeFn::$name => (&[$(Kind::$kind),*], Kind::$result),)* }
            }
        }
    };
}

pluto_abi::for_each_runtime_fn!(runtime_fns);

impl RuntimeFn {
    /// Its signature.
    pub(crate) fn signature(self) -> Signature {
        let (params, result) = self.kinds();
        let mut signature = Signature::new(CallConv::SystemV);
        signature.params.extend(params.iter().filter_map(|kind| kind.param()));
        signature.returns.extend(result.param());
        signature
    }
}

impl Kind {
    fn param(self) -> Option<AbiParam> {
        match self {
            Kind::ptr | Kind::word => Some(AbiParam::new(types::I64)),
            Kind::f64 => Some(AbiParam::new(types::F64)),
            Kind::unit => None,
        }
    }
}

/// The signature of a function of the program: the task, its parameters; the words of its result, then its status if it has one.
pub(crate) fn function(program: &Program, function: &Function) -> Signature {
    let mut signature = Signature::new(CallConv::Tail);
    signature.params.push(AbiParam::special(types::I64, ArgumentPurpose::VMContext));
    for (local, _) in &function.params {
        signature.params.push(AbiParam::new(value::clif_type(&program.types[function.locals[*local].ty])));
    }
    let results = program.results(function).into_iter();
    signature.returns.extend(results.map(|ty| AbiParam::new(value::clif_type(&program.types[ty]))));
    if function.status == HasStatus::Yes {
        signature.returns.push(AbiParam::new(types::I64));
    }
    signature
}

/// The signature of a closure's code with these parameters: the task, the closure, they; the results, then the status.
pub(crate) fn closure(params: &[ir::Type], results: &[ir::Type]) -> Signature {
    let mut signature = own(2, 0);
    signature.params.extend(params.iter().map(|param| AbiParam::new(*param)));
    signature.returns = results.iter().copied().chain([types::I64]).map(AbiParam::new).collect();
    signature
}

/// `encode(task, buffer, value)`.
pub(crate) fn encoder() -> Signature {
    own(3, 0)
}

/// `decode(task, reader)`, which gives so many words.
pub(crate) fn decoder(words: usize) -> Signature {
    own(2, words)
}

/// A call that changes no register. It has no result.
pub(crate) fn quiet(params: usize) -> Signature {
    let mut signature = door(params, 0);
    signature.call_conv = CallConv::PreserveAll;
    signature
}

/// A door that the runtime calls with so many words, for so many (at most one).
pub(crate) fn door(params: usize, results: usize) -> Signature {
    let mut signature = Signature::new(CallConv::SystemV);
    signature.params.extend(vec![AbiParam::new(types::I64); params]);
    signature.returns.extend(vec![AbiParam::new(types::I64); results]);
    signature
}

fn own(params: usize, results: usize) -> Signature {
    let mut signature = door(params, results);
    signature.call_conv = CallConv::Tail;
    signature.params[0] = AbiParam::special(types::I64, ArgumentPurpose::VMContext);
    signature
}

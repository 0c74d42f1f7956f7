//! The one table of diagnostic codes. Each has a page `spec/errors/CODE.md` whose program provokes it; a test compares both.
//! E01 syntax · E02 names · E03 types · E04 errors and faults · E05 services and placement · E06 the world (files, linker)
//! · E09 "not yet": decided in the language, not built so far.

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// The program is refused.
    Error,
    /// The program is accepted.
    Warning,
}

macro_rules! codes {
    ($($code:ident $name:ident: $severity:ident, $about:literal;)*) => {
        /// A diagnostic's code. Variants are named after the rule, printed as `E0301`.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Code {
            $(#[doc = $about] $code,)*
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &[Code] = &[$(Code::$code,)*];

            /// `E0301`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$code => stringify!($code),)* }
            }

            /// The rule's short name: `type_mismatch`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Code::$code => stringify!($name),)* }
            }

            /// What the rule says, in a sentence.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Code::$code => $about,)* }
            }

            /// Error or warning.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Code::$code => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    E0101 unexpected_token: Error, "the parser met something that cannot stand here";
    E0102 unknown_character: Error, "a character that no token begins with";
    E0103 bad_number: Error, "a number literal that is malformed or too large";
    E0104 bad_string: Error, "a string literal that is not closed or has an unknown escape";
    E0105 nested_too_deeply: Error, "brackets or expressions nested deeper than 256";
    E0106 unclosed_bracket: Error, "a bracket without its partner";
    E0107 bad_case: Error, "types start upper-case, values and functions lower-case";
    E0108 unused_result: Error, "the result of an operator is not used";
    E0109 not_a_place: Error, "only a variable, field, element or entry can be assigned";
    E0110 comparison_chain: Error, "comparisons cannot be chained";

    E0201 unknown_name: Error, "a name that nothing in scope has";
    E0202 duplicate_name: Error, "two declarations of one name in one scope";
    E0203 unknown_module: Error, "an import of a module that does not exist";
    E0204 import_cycle: Error, "modules that import each other";
    E0205 private_item: Error, "use of an item of another module that is not `pub`";
    E0206 unknown_type: Error, "a type that does not exist";
    E0207 unknown_field: Error, "a field or variant that the type does not have";
    E0208 self_outside_method: Error, "`self` outside a method that takes it";
    E0209 loop_control_outside_loop: Error, "`break` or `continue` outside a loop";
    E0210 missing_main: Error, "the program has neither an `app` nor a `fn main`";
    E0211 two_mains: Error, "the program has more than one start";
    E0212 wrong_kind: Error, "a name that means something else than what is needed here";

    E0301 type_mismatch: Error, "a value of one type where another is needed";
    E0302 wrong_argument_count: Error, "a call with too many or too few arguments";
    E0303 unknown_method: Error, "a method that the type does not have";
    E0304 missing_field: Error, "a literal that leaves out a field without default";
    E0305 not_exhaustive: Error, "a `match` that does not cover every case";
    E0306 unreachable_arm: Warning, "an arm of a `match` that can never be taken";
    E0307 cannot_infer: Error, "a type that cannot be inferred";
    E0308 not_mutable: Error, "a change of something that is not `mut`";
    E0309 bad_operand: Error, "an operator on types that it does not take";
    E0310 bad_cast: Error, "an `as` between types that cannot be cast";
    E0311 recursive_type: Error, "a type that contains itself without end";
    E0312 not_nullable: Error, "`?`, `??` or `if let` on a value that is never `none`";
    E0313 bad_main: Error, "a `main`, `start` or `stop` with a wrong signature";
    E0314 missing_return: Error, "a function that can end without its result";
    E0315 bad_map_key: Error, "a type that cannot be compared or be the key of a map";
    E0316 useless_test_call: Error, "`expect` outside a test, or used wrongly";
    E0317 bad_format: Error, "a format in an f-string that the value does not take";
    E0318 captured_changed: Error, "a change of a variable that a closure or task has as a value";
    E0319 bad_task_use: Error, "a closure or task where only data can stand";
    E0320 channel_misused: Error, "a channel that is used as what it is not";
    E0321 no_place_to_bind: Error, "`mut` in a pattern for something that is not a place";
    E0322 changed_while_bound: Error, "a change of what holds a part that is bound by `mut`";

    E0401 unhandled_error: Error, "a call that can fail is not handled";
    E0402 cannot_fail: Error, "`!` or `catch` on a call that can never fail";
    E0403 uncovered_error: Error, "typed handlers that do not cover every error";
    E0404 not_an_error: Error, "`raise` of, or a handler for, something that is not an error";
    E0405 impossible_handler: Error, "a typed handler for an error that cannot occur";
    E0406 error_in_constant: Error, "a constant, field default, `start` or `stop` where an error would have nowhere to go";

    E0501 service_built_by_hand: Error, "a service class is made by the compiler only";
    E0502 dependency_cycle: Error, "services that depend on each other in a circle";
    E0503 bad_dependency: Error, "brackets that name something other than a service class";
    E0504 unknown_placement_member: Error, "a placement that names something which is not a service of the app";
    E0505 placed_twice: Error, "a service placed in two processes";
    E0506 must_be_placed: Error, "a stateful service used by several processes and placed in none";
    E0507 not_serializable: Error, "a type crosses a process boundary and cannot be serialised";
    E0508 unhandled_boundary_error: Error, "a call fails because a placement separates caller and callee, and nobody handles it";
    E0509 unknown_system: Error, "a system that the program does not declare";
    E0510 dependency_misused: Error, "a dependency can only be called";
    E0511 bad_system: Error, "a system that is empty or has names twice";
    E0512 closure_escapes_service: Error, "a closure that uses `self` or a dependency is stored, sent or passed on";
    E0513 unused_task: Error, "a task that nobody uses is cancelled at once";
    E0514 waits_for_itself: Error, "a service waits for a task that calls the same service";
    E0515 waiting_in_mut_self: Warning, "a `mut self` method waits, and all calls of its service with it";
    E0516 self_in_spawn: Error, "a task uses the fields of the service in which it was started";
    E0517 bad_channel_dependency: Error, "brackets name an end of a channel that does not exist or is another";
    E0518 queue_holds_itself: Warning, "a channel whose messages can hold its own ends";
    E0519 bad_policy: Error, "a policy for no service, for one that has another, or with a setting that does not fit";
    E0520 timeout_too_late: Warning, "the timeout of a policy is not earlier than that of the call in which it would count";

    E0601 unreadable_file: Error, "a file that cannot be read";
    E0602 invalid_utf8: Error, "a file that is not valid UTF-8 or holds a NUL byte";
    E0603 missing_linker: Error, "no C compiler driver `cc` to link with";
    E0604 link_failed: Error, "the linker failed";
    E0605 cannot_write: Error, "an output that cannot be written";
    E0606 unsupported_target: Error, "a machine other than Linux on x86-64";

    E0902 no_generics_yet: Error, "generic functions and classes are not built yet";
    E0903 no_traits_yet: Error, "traits are not built yet";
    E0905 channels_cannot_cross_yet: Error, "a channel whose ends would be in two processes";
    E0908 no_sets_or_bytes_yet: Error, "`Set` and `bytes` are not built yet";
    E0909 no_contracts_yet: Error, "contracts are not built yet";
    E0910 no_bindings_yet: Error, "`bind` and `expose` are not built yet";
    E0911 no_replicas_yet: Error, "replicas and sharding are not built yet";
    E0912 no_scopes_yet: Error, "`scoped`, `transient`, `uses`, `ambient`, `scope` and `stage` are not built yet";
    E0913 no_generators_yet: Error, "generators are not built yet";
    E0915 no_test_doubles_yet: Error, "`test … with` is not built yet";
    E0916 no_packages_yet: Error, "packages, and this standard module, are not built yet";
    E0917 no_remote_keyword: Error, "`remote`, `serve` and a system of modules are replaced by placement";
    E0918 no_policy_settings_yet: Error, "the settings `retries` and `breaker` of a policy are not built yet";
}

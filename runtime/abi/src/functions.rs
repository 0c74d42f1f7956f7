//! The table of runtime functions. Symbol: `pluto_` + name. Convention SystemV; `ptr` and `word` are 64-bit integer registers,
//! `f64` a float register. At most one result.
//!
//! `task` is the [`crate::layout::TaskHeader`]; `desc` a [`crate::layout::TypeDesc`]; objects of Pluto types are words.
//! *Borrowed* arguments are only read; *owned* ones are consumed. Results are owned. `slot` is the address of a word that
//! holds an object: the function makes it unique first and may replace it.
//! *Waiting functions* return a [`crate::layout::Waited`]. On `Suspend` generated code calls `suspend` and then the same
//! function with the same arguments again, until it answers something else. `site` names the place for lists of waiting tasks.
//! Functions named in **status functions** return 0, or 1 after having recorded a fault in the task (generated code then
//! calls `trace_start` with the place); their result goes to `out`, only when 0.

/// Hands the whole table to a macro: rows `name(param: kind, …) -> kind;`.
#[macro_export]
macro_rules! for_each_runtime_fn {
    ($expand:ident) => {
        $expand! {
            // ---- objects ----
            /// A new object with count 1 and `words` words behind its header, not initialised.
            object_new(desc: ptr, words: word) -> ptr;
            /// The count fell to 0: drops all it holds (iteratively; null words are skipped) and frees it.
            object_free(object: ptr) -> unit;
            /// Drops a word of any type (null-tolerant); for cold paths.
            drop_word(desc: ptr, value: word) -> unit;
            /// Makes the object in the slot unique (a shallow copy with new counts for its parts, if it is shared or static)
            /// and returns it. For class, tuple, enum, error, array and map objects, and boxes.
            object_unique(slot: ptr) -> ptr;
            /// Structural equality: borrowed.
            equal(desc: ptr, left: word, right: word) -> word;
            /// Byte order of strings: -1, 0, 1. Borrowed.
            string_compare(left: word, right: word) -> word;
            /// The text of a value as f-strings show it: borrowed. `format` may be null.
            show(desc: ptr, value: word, format: ptr, format_len: word) -> word;
            /// Joins `count` strings (an array of words at `parts`): borrowed.
            concat(parts: ptr, count: word) -> word;
            /// A string (owned) with another one (borrowed) behind it; in place if nobody else owns the first.
            string_append(text: word, part: word) -> word;
            /// The same with `count` strings (an array of words at `parts`).
            string_append_all(text: word, parts: ptr, count: word) -> word;
            /// Prints a line: borrowed.
            print(task: ptr, text: word) -> unit;

            // ---- programs that check their memory ----
            /// An object was freed, and this is about to be done with it (`layout::Deed`). Ends the process.
            memory_freed(object: ptr, deed: word) -> unit;
            /// A word is about to be stored in an object (borrowed), or, if that is null, where other tasks see it: looks whether they may.
            memory_stored(container: ptr, desc: ptr, value: word) -> unit;
            /// A loop goes round: now and then, looks at all objects, if nobody else runs.
            memory_loop(task: ptr) -> unit;

            // ---- faults, errors, tasks ----
            /// Records a fault (`layout::FaultKind`).
            fault(task: ptr, kind: word, a: word, b: word) -> unit;
            /// Records a fault with a text: borrowed.
            fault_text(task: ptr, text: word) -> unit;
            /// The path of the fault or error begins at this site.
            trace_start(task: ptr, site: word) -> unit;
            /// The path goes on through this site.
            trace(task: ptr, status: word, site: word) -> unit;
            /// Leaves the task's stack until somebody wakes the task. After a waiting function said `Suspend`.
            suspend(task: ptr) -> unit;
            /// A loop goes round and finds the task's stack limit at `u64::MAX`: puts the limit back, and lets others run.
            safepoint(task: ptr) -> unit;
            /// A function was entered below the stack limit. 1: the stack is used up; 0: it was only a request to let others
            /// run, which was done.
            stack_check(task: ptr, stack_pointer: word) -> word;
            /// Waiting function: takes a service's lock (mode 0 read, 1 write; 2 more if the task cannot suspend while it has it).
            lock_take(task: ptr, service: word, mode: word, site: word) -> word;
            /// Gives a lock back that `lock_take` took.
            lock_give_back(task: ptr, service: word, mode: word) -> unit;
            /// Waiting function: like `lock_take` (mode 0 or 1), of a service that is rebuilt after a fault in it: if one has happened,
            /// that is waited for. `Early` with a fault if it cannot be done.
            service_enter(task: ptr, service: word, mode: word, site: word) -> word;
            /// A method that holds the lock after `service_enter` ended early with this status: if by a fault, the service is rebuilt
            /// before the next one enters; if `at_once` is 1, by itself.
            service_failed(task: ptr, service: word, status: word, at_once: word) -> unit;
            /// Drops what the service's fields hold; they are 0 then.
            service_clear(task: ptr, service: word) -> unit;

            // ---- sharing between threads ----
            /// Marks a value (borrowed) and all it reaches as shared between threads; stops at what is.
            share(desc: ptr, value: word) -> unit;
            /// One more owner of a shared object (its count is below 0).
            shared_dup(object: ptr) -> unit;
            /// One owner fewer of a shared object; frees it if that was the last.
            shared_drop(object: ptr) -> unit;

            // ---- tasks; `closure` owned; handles are objects of kind `Task`, borrowed ----
            /// Status function: a new task that runs `closure` through `run`, a door `extern "C" fn(task, closure, out) -> status`
            /// that owns the closure. `out` is the handle, `handle_desc` its type's descriptor, whose `first` is the result's.
            task_spawn(task: ptr, closure: word, run: ptr, handle_desc: ptr, out: ptr) -> word;
            /// Waiting function: `Done`: `out` is a new count of the result; `Error`: `out` is the error, owned; `Cancelled`.
            /// The task's fault is taken over (`Early`).
            task_get(task: ptr, handle: word, site: word, out: ptr) -> word;
            /// Waiting function: waits for the task's end. `Done`: `out` is 0 done, 1 failed, 2 faulted, 3 cancelled.
            task_ended(task: ptr, handle: word, site: word, out: ptr) -> word;
            /// What a task that has ended says: the error's or fault's text as a string.
            task_message(handle: word) -> word;
            task_cancel(handle: word) -> unit;
            /// The task goes on without handles, and is not cancelled when the last one is dropped.
            task_detach(handle: word) -> unit;
            /// The same; it is a call of a service, which the end of the process waits for, for a limited time.
            task_detach_call(handle: word) -> unit;
            /// Waiting function.
            sleep(task: ptr, nanoseconds: word, site: word) -> word;
            /// A deadline for what follows: `out[0]` the one that held before (for `deadline_end`), `out[1]` this one.
            deadline_begin(task: ptr, nanoseconds: word, out: ptr) -> unit;
            deadline_end(task: ptr, before: word) -> unit;
            /// 1 if the early end in hand is the expiry of this deadline; it is forgotten then.
            deadline_expired(task: ptr, own: word) -> word;

            // ---- channels: ends are objects of the kinds `Sender` … `Subscriber`, borrowed; sent values owned ----
            /// Status function: a new channel; capacity -1 is unbounded. `out[0]`, `out[1]` are its two ends, whose descriptors are given.
            chan_new(task: ptr, sender_desc: ptr, receiver_desc: ptr, capacity: word, out: ptr) -> word;
            /// Waiting function. The value is taken at the first call, whatever the answer; it is ignored in later ones.
            chan_send(task: ptr, sender: word, value: word, site: word) -> word;
            /// Waiting function, like `chan_send`: `Done` when a receiver has taken it.
            chan_deliver(task: ptr, sender: word, value: word, site: word) -> word;
            /// Waiting function: `Done`: `out` is the value.
            chan_recv(task: ptr, receiver: word, site: word, out: ptr) -> word;
            /// Waiting function of a `for`: like `chan_recv`, but `Closed` is the end of the loop and a lost sender is a fault (`Early`).
            chan_next(task: ptr, receiver: word, site: word, out: ptr) -> word;
            /// 0 or 1. The value is taken.
            chan_try_send(task: ptr, sender: word, value: word) -> word;
            /// `opt` is the descriptor of the nullable result.
            chan_try_recv(task: ptr, receiver: word, opt: ptr) -> word;
            chan_close(task: ptr, end: word) -> unit;
            chan_len(end: word) -> word;
            chan_capacity(end: word, opt: ptr) -> word;
            /// Waiting function: publishes to all subscribers; `wait` 1: until they have taken it (may be `Closed`).
            topic_publish(task: ptr, publisher: word, value: word, wait: word, site: word) -> word;
            /// How many messages a lossy topic (or this subscriber's queue) has dropped.
            topic_dropped(end: word) -> word;
            /// A new count of an end of the program's named channel or topic; `side` is `program::Side`, `subscription` the
            /// number of a subscriber among those of the topic. `desc` is the end's type.
            named_end(channel: word, side: word, subscription: word, desc: ptr) -> word;
            /// Waiting function over `count` arms (`layout::SelectArm`): `layout::SELECTED` + the arm's number; + `count`: `after`
            /// nanoseconds have passed (-1: never); + `count` + 1: the default, taken at once if `has_default` is 1; `Closed` or
            /// `Lost` if all arms are. `out` is the received value. A sent value is borrowed; the runtime makes its own count.
            select(task: ptr, arms: ptr, count: word, after: word, has_default: word, site: word, out: ptr) -> word;

            // ---- sorting with a closure: generated code compares ----
            /// A stable merge sort of so many elements, in steps.
            sort_new(len: word) -> ptr;
            /// Goes on; `order` is the comparison's result (an int; ignored the first time). 1: compare elements `left` and
            /// `right`; 0: done.
            sort_next(sorter: ptr, order: word) -> word;
            sort_left(sorter: ptr) -> word;
            sort_right(sorter: ptr) -> word;
            /// Frees the sorter; puts the array in the slot into its order, or leaves it (`slot` null).
            sort_end(sorter: ptr, slot: ptr) -> unit;

            // ---- arithmetic (status functions: int_pow) ----
            int_pow(task: ptr, base: word, exponent: word, out: ptr) -> word;
            float_pow(base: f64, exponent: f64) -> f64;
            float_rem(left: f64, right: f64) -> f64;
            /// Half away from zero.
            float_round(value: f64) -> f64;

            // ---- strings: borrowed; `opt` is the descriptor of the nullable result, `strings` that of `[string]` ----
            string_contains(text: word, part: word) -> word;
            string_starts_with(text: word, part: word) -> word;
            string_ends_with(text: word, part: word) -> word;
            string_index_of(text: word, part: word, opt: ptr) -> word;
            string_count(text: word, part: word) -> word;
            string_trim(text: word) -> word;
            string_trim_start(text: word) -> word;
            string_trim_end(text: word) -> word;
            string_to_upper(text: word) -> word;
            string_to_lower(text: word) -> word;
            string_replace(text: word, from: word, to: word) -> word;
            string_split(text: word, separator: word, strings: ptr) -> word;
            string_lines(text: word, strings: ptr) -> word;
            string_chars(text: word, strings: ptr) -> word;
            /// Status function: `start..end` in bytes.
            string_substring(task: ptr, text: word, start: word, end: word, out: ptr) -> word;
            /// Status function.
            string_repeat(task: ptr, text: word, count: word, out: ptr) -> word;
            string_to_int(text: word, opt: ptr) -> word;
            string_to_float(text: word, opt: ptr) -> word;
            /// The character that begins at a byte.
            string_char_at(text: word, at: word) -> word;

            // ---- arrays: `desc` is the array's descriptor; `value` owned, other objects borrowed. An inline element that is passed,
            // returned or inside of a nullable result is an object, as all that is one word ----
            /// Count 1, `len` elements, not initialised.
            array_new(desc: ptr, len: word) -> ptr;
            /// Not for inline elements.
            array_push(slot: ptr, value: word) -> unit;
            /// Makes the array in the slot unique, with room for one more element, and returns it. The caller writes the words of that
            /// (shared, if the array is) and raises the length.
            array_reserve(slot: ptr) -> ptr;
            array_pop(slot: ptr, opt: ptr) -> word;
            array_first(array: word, opt: ptr) -> word;
            array_last(array: word, opt: ptr) -> word;
            array_get(array: word, index: word, opt: ptr) -> word;
            /// Status function (out unused).
            array_insert_at(task: ptr, slot: ptr, index: word, value: word, out: ptr) -> word;
            /// Status function.
            array_remove_at(task: ptr, slot: ptr, index: word, out: ptr) -> word;
            /// Status function.
            array_slice(task: ptr, array: word, start: word, end: word, out: ptr) -> word;
            array_contains(array: word, value: word) -> word;
            array_index_of(array: word, value: word, opt: ptr) -> word;
            array_clear(slot: ptr) -> unit;
            array_reverse(slot: ptr) -> unit;
            array_sort(slot: ptr) -> unit;
            array_join(array: word, separator: word) -> word;
            /// `pairs` is the result's descriptor.
            array_enumerate(array: word, pairs: ptr) -> word;
            array_zip(array: word, other: word, pairs: ptr) -> word;

            // ---- maps: `desc` is the map's descriptor; inserted keys and values owned, others borrowed ----
            map_new(desc: ptr) -> word;
            /// The address of the value word, or null. Not a new count.
            map_find(map: word, key: word) -> ptr;
            /// Makes the map in the slot unique; the address of the value word, or null.
            map_find_mut(slot: ptr, key: word) -> ptr;
            map_get(map: word, key: word, opt: ptr) -> word;
            map_contains(map: word, key: word) -> word;
            map_insert(slot: ptr, key: word, value: word) -> unit;
            map_remove(slot: ptr, key: word, opt: ptr) -> word;
            /// The address of the value word of `key`, put in with `value` if missing (else `value` is dropped).
            map_or_insert(slot: ptr, key: word, value: word) -> ptr;
            /// `keys` is the result's descriptor.
            map_keys(map: word, keys: ptr) -> word;
            map_values(map: word, values: ptr) -> word;
            map_clear(slot: ptr) -> unit;
            /// Writes key and value word of the entry at a position to `out[0]`, `out[1]`. Not new counts.
            map_entry(map: word, index: word, out: ptr) -> unit;

            // ---- the world ----
            env_args(strings: ptr) -> word;
            /// 0: `out` is the text; 2: `out` is the reason as a string. Borrowed path.
            read_text(task: ptr, path: word, out: ptr) -> word;

            // ---- encoding: bincode 2, standard configuration; `buffer` grows ----
            write_byte(buffer: ptr, value: word) -> unit;
            /// Unsigned varint (lengths, variants).
            write_varint(buffer: ptr, value: word) -> unit;
            /// Signed varint (zigzag).
            write_int(buffer: ptr, value: word) -> unit;
            write_float(buffer: ptr, value: word) -> unit;
            write_string(buffer: ptr, text: word) -> unit;
            /// The value cannot be encoded (nested too deeply): the buffer is marked.
            write_fail(buffer: ptr) -> unit;

            // ---- decoding: after the first malformed byte every read gives 0, null or the empty string ----
            read_byte(reader: ptr) -> word;
            read_varint(reader: ptr) -> word;
            read_int(reader: ptr) -> word;
            read_float(reader: ptr) -> word;
            read_string(reader: ptr) -> word;
            /// A bool: fails unless 0 or 1.
            read_bool(reader: ptr) -> word;
            /// A length of a collection whose elements take at least so many bytes each: fails if they are not left.
            read_len(reader: ptr, least: word) -> word;
            /// A length of a collection whose elements take no bytes (unit, classes without fields): fails if a message announces
            /// more than 2^20 of them in all.
            read_empty_len(reader: ptr) -> word;
            /// A variant number: fails unless below `count`.
            read_variant(reader: ptr, count: word) -> word;
            /// Marks the reader as failed.
            read_fail(reader: ptr) -> unit;
            /// 1 while nothing was malformed.
            read_ok(reader: ptr) -> word;
            /// 1 if nothing was malformed and nothing is left.
            read_end(reader: ptr) -> word;

            // ---- remote calls ----
            /// Begins a call of `remotes[method]`, which is a method of process `peer`; a call object with an empty request buffer. It waits
            /// `timeout` milliseconds from `call_begin` on, at most; 0: 5 s, or as long as the task has; `layout::NO_TIMEOUT`,
            /// `layout::DETACHED`.
            call_new(task: ptr, peer: word, method: word, timeout: word) -> ptr;
            /// 1: go on. 0: too much waits to be sent to the process: suspend and ask again.
            call_begin(task: ptr, call: ptr) -> word;
            /// Its request buffer.
            call_buffer(call: ptr) -> ptr;
            /// Sends the request. The call ends when its time or a deadline of the task is over, whichever comes first.
            call_send(task: ptr, call: ptr) -> unit;
            /// Sends the request of a detached call and frees the call; `service` and `method` are static strings.
            call_detach(task: ptr, call: ptr, service: word, method: word) -> unit;
            /// `layout::CallState`.
            call_poll(task: ptr, call: ptr) -> word;
            /// The reader over the reply's body.
            call_reader(call: ptr) -> ptr;
            /// The reply was malformed: the call's state becomes `Network` with that detail.
            call_malformed(call: ptr) -> unit;
            /// The detail of a boundary error as a string.
            call_detail(call: ptr) -> word;
            /// May the callee have run? 0 or 1.
            call_may_have_run(call: ptr) -> word;
            /// Takes the callee's fault over into this task.
            call_fault(task: ptr, call: ptr) -> unit;
            /// Frees it.
            call_end(task: ptr, call: ptr) -> unit;
            /// A method has ended with this error, which is about to be written as a reply. 1: nobody waits for it; it was reported and
            /// dropped.
            reply_error(task: ptr, reply: ptr, error: word) -> word;
            /// Writes the task's fault (message and path) as a reply, after clearing the reply, and forgets it.
            reply_fault(task: ptr, reply: ptr) -> unit;
            /// Writes that the request was malformed, after clearing the reply.
            reply_malformed(reply: ptr) -> unit;
        }
    };
}

//! The functions of the table that handle values.
#![allow(clippy::missing_safety_doc, reason = "the table in `pluto_abi::functions` is the contract")]
#![allow(unused_variables, reason = "filled in within minutes")]

/// See the table.
pub unsafe fn object_new(desc: *mut u8, words: u64) -> *mut u8 {
    std::process::abort();
}

/// See the table.
pub unsafe fn object_free(object: *mut u8) {
    std::process::abort();
}

/// See the table.
pub unsafe fn drop_word(desc: *mut u8, value: u64) {
    std::process::abort();
}

/// See the table.
pub unsafe fn object_unique(slot: *mut u8) -> *mut u8 {
    std::process::abort();
}

/// See the table.
pub unsafe fn equal(desc: *mut u8, left: u64, right: u64) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn string_compare(left: u64, right: u64) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn show(desc: *mut u8, value: u64, format: *mut u8, format_len: u64) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn concat(parts: *mut u8, count: u64) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn print(task: *mut u8, text: u64) {
    std::process::abort();
}

/// See the table.
pub unsafe fn int_pow(task: *mut u8, base: u64, exponent: u64, out: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn float_pow(base: f64, exponent: f64) -> f64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn float_rem(left: f64, right: f64) -> f64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn float_round(value: f64) -> f64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn string_contains(text: u64, part: u64) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn string_starts_with(text: u64, part: u64) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn string_ends_with(text: u64, part: u64) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn string_index_of(text: u64, part: u64, opt: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn string_count(text: u64, part: u64) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn string_trim(text: u64) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn string_trim_start(text: u64) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn string_trim_end(text: u64) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn string_to_upper(text: u64) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn string_to_lower(text: u64) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn string_replace(text: u64, from: u64, to: u64) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn string_split(text: u64, separator: u64, strings: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn string_lines(text: u64, strings: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn string_chars(text: u64, strings: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn string_substring(task: *mut u8, text: u64, start: u64, end: u64, out: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn string_repeat(task: *mut u8, text: u64, count: u64, out: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn string_to_int(text: u64, opt: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn string_to_float(text: u64, opt: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn string_char_at(text: u64, at: u64) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn array_new(desc: *mut u8, len: u64) -> *mut u8 {
    std::process::abort();
}

/// See the table.
pub unsafe fn array_push(slot: *mut u8, value: u64) {
    std::process::abort();
}

/// See the table.
pub unsafe fn array_pop(slot: *mut u8, opt: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn array_first(array: u64, opt: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn array_last(array: u64, opt: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn array_get(array: u64, index: u64, opt: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn array_insert_at(task: *mut u8, slot: *mut u8, index: u64, value: u64, out: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn array_remove_at(task: *mut u8, slot: *mut u8, index: u64, out: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn array_slice(task: *mut u8, array: u64, start: u64, end: u64, out: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn array_contains(array: u64, value: u64) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn array_index_of(array: u64, value: u64, opt: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn array_clear(slot: *mut u8) {
    std::process::abort();
}

/// See the table.
pub unsafe fn array_reverse(slot: *mut u8) {
    std::process::abort();
}

/// See the table.
pub unsafe fn array_sort(slot: *mut u8) {
    std::process::abort();
}

/// See the table.
pub unsafe fn array_join(array: u64, separator: u64) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn array_enumerate(array: u64, pairs: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn array_zip(array: u64, other: u64, pairs: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn map_new(desc: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn map_find(map: u64, key: u64) -> *mut u8 {
    std::process::abort();
}

/// See the table.
pub unsafe fn map_find_mut(slot: *mut u8, key: u64) -> *mut u8 {
    std::process::abort();
}

/// See the table.
pub unsafe fn map_get(map: u64, key: u64, opt: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn map_contains(map: u64, key: u64) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn map_insert(slot: *mut u8, key: u64, value: u64) {
    std::process::abort();
}

/// See the table.
pub unsafe fn map_remove(slot: *mut u8, key: u64, opt: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn map_or_insert(slot: *mut u8, key: u64, value: u64) -> *mut u8 {
    std::process::abort();
}

/// See the table.
pub unsafe fn map_keys(map: u64, keys: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn map_values(map: u64, values: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn map_clear(slot: *mut u8) {
    std::process::abort();
}

/// See the table.
pub unsafe fn map_entry(map: u64, index: u64, out: *mut u8) {
    std::process::abort();
}

/// See the table.
pub unsafe fn env_args(strings: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn read_text(task: *mut u8, path: u64, out: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn write_byte(buffer: *mut u8, value: u64) {
    std::process::abort();
}

/// See the table.
pub unsafe fn write_varint(buffer: *mut u8, value: u64) {
    std::process::abort();
}

/// See the table.
pub unsafe fn write_int(buffer: *mut u8, value: u64) {
    std::process::abort();
}

/// See the table.
pub unsafe fn write_float(buffer: *mut u8, value: u64) {
    std::process::abort();
}

/// See the table.
pub unsafe fn write_string(buffer: *mut u8, text: u64) {
    std::process::abort();
}

/// See the table.
pub unsafe fn write_fail(buffer: *mut u8) {
    std::process::abort();
}

/// See the table.
pub unsafe fn read_byte(reader: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn read_varint(reader: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn read_int(reader: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn read_float(reader: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn read_string(reader: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn read_bool(reader: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn read_len(reader: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn read_variant(reader: *mut u8, count: u64) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn read_fail(reader: *mut u8) {
    std::process::abort();
}

/// See the table.
pub unsafe fn read_ok(reader: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn read_end(reader: *mut u8) -> u64 {
    std::process::abort();
}

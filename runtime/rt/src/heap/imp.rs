//! The functions of the table that handle values, gathered from the modules they live in.

pub use super::append::{string_append, string_append_all};
pub use super::array::{
    array_clear, array_contains, array_enumerate, array_first, array_get, array_index_of, array_insert_at, array_join,
    array_last, array_new, array_pop, array_push, array_remove_at, array_reserve, array_reverse, array_slice,
    array_sort, array_zip,
};
pub use super::check::memory_freed;
pub use super::check::publishing::memory_stored;
pub use super::compare::{equal, string_compare};
pub use super::count::{shared_drop, shared_dup};
pub use super::map::{
    map_clear, map_contains, map_entry, map_find, map_find_mut, map_get, map_insert, map_keys, map_new, map_or_insert,
    map_remove, map_values,
};
pub use super::number::{float_pow, float_rem, float_round, int_pow};
pub use super::object::{drop_word, object_free, object_new, object_unique};
pub use super::output::print;
pub use super::sharing::share;
pub use super::show::show;
pub use super::string::concat;
pub use super::text::{
    string_char_at, string_chars, string_contains, string_count, string_ends_with, string_index_of, string_lines,
    string_repeat, string_replace, string_split, string_starts_with, string_substring, string_to_float, string_to_int,
    string_to_lower, string_to_upper, string_trim, string_trim_end, string_trim_start,
};
pub use super::wire::{
    read_bool, read_byte, read_empty_len, read_end, read_fail, read_float, read_int, read_len, read_ok, read_string,
    read_variant, read_varint, write_byte, write_fail, write_float, write_int, write_string, write_varint,
};
pub use super::world::{env_args, read_text};

//! Tests of `analyze`, `place` and `infer`: source in; codes, plans, sets out. Each case says in the source what it expects.

mod crossing;
mod errors;
mod interface;
mod pipeline;
mod placement;
mod plan;
mod repeat;

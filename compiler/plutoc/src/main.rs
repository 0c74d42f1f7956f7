//! plutoc
fn main() {}

//! What the suites share: compiling sources held in memory, running what came out, reading fences out of Markdown, and walking
//! the repository. A new case is one file in `ui/`, `mir/`, `run/`, `spec/` or `examples/`.
#![forbid(unsafe_code)]

pub mod by_hand;
pub mod corpus;
pub mod driver;
pub mod fences;
pub mod generate;
pub mod placements;
pub mod repo;
pub mod running;

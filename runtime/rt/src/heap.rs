//! Values: counted objects and words of generated code, and everything that is done to them without waiting.

pub mod imp;
pub mod output;

//! plutoc

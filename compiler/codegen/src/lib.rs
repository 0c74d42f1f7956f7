//! pluto-codegen

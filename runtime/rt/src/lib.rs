//! pluto-rt

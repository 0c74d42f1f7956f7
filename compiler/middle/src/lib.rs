//! pluto-middle

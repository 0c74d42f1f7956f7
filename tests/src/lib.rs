//! pluto-tests

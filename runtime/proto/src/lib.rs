//! pluto-proto

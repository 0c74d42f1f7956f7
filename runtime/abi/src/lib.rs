//! pluto-abi

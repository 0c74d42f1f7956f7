//! The process around the program: `main`, coroutines, sockets, and the functions of the table that handle tasks ([`imp`]).

pub mod imp;

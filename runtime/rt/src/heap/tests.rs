//! Tests of the value side of the runtime. Each ends with no object left ([`build::balanced`]).

mod arrays;
mod build;
mod checked;
mod deep;
mod ends;
mod inlined;
mod layouts;
mod maps;
mod printed;
mod sharing;
mod shown;
mod small;
mod strings;
mod wired;

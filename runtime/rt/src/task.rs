//! Tasks: what runs, what waits, and what a task that ends early leaves behind.

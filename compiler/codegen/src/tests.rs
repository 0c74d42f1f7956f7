//! Small programs by hand.

//! Provisional: what the named channels will replace.

/// Closes all named channels and topics.
pub(crate) fn close_all() {}

/// Have those who receive taken everything that was in them?
pub(crate) fn are_empty() -> bool {
    true
}

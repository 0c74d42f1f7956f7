//! `plutoc explain CODE`: the page of a code, embedded. In: what the user typed. Out: Markdown.

use pluto_syntax::code::Code;

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The page of a code, found without regard to case; `None` if there is no such code.
#[must_use]
pub fn page(wanted: &str) -> Option<String> {
    let wanted = wanted.to_uppercase();
    let code = Code::ALL.iter().find(|code| code.as_str() == wanted)?;
    let written = PAGES.iter().find(|(name, _)| *name == wanted).map(|(_, text)| (*text).to_owned());
    Some(written.unwrap_or_else(|| format!("# {}: {}\n\n{}.\n", code.as_str(), code.name(), code.about())))
}

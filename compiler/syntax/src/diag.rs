//! Diagnostics as plain data. Made by the stages, rendered only by `plutoc/render`.

use crate::code::{Code, Severity};
use crate::span::Span;

/// A place with a remark.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be said about it; may be empty.
    pub text: String,
}

/// One message to the user. Its severity belongs to its code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// Which rule was broken.
    pub code: Code,
    /// The headline: one sentence, lower case, without a full stop.
    pub message: String,
    /// Where the user should look first; `None` for what has no place (no `cc`, unreadable file).
    pub primary: Option<Label>,
    /// Other places that explain it, in the order in which they should be read.
    pub secondary: Vec<Label>,
    /// The way out, as a sentence.
    pub help: Option<String>,
    /// Further facts (a call chain, a path of types), each a sentence.
    pub notes: Vec<String>,
}

impl Diagnostic {
    /// A message at a place.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        let primary = Some(Label { span, text: String::new() });
        Diagnostic { code, message: message.into(), primary, secondary: vec![], help: None, notes: vec![] }
    }

    /// A message without a place.
    pub fn global(code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic { code, message: message.into(), primary: None, secondary: vec![], help: None, notes: vec![] }
    }

    /// Says something right at the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Diagnostic {
        if let Some(primary) = &mut self.primary {
            primary.text = text.into();
        }
        self
    }

    /// Points to another place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Diagnostic {
        self.notes.push(text.into());
        self
    }

    /// Says how to get out.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help = Some(text.into());
        self
    }
}

/// The messages of one compilation so far.
#[derive(Clone, Default, Debug)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// The gate: is there any error (warnings do not count)?
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|it| it.code.severity() == Severity::Error)
    }

    /// Sorted by file, place and code, without repetitions: what the user sees.
    #[must_use]
    pub fn sorted(&self) -> Vec<Diagnostic> {
        let mut list = self.list.clone();
        list.sort_by_key(|it| (it.primary.as_ref().map(|label| label.span), it.code, it.message.clone()));
        list.dedup();
        list
    }
}

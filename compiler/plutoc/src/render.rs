//! Diagnostics → text: the only file that knows ariadne, and the JSON form. In: sorted diagnostics. Out: bytes on a writer.

use crate::load::Sources;
use crate::options::MessageFormat;
use ariadne::{Cache, Color, Config, IndexType, Label, Report, ReportKind, Source};
use pluto_syntax::code::Severity;
use pluto_syntax::diag::{Diagnostic, Diagnostics};
use pluto_syntax::span::{FileId, Span};
use std::collections::BTreeMap;
use std::io::Write;

/// Whether the reader sees colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Colors {
    /// Plain text.
    Off,
    /// A terminal.
    On,
}

/// More than this many messages help nobody.
const MOST_SHOWN: usize = 40;

/// Writes all diagnostics.
///
/// # Errors
/// When the writer fails.
pub fn render(
    diagnostics: &Diagnostics,
    sources: &Sources,
    format: MessageFormat,
    colors: Colors,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let list = diagnostics.sorted();
    match format {
        MessageFormat::Json => list.iter().try_for_each(|it| writeln!(out, "{}", json(it, sources))),
        MessageFormat::Human => human(&list, sources, colors, out),
    }
}

fn human(list: &[Diagnostic], sources: &Sources, colors: Colors, out: &mut dyn Write) -> std::io::Result<()> {
    let mut cache = Texts { sources, ready: BTreeMap::new() };
    for diagnostic in list.iter().take(MOST_SHOWN) {
        match &diagnostic.primary {
            Some(primary) if !on_long_line(diagnostic, sources) => {
                report(diagnostic, primary.span, colors).write(&mut cache, &mut *out)?;
            }
            Some(_) | None => without_source(diagnostic, sources, out)?,
        }
    }
    if list.len() > MOST_SHOWN {
        writeln!(out, "… and {} more", list.len() - MOST_SHOWN)?;
    }
    let errors = list.iter().filter(|it| it.code.severity() == Severity::Error).count();
    if let Some(first) = list.iter().find(|it| it.code.severity() == Severity::Error) {
        let count = if errors == 1 { "1 error".to_owned() } else { format!("{errors} errors") };
        writeln!(out, "{count}; `plutoc explain {}` tells more about the first", first.code.as_str())?;
    }
    Ok(())
}

/// Longer lines are not shown: nobody reads them in a terminal, and generated ones may have megabytes.
const LONGEST_LINE: usize = 400;

fn on_long_line(diagnostic: &Diagnostic, sources: &Sources) -> bool {
    let labels = diagnostic.primary.iter().chain(&diagnostic.secondary);
    labels.into_iter().any(|label| {
        let text = &sources.file(label.span.file).text;
        let (start, end) =
            (text.floor_char_boundary(label.span.start as usize), text.ceil_char_boundary(label.span.end as usize));
        let before = text[..start].bytes().rev().take(LONGEST_LINE).take_while(|byte| *byte != b'\n').count();
        let after = text[start..].bytes().take(LONGEST_LINE).take_while(|byte| *byte != b'\n').count();
        before + after >= LONGEST_LINE || end - start >= LONGEST_LINE * 4
    })
}

/// Messages without a place, and those whose place cannot be shown: with the place in words.
fn without_source(diagnostic: &Diagnostic, sources: &Sources, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "[{}] {}: {}", diagnostic.code.as_str(), kind_word(diagnostic), diagnostic.message)?;
    for label in diagnostic.primary.iter().chain(&diagnostic.secondary) {
        let (line, column) = sources.line_col(label.span);
        let text = if label.text.is_empty() { "here" } else { &label.text };
        writeln!(out, "  at {}:{line}:{column}: {text}", sources.file(label.span.file).path)?;
    }
    for note in &diagnostic.notes {
        writeln!(out, "  note: {note}")?;
    }
    diagnostic.help.iter().try_for_each(|help| writeln!(out, "  help: {help}"))
}

fn kind_word(diagnostic: &Diagnostic) -> &'static str {
    match diagnostic.code.severity() {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
    }
}

type Place = (FileId, std::ops::Range<usize>);

fn report(diagnostic: &Diagnostic, primary: Span, colors: Colors) -> Report<'static, Place> {
    let (kind, color) = match diagnostic.code.severity() {
        Severity::Error => (ReportKind::Error, Color::Red),
        Severity::Warning => (ReportKind::Warning, Color::Yellow),
    };
    let config = Config::new().with_index_type(IndexType::Byte).with_color(colors == Colors::On);
    let mut report = Report::build(kind, place(primary))
        .with_config(config)
        .with_code(diagnostic.code.as_str())
        .with_message(&diagnostic.message);
    let labels = diagnostic.primary.iter().map(|label| (label, color));
    let mut labels: Vec<_> = labels.chain(diagnostic.secondary.iter().map(|label| (label, Color::Cyan))).collect();
    // ariadne opens a new frame for a label above the one before it.
    labels.sort_by_key(|(label, _)| (label.span.file != primary.file, label.span));
    for (label, color) in labels {
        // ariadne underlines only what it has a word for.
        let text = if label.text.is_empty() { "here" } else { &label.text };
        report = report.with_label(Label::new(place(label.span)).with_color(color).with_message(text));
    }
    for note in &diagnostic.notes {
        report = report.with_note(note);
    }
    if let Some(help) = &diagnostic.help {
        report = report.with_help(help);
    }
    report.finish()
}

fn place(span: Span) -> Place {
    (span.file, span.start as usize..span.end as usize)
}

/// Splits each text into lines only when a message needs it.
struct Texts<'a> {
    sources: &'a Sources,
    ready: BTreeMap<FileId, Source<&'a str>>,
}

impl<'a> Cache<FileId> for &mut Texts<'a> {
    type Storage = &'a str;

    fn fetch(&mut self, id: &FileId) -> Result<&Source<&'a str>, impl std::fmt::Debug> {
        let sources = self.sources;
        let text = || Source::from(&*sources.file(*id).text);
        Ok::<_, std::fmt::Error>(self.ready.entry(*id).or_insert_with(text))
    }

    fn display<'b>(&self, id: &'b FileId) -> Option<impl std::fmt::Display + 'b> {
        Some(self.sources.file(*id).path.clone())
    }
}

#[derive(serde::Serialize)]
struct JsonDiagnostic<'a> {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    message: &'a str,
    labels: Vec<JsonLabel<'a>>,
    notes: &'a [String],
    help: Option<&'a str>,
}

#[derive(serde::Serialize)]
struct JsonLabel<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    start: u32,
    end: u32,
    text: &'a str,
}

fn json(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let labels = diagnostic.primary.iter().chain(&diagnostic.secondary).map(|label| {
        let (line, column) = sources.line_col(label.span);
        let file = &sources.file(label.span.file).path;
        JsonLabel { file, line, column, start: label.span.start, end: label.span.end, text: &label.text }
    });
    let shown = JsonDiagnostic {
        code: diagnostic.code.as_str(),
        name: diagnostic.code.name(),
        severity: match diagnostic.code.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        message: &diagnostic.message,
        labels: labels.collect(),
        notes: &diagnostic.notes,
        help: diagnostic.help.as_deref(),
    };
    serde_json::to_string(&shown).unwrap_or_else(|error| format!("{{\"message\":\"{error}\"}}"))
}

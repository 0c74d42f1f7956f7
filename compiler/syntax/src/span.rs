//! Where something stands: files, byte spans, and the map from spans to lines. In: file texts. Out: ids and places.

use std::sync::Arc;

/// One source file of the program, in the order in which `load` met them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FileId(pub u32);

/// A half-open range of bytes in one file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span of `file` from byte `start` to before byte `end`.
    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Span {
        let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { file, start: clamp(start), end: clamp(end) }
    }

    /// The smallest span that holds both; both must be of the same file.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The empty span at the end of this one.
    #[must_use]
    pub fn end_point(self) -> Span {
        Span { start: self.end, ..self }
    }
}

/// A source file: its path as the user named it, its text, and where its lines start.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The path shown in messages.
    pub path: String,
    /// The whole text (valid UTF-8; `load` reports what is not).
    pub text: Arc<str>,
    line_starts: Vec<u32>,
}

/// All files of one compilation.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Adds a file and gives it an id.
    pub fn add(&mut self, path: String, text: Arc<str>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).expect("fewer than 2^32 files"));
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts =
            std::iter::once(0).chain(newlines.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX))).collect();
        self.files.push(SourceFile { path, text, line_starts });
        id
    }

    /// The file with this id.
    #[must_use]
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// All files, in id order.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        (0u32..).map(FileId).zip(&self.files)
    }

    /// Line and column (both from 1; columns count bytes) of a span's start.
    #[must_use]
    pub fn line_col(&self, span: Span) -> (u32, u32) {
        let starts = &self.file(span.file).line_starts;
        let line = starts.partition_point(|start| *start <= span.start);
        let column = span.start - starts[line - 1] + 1;
        (u32::try_from(line).unwrap_or(u32::MAX), column)
    }

    /// The source text under a span.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.start as usize..span.end as usize).unwrap_or("")
    }
}

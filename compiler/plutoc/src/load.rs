//! load: follows imports from the first file and parses every module. In: [`Files`] and a path. Out: the source map and the
//! parsed modules. The only stage that reads files; a memory implementation of [`Files`] serves tests.

use pluto_middle::resolve::{Parsed, ParsedModule};
use pluto_syntax::ast::{ItemKind, Module, Name};
use pluto_syntax::code::Code;
use pluto_syntax::diag::{Diagnostic, Diagnostics};
use pluto_syntax::parser::parse;
use pluto_syntax::span::{SourceMap, Span};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The texts, shared with every later stage.
pub type Sources = Arc<SourceMap>;

/// Where texts come from.
pub trait Files {
    /// The bytes of a file.
    ///
    /// # Errors
    /// The system's reason.
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>>;
    /// Is there such a file?
    fn exists(&self, path: &Path) -> bool;
    /// Is it a folder?
    fn is_folder(&self, path: &Path) -> bool;
}

/// The file system.
#[derive(Clone, Copy, Debug)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        std::fs::read(path)
    }
    fn exists(&self, path: &Path) -> bool {
        path.is_file()
    }
    fn is_folder(&self, path: &Path) -> bool {
        path.is_dir()
    }
}

/// Files in memory, for tests.
#[derive(Clone, Default, Debug)]
pub struct Memory {
    /// Text by path.
    pub files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Files for Memory {
    fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        self.files.get(path).cloned().ok_or_else(|| std::io::Error::from(std::io::ErrorKind::NotFound))
    }
    fn exists(&self, path: &Path) -> bool {
        self.files.contains_key(path)
    }
    fn is_folder(&self, path: &Path) -> bool {
        self.files.keys().any(|file| file.parent() == Some(path))
    }
}

/// Larger files are refused: spans count bytes in 32 bits, and nobody writes such a module.
const LARGEST_FILE: usize = 64 << 20;

/// Reads the program that begins at `root`. The modules are missing if the first file could not be read.
pub fn load(files: &dyn Files, root: &Path, dx: &mut Diagnostics) -> (Sources, Option<Parsed>) {
    let root = if files.is_folder(root) { root.join("main.pluto") } else { root.to_owned() };
    let mut loader = Loader { files, sources: SourceMap::default(), modules: vec![], by_path: BTreeMap::new(), dx };
    let first = loader.module(&root, None);
    if first.is_some() {
        loader.follow_imports(&root);
        loader.refuse_cycles();
    }
    let Loader { sources, modules, .. } = loader;
    let sources = Arc::new(sources);
    let parsed = first.map(|_| Parsed { sources: sources.clone(), modules });
    (sources, parsed)
}

struct Loader<'a> {
    files: &'a dyn Files,
    sources: SourceMap,
    modules: Vec<ParsedModule>,
    by_path: BTreeMap<PathBuf, usize>,
    dx: &'a mut Diagnostics,
}

impl Loader<'_> {
    /// Reads and parses one module, once.
    fn module(&mut self, path: &Path, import: Option<Span>) -> Option<usize> {
        if let Some(known) = self.by_path.get(path) {
            return Some(*known);
        }
        let text = self.text(path, import)?;
        let file = self.sources.add(path.display().to_string(), text.into());
        let ast = parse(file, &self.sources.file(file).text, self.dx);
        let name: Name = path.file_stem().map_or_else(|| "main".into(), |stem| stem.to_string_lossy().as_ref().into());
        self.modules.push(ParsedModule { name, ast, imports: vec![] });
        self.by_path.insert(path.to_owned(), self.modules.len() - 1);
        Some(self.modules.len() - 1)
    }

    fn text(&mut self, path: &Path, import: Option<Span>) -> Option<String> {
        let shown = path.display();
        let complain = |code, message: String| match import {
            Some(span) => Diagnostic::new(code, span, message),
            None => Diagnostic::global(code, message),
        };
        let bytes = match self.files.read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let message = format!("cannot read `{shown}`: {error}");
                self.dx.push(
                    complain(Code::E0601, message).help("name a `.pluto` file, or a folder that holds `main.pluto`"),
                );
                return None;
            }
        };
        if bytes.len() > LARGEST_FILE {
            let message = format!("`{shown}` has {} MiB; a module has at most 64", bytes.len() >> 20);
            self.dx.push(complain(Code::E0601, message).help("split it into several modules"));
            return None;
        }
        if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
            let line = 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count();
            let message = format!("`{shown}` holds a NUL byte in line {line}: is it a text file?");
            self.dx.push(complain(Code::E0602, message).help("Pluto modules are UTF-8 text"));
            return None;
        }
        match String::from_utf8(bytes) {
            Ok(text) => Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let line = 1 + error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
                let message = format!("`{shown}` is not valid UTF-8: the first wrong byte is in line {line}");
                self.dx.push(complain(Code::E0602, message).help("save the file as UTF-8"));
                None
            }
        }
    }

    fn follow_imports(&mut self, root: &Path) {
        let folder = root.parent().unwrap_or(Path::new("")).to_owned();
        let mut next = 0;
        while next < self.modules.len() {
            for (position, path, span) in imports_of(&self.modules[next].ast) {
                if let Some(target) = self.import(&folder, &path, span) {
                    self.modules[next].imports.push((position, target));
                }
            }
            next += 1;
        }
    }

    /// The module that an import names; `std.…` is left to resolve.
    fn import(&mut self, folder: &Path, path: &[Name], span: Span) -> Option<usize> {
        if &*path[0] == "std" {
            return None;
        }
        let mut file = folder.to_owned();
        file.extend(path.iter().map(|part| &**part));
        file.set_extension("pluto");
        if !self.by_path.contains_key(&file) && !self.files.exists(&file) {
            let name = path.join(".");
            let message = format!("there is no module `{name}`");
            let help = format!("`import {name}` looks for the file `{}`", file.display());
            self.dx.push(Diagnostic::new(Code::E0203, span, message).label("imported here").help(help));
            return None;
        }
        self.module(&file, Some(span))
    }

    /// Reports each circle of imports once, at the import that closes it.
    fn refuse_cycles(&mut self) {
        let edges: Vec<Vec<(usize, usize)>> = self.modules.iter().map(|module| module.imports.clone()).collect();
        let mut state = vec![Visit::New; edges.len()];
        let mut path: Vec<(usize, usize)> = vec![];
        for start in 0..edges.len() {
            if state[start] != Visit::New {
                continue;
            }
            state[start] = Visit::Open;
            path.push((start, 0));
            while let Some((module, edge)) = path.last_mut() {
                let Some((position, target)) = edges[*module].get(*edge).copied() else {
                    state[*module] = Visit::Done;
                    path.pop();
                    continue;
                };
                *edge += 1;
                let module = *module;
                match state[target] {
                    Visit::New => {
                        state[target] = Visit::Open;
                        path.push((target, 0));
                    }
                    Visit::Open => self.report_cycle(&path, module, position, target),
                    Visit::Done => {}
                }
            }
        }
    }

    fn report_cycle(&mut self, path: &[(usize, usize)], module: usize, position: usize, target: usize) {
        let begin = path.iter().position(|(at, _)| *at == target).unwrap_or(0);
        let mut names: Vec<&str> = path[begin..].iter().map(|(at, _)| &*self.modules[*at].name).collect();
        names.push(&self.modules[target].name);
        let span = self.modules[module].ast.items[position].span;
        let message = format!("modules import each other in a circle: {}", names.join(" → "));
        self.dx.push(
            Diagnostic::new(Code::E0204, span, message)
                .label("this import closes the circle")
                .help("move what both need into a third module"),
        );
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    New,
    Open,
    Done,
}

fn imports_of(module: &Module) -> Vec<(usize, Vec<Name>, Span)> {
    let items = module.items.iter().enumerate();
    let imports = items.filter_map(|(position, item)| match &item.kind {
        ItemKind::Import { path, .. } => {
            Some((position, path.iter().map(|part| part.name.clone()).collect(), item.span))
        }
        ItemKind::Fn(_)
        | ItemKind::Class(_)
        | ItemKind::Enum(_)
        | ItemKind::Error(_)
        | ItemKind::Const(_)
        | ItemKind::App(_)
        | ItemKind::System(_)
        | ItemKind::Chan(_)
        | ItemKind::Topic(_)
        | ItemKind::Test { .. } => None,
    });
    imports.collect()
}

//! What the token pass knows about the brackets it is in. In: nothing. Out: plain data.

/// What a bracket encloses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// The file.
    Items,
    /// Statements.
    Code,
    /// Fields, entries, members, variants.
    Literal,
    /// The arms of a `match`.
    Arms,
    /// The arms of a `select`.
    SelectArms,
    /// The fields of a pattern.
    Pattern,
    /// `(…)`, `[…]`, and `{…}` of an f-string: newlines are space.
    Group,
    /// `(…)` of a pattern.
    PatternGroup,
}

/// Between `if`, `while`, `for`, `match` and their `{`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Head {
    None,
    /// Before the `=` of `if let`, before `in`.
    Pattern,
    Value,
}

/// Which block the head is followed by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum HeadOf {
    Statements,
    Arms,
}

/// Where in an arm of a `match` we are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Arm {
    Pattern,
    Guard,
    Body,
}

/// How the current statement began.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Began {
    NotYet,
    /// With `if`, `match`, `for`, `while` or a block: its `}` ends it.
    Block,
    Other,
}

/// Between `fn name` and its body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Signature {
    None,
    Open,
    /// `requires` or `ensures` was seen.
    Contracts,
}

/// One open bracket, or the file.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    pub(super) head: Head,
    pub(super) head_of: HeadOf,
    pub(super) arm: Arm,
    pub(super) began: Began,
    pub(super) signature: Signature,
    /// A handler `catch err: A | B` waits for its `{`.
    pub(super) handler: bool,
    /// Levels of nesting around it.
    base: usize,
    /// Prefix operators before the operand to come.
    pub(super) prefixes: usize,
    /// Constructs that reach to the end of the expression: `=>`, `catch`, `return` …
    pub(super) reaching: usize,
    /// Angle brackets open.
    pub(super) angles: usize,
}

impl Frame {
    pub(super) fn new(kind: Kind, base: usize) -> Frame {
        Frame {
            kind,
            head: Head::None,
            head_of: HeadOf::Statements,
            arm: Arm::Pattern,
            began: Began::NotYet,
            signature: Signature::None,
            handler: false,
            base,
            prefixes: 0,
            reaching: 0,
            angles: 0,
        }
    }

    /// Levels of nesting here.
    pub(super) fn depth(&self) -> usize {
        self.base + self.prefixes + self.reaching + self.angles
    }

    pub(super) fn newlines_are_space(&self) -> bool {
        matches!(self.kind, Kind::Group | Kind::PatternGroup)
    }

    /// Do we read a pattern here, as far as brackets tell?
    pub(super) fn in_pattern(&self) -> bool {
        matches!(self.kind, Kind::Pattern | Kind::PatternGroup)
            || self.head == Head::Pattern
            || (self.kind == Kind::Arms && self.arm == Arm::Pattern)
    }

    /// A comma, or the end of a statement.
    pub(super) fn end_part(&mut self) {
        self.prefixes = 0;
        self.reaching = 0;
        self.head = Head::None;
        self.handler = false;
        if self.arm == Arm::Body {
            self.arm = Arm::Pattern;
        }
    }

    pub(super) fn end_statement(&mut self) {
        self.end_part();
        self.angles = 0;
        self.began = Began::NotYet;
        self.signature = Signature::None;
        self.arm = Arm::Pattern;
    }
}

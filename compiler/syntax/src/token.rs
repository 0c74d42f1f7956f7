//! Tokens. In: nothing. Out: the token type that logos reads and chumsky parses, and how each is named in messages.
//! The last group is never read from text: the token pass (`lexer/layout`) puts those in where the grammar needs to know
//! what a symbol means before it is parsed, so that no two alternatives of the parser begin alike.
#![allow(clippy::wildcard_enum_match_arm, reason = "tokens have a hundred kinds, of which a rule picks out a few")]

use logos::Logos;

/// A token. Literals keep their source text where decoding needs memory; the parser decodes them.
#[derive(Logos, Clone, Copy, PartialEq, Debug)]
#[logos(skip r"[ \t\r\f]+", skip(r"//[^\n]*", allow_greedy = true))]
#[allow(missing_docs, reason = "the names say it")]
pub enum Token<'s> {
    #[regex(r"[0-9][0-9A-Za-z_]*", |lex| lex.slice())]
    #[regex(r"[0-9][0-9_]*\.[0-9][0-9A-Za-z_]*", |lex| lex.slice())]
    #[regex(r"[0-9][0-9_]*(\.[0-9][0-9_]*)?[eE][+-][0-9][0-9A-Za-z_]*", |lex| lex.slice())]
    /// A number as written; the lexer turns it into one of the next three.
    Number(&'s str),
    Int(u64),
    Float(f64),
    /// `250ms`, in nanoseconds.
    Duration(i64),
    /// The text between quotes, escapes not decoded.
    #[token("\"")]
    Str(&'s str),
    /// The text between triple quotes.
    #[token("\"\"\"")]
    MultiStr(&'s str),
    /// `f"`; then `FText`, `FOpen … FFormat? FClose` in turn, then `FEnd`.
    #[token("f\"")]
    FStart,
    /// `f"""`.
    #[token("f\"\"\"")]
    FMultiStart,
    FText(&'s str),
    FOpen,
    /// The text between `:` and `}`.
    FFormat(&'s str),
    FClose,
    FEnd,
    /// A name that starts upper-case.
    #[regex(r"[A-Z][A-Za-z0-9_]*", |lex| lex.slice())]
    Upper(&'s str),
    /// A name that does not.
    #[regex(r"[a-z_][A-Za-z0-9_]*", |lex| lex.slice())]
    Lower(&'s str),
    /// `///`, the rest of the line.
    #[regex(r"///[^\n]*", |lex| &lex.slice()[3..], priority = 20, allow_greedy = true)]
    Doc(&'s str),
    /// One line end; in the parser's input: the end of a statement.
    #[token("\n")]
    Newline,

    #[token("_", priority = 9)]
    Underscore,
    #[token("as")]
    As,
    #[token("bool")]
    Bool,
    #[token("break")]
    Break,
    #[token("byte")]
    Byte,
    #[token("catch")]
    Catch,
    #[token("class")]
    Class,
    #[token("const")]
    Const,
    #[token("continue")]
    Continue,
    #[token("else")]
    Else,
    #[token("enum")]
    Enum,
    #[token("false")]
    False,
    #[token("float")]
    FloatType,
    #[token("fn")]
    Fn,
    #[token("for")]
    For,
    #[token("if")]
    If,
    #[token("impl")]
    Impl,
    #[token("import")]
    Import,
    #[token("in")]
    In,
    #[token("int")]
    IntType,
    #[token("let")]
    Let,
    #[token("match")]
    Match,
    #[token("mut")]
    Mut,
    #[token("none")]
    None,
    #[token("pub")]
    Pub,
    #[token("raise")]
    Raise,
    #[token("return")]
    Return,
    #[token("self")]
    SelfValue,
    #[token("string")]
    StringType,
    #[token("trait")]
    Trait,
    #[token("true")]
    True,
    #[token("while")]
    While,

    #[token("(")]
    LParen,
    #[token(")")]
    RParen,
    #[token("[")]
    LBracket,
    #[token("]")]
    RBracket,
    /// `{`; in the parser's input: of a literal, a pattern or a declaration.
    #[token("{")]
    LBrace,
    #[token("}")]
    RBrace,
    #[token(",")]
    Comma,
    #[token(";")]
    Semi,
    #[token(":")]
    Colon,
    #[token(".")]
    Dot,
    #[token("..")]
    DotDot,
    #[token("..=")]
    DotDotEq,
    #[token("=")]
    Assign,
    #[token("=>")]
    FatArrow,
    #[token("->")]
    Arrow,
    #[token("==")]
    EqEq,
    #[token("!=")]
    NotEq,
    #[token("<")]
    Lt,
    #[token("<=")]
    Le,
    #[token(">")]
    Gt,
    #[token(">=")]
    Ge,
    #[token("<<")]
    Shl,
    #[token(">>")]
    Shr,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Star,
    #[token("/")]
    Slash,
    #[token("%")]
    Percent,
    #[token("&")]
    Amp,
    #[token("|")]
    Pipe,
    #[token("^")]
    Caret,
    #[token("~")]
    Tilde,
    #[token("&&")]
    AndAnd,
    #[token("||")]
    OrOr,
    #[token("?")]
    Question,
    #[token("??")]
    Coalesce,
    /// `!` before an operand.
    #[token("!")]
    Bang,
    #[token("++")]
    PlusPlus,
    #[token("--")]
    MinusMinus,
    #[token("+=")]
    PlusEq,
    #[token("-=")]
    MinusEq,
    #[token("*=")]
    StarEq,
    #[token("/=")]
    SlashEq,
    #[token("%=")]
    PercentEq,
    #[token("&=")]
    AmpEq,
    #[token("|=")]
    PipeEq,
    #[token("^=")]
    CaretEq,
    #[token("<<=")]
    ShlEq,
    #[token(">>=")]
    ShrEq,

    /// `{` of a block of statements or match arms.
    LBlock,
    /// `(` of a closure's parameters.
    LClosure,
    /// `<` and `>` around types.
    LAngle,
    RAngle,
    /// `!` behind a call.
    Propagate,
    /// `catch` before `err {` or `err: …`.
    CatchName,
    Spawn,
    Within,
    Select,
    /// `after` and `default` where an arm of a `select` begins.
    After,
    Default,
    Yield,
    Scope,
    Chan,
}

impl Token<'_> {
    /// How messages call it: fixed tokens and names in backquotes, the others described.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Token::Newline => "the end of the line".to_owned(),
            Token::Duration(_) => "a duration".to_owned(),
            Token::Int(_) | Token::Float(_) | Token::Number(_) => "a number".to_owned(),
            Token::Str(_) | Token::MultiStr(_) => "a string".to_owned(),
            Token::FText(_) => "the text of the f-string".to_owned(),
            Token::FEnd => "the end of the f-string".to_owned(),
            Token::FFormat(_) => "`:`".to_owned(),
            Token::Doc(_) => "a documentation comment".to_owned(),
            Token::Upper(name) | Token::Lower(name) => format!("`{name}`"),
            other => format!("`{}`", other.text()),
        }
    }

    /// The text of a token that always has the same; empty for the others.
    #[must_use]
    pub fn text(&self) -> &'static str {
        self.word().or_else(|| self.bracket()).or_else(|| self.operator()).unwrap_or("")
    }

    fn word(&self) -> Option<&'static str> {
        KEYWORDS.iter().find(|(token, _)| token == self).map(|(_, text)| *text)
    }

    fn bracket(&self) -> Option<&'static str> {
        BRACKETS.iter().find(|(token, _)| token == self).map(|(_, text)| *text)
    }

    fn operator(&self) -> Option<&'static str> {
        OPERATORS.iter().find(|(token, _)| token == self).map(|(_, text)| *text)
    }

    /// Is this one of the words that cannot be a name?
    #[must_use]
    pub fn is_keyword(&self) -> bool {
        self.word().is_some()
    }
}

const KEYWORDS: &[(Token<'static>, &str)] = &[
    (Token::Underscore, "_"),
    (Token::As, "as"),
    (Token::Bool, "bool"),
    (Token::Break, "break"),
    (Token::Byte, "byte"),
    (Token::Catch, "catch"),
    (Token::CatchName, "catch"),
    (Token::Class, "class"),
    (Token::Const, "const"),
    (Token::Continue, "continue"),
    (Token::Else, "else"),
    (Token::Enum, "enum"),
    (Token::False, "false"),
    (Token::FloatType, "float"),
    (Token::Fn, "fn"),
    (Token::For, "for"),
    (Token::If, "if"),
    (Token::Impl, "impl"),
    (Token::Import, "import"),
    (Token::In, "in"),
    (Token::IntType, "int"),
    (Token::Let, "let"),
    (Token::Match, "match"),
    (Token::Mut, "mut"),
    (Token::None, "none"),
    (Token::Pub, "pub"),
    (Token::Raise, "raise"),
    (Token::Return, "return"),
    (Token::SelfValue, "self"),
    (Token::StringType, "string"),
    (Token::Trait, "trait"),
    (Token::True, "true"),
    (Token::While, "while"),
    (Token::Spawn, "spawn"),
    (Token::Within, "within"),
    (Token::Select, "select"),
    (Token::Yield, "yield"),
    (Token::Scope, "scope"),
    (Token::Chan, "chan"),
    (Token::After, "after"),
    (Token::Default, "default"),
];

const BRACKETS: &[(Token<'static>, &str)] = &[
    (Token::LParen, "("),
    (Token::LClosure, "("),
    (Token::RParen, ")"),
    (Token::LBracket, "["),
    (Token::RBracket, "]"),
    (Token::LBrace, "{"),
    (Token::LBlock, "{"),
    (Token::RBrace, "}"),
    (Token::LAngle, "<"),
    (Token::RAngle, ">"),
    (Token::FStart, "f\""),
    (Token::FMultiStart, "f\"\"\""),
    (Token::FOpen, "{"),
    (Token::FClose, "}"),
];

const OPERATORS: &[(Token<'static>, &str)] = &[
    (Token::Comma, ","),
    (Token::Semi, ";"),
    (Token::Colon, ":"),
    (Token::Dot, "."),
    (Token::DotDot, ".."),
    (Token::DotDotEq, "..="),
    (Token::Assign, "="),
    (Token::FatArrow, "=>"),
    (Token::Arrow, "->"),
    (Token::EqEq, "=="),
    (Token::NotEq, "!="),
    (Token::Lt, "<"),
    (Token::Le, "<="),
    (Token::Gt, ">"),
    (Token::Ge, ">="),
    (Token::Shl, "<<"),
    (Token::Shr, ">>"),
    (Token::Plus, "+"),
    (Token::Minus, "-"),
    (Token::Star, "*"),
    (Token::Slash, "/"),
    (Token::Percent, "%"),
    (Token::Amp, "&"),
    (Token::Pipe, "|"),
    (Token::Caret, "^"),
    (Token::Tilde, "~"),
    (Token::AndAnd, "&&"),
    (Token::OrOr, "||"),
    (Token::Question, "?"),
    (Token::Coalesce, "??"),
    (Token::Bang, "!"),
    (Token::Propagate, "!"),
    (Token::PlusPlus, "++"),
    (Token::MinusMinus, "--"),
    (Token::PlusEq, "+="),
    (Token::MinusEq, "-="),
    (Token::StarEq, "*="),
    (Token::SlashEq, "/="),
    (Token::PercentEq, "%="),
    (Token::AmpEq, "&="),
    (Token::PipeEq, "|="),
    (Token::CaretEq, "^="),
    (Token::ShlEq, "<<="),
    (Token::ShrEq, ">>="),
];

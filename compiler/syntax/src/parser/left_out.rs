//! Which declarations are missing from the tree. In: the tokens and the items that were read. Out: the names of the others,
//! so that `resolve` says nothing about their uses.

use crate::ast::{Ident, Item, ItemKind};
use crate::lexer::Spanned;
use crate::token::Token;
use std::collections::BTreeSet;

/// The names behind words that declare something, outside all brackets, that are no item's.
pub(super) fn left_out(tokens: &[Spanned<'_>], items: &[Item]) -> Vec<Ident> {
    let declared: BTreeSet<u32> = items.iter().filter_map(name_start).collect();
    let mut depth = 0usize;
    let mut names = vec![];
    for pair in tokens.windows(2) {
        let [(token, _), (next, span)] = pair else { continue };
        match token {
            Token::LParen | Token::LClosure | Token::LBracket | Token::LBrace | Token::LBlock | Token::FOpen => {
                depth += 1
            }
            Token::RParen | Token::RBracket | Token::RBrace | Token::FClose => depth = depth.saturating_sub(1),
            _ => {}
        }
        if let (true, 0, Token::Upper(name) | Token::Lower(name)) = (declares(token), depth, next)
            && !declared.contains(&span.start)
        {
            names.push(Ident { name: (*name).into(), span: *span });
        }
    }
    names
}

fn declares(token: &Token<'_>) -> bool {
    matches!(
        token,
        Token::Fn
            | Token::Class
            | Token::Enum
            | Token::Const
            | Token::Trait
            | Token::Lower("error" | "app" | "system" | "chan" | "topic" | "stage" | "struct" | "interface" | "func")
    )
}

fn name_start(item: &Item) -> Option<u32> {
    let name = match &item.kind {
        ItemKind::Fn(decl) => &decl.name,
        ItemKind::Class(decl) | ItemKind::App(decl) => &decl.name,
        ItemKind::Enum(decl) => &decl.name,
        ItemKind::Error(decl) => &decl.name,
        ItemKind::Const(decl) => &decl.name,
        ItemKind::System(decl) => &decl.name,
        ItemKind::Chan(decl) => &decl.name,
        ItemKind::Topic(decl) => &decl.name,
        ItemKind::Import { .. } | ItemKind::Test { .. } => return None,
    };
    Some(name.span.start)
}

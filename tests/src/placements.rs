//! The placements that a program of the tests is run under. In: its files. Out: the same with two more systems, and the names of all:
//! every service in a process of one pod, and in a pod of its own. Services that share a named channel stay together; a program whose
//! calls carry channel ends is not taken apart (E0905).

use crate::driver;
use pluto_middle::hir::{ClassKind, DepTarget, Program};
use pluto_middle::ids::ChannelId;
use pluto_syntax::diag::Diagnostics;
use plutoc::front;
use std::path::Path;

/// Adds the two systems that every program with services is run under, and lists all systems.
#[must_use]
pub fn with_systems(mut files: driver::Files) -> (driver::Files, Vec<String>) {
    let mut dx = Diagnostics::default();
    let (_, front) = front(&driver::memory(&files), Path::new(&files[0].0), &mut dx);
    let Some(front) = front else { return (files, vec![]) };
    let mut systems: Vec<String> = front.hir.systems.iter().map(|system| system.name.to_string()).collect();
    if let Some((app, services)) = local_services(&front.hir)
        && services.len() > 1
    {
        let each = |open: &str| -> String {
            let line = |(index, names): (usize, &String)| format!("{open}p{index} {{ {names} }}\n");
            services.iter().enumerate().map(line).collect()
        };
        let mut apart = files.clone();
        apart[0].1 += &format!("\nsystem EachAProcess for {app} {{ pod all {{\n{} }} }}\n", each("process "));
        apart[0].1 += &format!("\nsystem EachAPod for {app} {{ region \"r\" {{\n{} }} }}\n", each("pod "));
        if !carries_ends(&apart) {
            systems.extend(["EachAProcess".to_owned(), "EachAPod".to_owned()]);
            files = apart;
        }
    }
    (files, systems)
}

/// Would a channel cross?
fn carries_ends(files: &driver::Files) -> bool {
    let mut dx = Diagnostics::default();
    if let (_, Some(front)) = front(&driver::memory(files), Path::new(&files[0].0), &mut dx) {
        plutoc::check_all(&front, &mut dx);
    }
    dx.sorted().iter().any(|it| it.code == pluto_syntax::code::Code::E0905)
}

/// App and services, if all stand in the first module (others declare their systems themselves); those that share a named channel
/// as one: `A, B`.
fn local_services(program: &Program) -> Option<(String, Vec<String>)> {
    let app = &program.classes[program.app?];
    let mut groups: Vec<(String, Vec<ChannelId>)> = vec![];
    for class in program.classes.iter().filter(|class| class.kind != ClassKind::Data) {
        if class.module.0 != 0 {
            return None;
        }
        let ends = class.deps.iter().filter_map(|dep| match dep.target {
            DepTarget::End { channel, .. } => Some(channel),
            DepTarget::Service(_) => None,
        });
        let (mut names, mut own) = (class.name.to_string(), ends.collect::<Vec<_>>());
        let joins = |(_, ends): &(String, Vec<ChannelId>)| ends.iter().any(|end| own.contains(end));
        let (joined, apart): (Vec<_>, Vec<_>) = groups.into_iter().partition(joins);
        for (others, ends) in joined {
            names = format!("{others}, {names}");
            own.extend(ends);
        }
        groups = apart;
        groups.push((names, own));
    }
    Some((app.name.to_string(), groups.into_iter().map(|(names, _)| names).collect()))
}

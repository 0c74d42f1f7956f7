//! Named channels and topics under a placement. In: the services with their ends, and where they run. Out: `E0905` for each channel
//! whose ends would be in two processes, which is not built yet.

use crate::facts::Placement;
use crate::hir::{Dep, DepTarget, Program};
use crate::ids::{ChannelId, ClassId, ProcessId};
use pluto_syntax::code::Code;
use pluto_syntax::diag::{Diagnostic, Diagnostics};
use std::collections::BTreeMap;

/// Refuses what cannot be placed so yet.
pub(super) fn report(program: &Program, placement: &Placement, diagnostics: &mut Diagnostics) {
    let mut first: BTreeMap<ChannelId, (ProcessId, ClassId, &Dep)> = BTreeMap::new();
    let mut said = vec![];
    for (process, it) in placement.processes.iter_enumerated() {
        for class in &it.services {
            for (channel, dep) in ends(program, *class) {
                let (other, user, other_dep) = *first.entry(channel).or_insert((process, *class, dep));
                if other != process && !said.contains(&channel) {
                    said.push(channel);
                    diagnostics.push(apart(
                        program,
                        placement,
                        channel,
                        [(other, user, other_dep), (process, *class, dep)],
                    ));
                }
            }
        }
    }
}

fn ends(program: &Program, class: ClassId) -> impl Iterator<Item = (ChannelId, &Dep)> {
    program.classes[class].deps.iter().filter_map(|dep| match dep.target {
        DepTarget::End { channel, .. } => Some((channel, dep)),
        DepTarget::Service(_) => None,
    })
}

fn apart(
    program: &Program,
    placement: &Placement,
    channel: ChannelId,
    users: [(ProcessId, ClassId, &Dep); 2],
) -> Diagnostic {
    let channel = &program.channels[channel];
    let name = &channel.name;
    let message = format!(
        "the system `{}` would put the ends of `{name}` into two processes, which is not built yet",
        placement.name
    );
    let mut diagnostic = Diagnostic::new(Code::E0905, channel.span, message).label("its ends would be apart");
    for (process, class, dep) in users {
        let (class_name, process) = (&program.classes[class].name, &placement.processes[process]);
        diagnostic = diagnostic.also(dep.span, format!("`{class_name}` has an end in process `{}`", process.name));
        if let Some(span) = process.listed.get(&class) {
            diagnostic = diagnostic.also(*span, format!("`{class_name}` is listed in process `{}`", process.name));
        }
    }
    diagnostic.help("it is coming; put these services into one process until then")
}

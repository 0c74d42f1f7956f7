//! Calls of functions and methods that give a type, with every way of handling their errors. In: the type. Out: text, if there is
//! something to call that is not too expensive here.

use super::body::{Body, Signature};
use super::ty::Ty;

/// A body costs no more than this, loops and calls included.
const DEAREST: usize = 4_000;

impl Body<'_> {
    pub(super) fn call(&mut self, ty: &Ty, depth: usize) -> Option<String> {
        if let Some(call) = self.random.chance(25).then(|| self.method_call(ty)).flatten() {
            return Some(call);
        }
        let spare = DEAREST.saturating_sub(self.cost) / self.times.max(1);
        let fits = |found: &&Signature| found.result == *ty && found.cost < spare;
        let all: Vec<Signature> = self.world.functions.iter().filter(fits).cloned().collect();
        if all.is_empty() {
            return None;
        }
        let found = self.random.of(&all);
        self.cost += found.cost * self.times;
        let args: Vec<String> = found.params.iter().map(|param| self.expr(param, depth.min(2) - 1)).collect();
        let call = format!("{}({})", found.name, args.join(", "));
        if found.raises.is_empty() { Some(call) } else { Some(self.handled(&call, &found, ty)) }
    }

    /// `c.get()` of a class whose method gives this.
    fn method_call(&mut self, ty: &Ty) -> Option<String> {
        if !self.world.methods_are_there {
            return None;
        }
        let all: Vec<usize> =
            (0..self.world.classes.len()).filter(|number| self.world.classes[*number].set == *ty).collect();
        if all.is_empty() {
            return None;
        }
        let class = self.random.of(&all);
        self.cost += 10 * self.times;
        Some(format!("{}.get()", self.expr(&Ty::Class(class), 1)))
    }

    fn handled(&mut self, call: &str, found: &Signature, ty: &Ty) -> String {
        let may_pass = !self.in_closure && found.raises.is_subset(&self.may_raise);
        match self.random.below(10) {
            0..=3 if may_pass => {
                self.raises.extend(&found.raises);
                format!("{call}!")
            }
            4..=5 => format!("({call} catch {})", self.expr(ty, 1)),
            6..=7 => self.typed_handler(call, found, ty),
            _ => {
                let error = self.fresh();
                format!("({call} catch {error} {{ print(f\"caught {{{error}}}\"); {} }})", self.expr(ty, 1))
            }
        }
    }

    /// A handler for one error, and one for the others if there are any.
    fn typed_handler(&mut self, call: &str, found: &Signature, ty: &Ty) -> String {
        let all: Vec<usize> = found.raises.iter().copied().collect();
        let (error, name) = (self.random.of(&all), self.fresh());
        let scope = self.scope.len();
        for (field, ty) in self.world.errors[error].clone() {
            self.bind(&format!("{name}.{field}"), ty, false);
        }
        let value = self.expr(ty, 1);
        self.scope.truncate(scope);
        let handler = format!("{call} catch {name}: E{error} {{ {value} }}");
        if all.len() == 1 { format!("({handler})") } else { format!("({handler} catch {})", self.expr(ty, 1)) }
    }

    /// A function value in scope.
    pub(super) fn function_in_scope(&mut self) -> Option<String> {
        let is_function = |ty: &Ty| matches!(ty, Ty::Function(..));
        let all: Vec<String> = self.scope.iter().filter(|it| is_function(&it.ty)).map(|it| it.name.clone()).collect();
        if all.is_empty() { None } else { Some(self.random.of(&all)) }
    }
}

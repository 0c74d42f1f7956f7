//! What `plutoc plan` shows.

use crate::pipeline::front;
use pluto_middle::interface::fingerprint;
use pluto_middle::place::plan::plan;

const SOURCE: &str = "error Empty
class Store {
    n: int = 0
    fn take(mut self) int { if self.n == 9 { raise Empty }
        self.n += 1
        self.n }
}
class Prices { fn price(self, n: int) int { 3 * n } }
class Orders[store: Store, prices: Prices] { fn order(self) int { self.prices.price(self.store.take()!)! } }
app Main[orders: Orders] { fn main(self) { print(self.orders.order()!) } }
system Wide for Main {
    region \"eu\" {
        pod web {
            process front { Main }
            process work { Orders }
        }
    }
    region \"us\" { pod data { Store } }
}
";

#[test]
fn as_text() {
    let mut front = front(SOURCE);
    let placed = front.first_system();
    let plan = plan(&front.program, &front.types, &front.facts, &placed.placement, &placed.effects);
    assert_eq!(
        plan.text(),
        "system Wide

process front (pod web in region eu, runs main)
    Main: `Main` is listed in process `front` (main.pluto:14)

process work (pod web in region eu)
    Prices: `Prices` has no state and is copied to its user `Orders` in process `work` (main.pluto:15)
    Orders: `Orders` is listed in process `work` (main.pluto:15)
    serves Orders.order

process data (pod data in region us)
    Store: `Store` is listed in process `data` (main.pluto:18)
    serves Store.take

Main.main → Orders.order (main.pluto:10)
    shared memory from front to work
    raises NetworkError, TimeoutError, UnavailableError, VersionError, Empty
    adds NetworkError, TimeoutError, UnavailableError, VersionError, because
        main.pluto:14: `Main` is listed in process `front`
        main.pluto:15: `Orders` is listed in process `work`

Orders.order → Store.take (main.pluto:9)
    tcp from work to data
    raises Empty
    adds NetworkError, TimeoutError, UnavailableError, VersionError, because
        main.pluto:15: `Orders` is listed in process `work`
        main.pluto:18: `Store` is listed in process `data`

Orders.order → Prices.price (main.pluto:9)
    direct in process work
"
    );
}

#[test]
fn as_one_process_and_as_json() {
    let mut front = front(SOURCE);
    let placed = front.back(None);
    let plan = plan(&front.program, &front.types, &front.facts, &placed.placement, &placed.effects);
    assert!(plan.edges.iter().all(|edge| edge.transport == "direct" && edge.adds.is_empty()));
    let json = serde_json::to_value(&plan).expect("JSON");
    assert_eq!(json["system"], "local");
    assert_eq!(json["edges"][0]["errors"][0], "Empty");
    assert_eq!(json["processes"][0]["services"].as_array().map(Vec::len), Some(4));
}

#[test]
fn policies_of_services_and_timeouts_of_crossing_edges() {
    let policies = "    policy Store { timeout: 1500us, on_fault: restart }\n    policy Prices { timeout: 1s }\n}\n";
    let source = SOURCE.strip_suffix("}\n").expect("the system ends the text").to_owned() + policies;
    let mut front = front(&source);
    let placed = front.first_system();
    let plan = plan(&front.program, &front.types, &front.facts, &placed.placement, &placed.effects);
    assert!(plan.text().contains("    tcp from work to data, timeout 2ms\n"), "{}", plan.text());
    assert!(plan.text().contains("        policy: timeout 2ms, rebuilt after a fault\n"), "{}", plan.text());
    assert!(plan.text().contains("        policy: timeout 1s\n"), "{}", plan.text());
    let timeouts: Vec<_> =
        plan.edges.iter().map(|edge| (&*edge.callee, edge.timeout_ms.map(|it| it.0.get()))).collect();
    assert_eq!(timeouts, [("Orders.order", None), ("Store.take", Some(2)), ("Prices.price", None)]);
    let json = serde_json::to_value(&plan).expect("JSON");
    assert_eq!(
        (&json["edges"][0]["timeout_ms"], &json["edges"][1]["timeout_ms"]),
        (&serde_json::Value::Null, &2.into())
    );
    let method = front.function("Store.take");
    let print = fingerprint(&front.program, &front.types, &placed.effects, placed.process("data"), method);
    assert_eq!(json["processes"][2]["fingerprints"], serde_json::json!([print.to_string()]));
}

#[test]
fn crossing_calls_in_loops_are_marked() {
    let source = "class Store { fn get(self, n: int) [int] { [n] }\nfn one(self) int { 1 } }\n\
        app Main[store: Store] {\n\
        fn main(self) {\n\
        for n in self.store.get(3)! {\n\
        print(self.store.get(n)!)\n\
        }\n\
        while self.store.one()! > 1 { }\n\
        } }\n\
        system Apart for Main { pod a { Main } pod b { Store } }\n";
    let mut front = front(source);
    let shown = |front: &crate::pipeline::Front, placed: &crate::pipeline::Placed| {
        plan(&front.program, &front.types, &front.facts, &placed.placement, &placed.effects).text()
    };
    let placed = front.first_system();
    let apart = shown(&front, &placed);
    assert!(apart.contains("in a loop (main.pluto:6): a message to and fro each time round"), "{apart}");
    assert!(apart.contains("in a loop (main.pluto:8)"), "{apart}");
    assert_eq!(apart.matches("in a loop").count(), 2, "what a `for` goes through is made once\n{apart}");
    let together = front.back(None);
    assert!(!shown(&front, &together).contains("in a loop"), "nothing crosses");
}

#[test]
fn detached_calls_that_cross_are_messages_without_reply() {
    let source = "error Bad { n: int }\n\
        class Store { fn put(self, n: int) int { if n > 1 { raise Bad { n } } else { n } } }\n\
        app Main[store: Store] {\n\
        fn main(self) {\n\
        spawn self.store.put(1 + 1).detach()\n\
        let task = spawn self.store.put(2)\n\
        task.detach()\n\
        } }\n\
        system Apart for Main { pod a { Main } pod b { Store } policy Store { timeout: 2ms } }\n";
    let mut front = front(source);
    let placed = front.first_system();
    let apart = plan(&front.program, &front.types, &front.facts, &placed.placement, &placed.effects);
    let shown: Vec<_> =
        apart.edges.iter().map(|edge| (edge.detached, edge.timeout_ms.is_some(), edge.adds.len())).collect();
    // The second one is a task that waits for the reply.
    assert_eq!(shown, [(true, false, 0), (false, true, 4)]);
    let text = apart.text();
    assert!(text.contains("    tcp from a to b, a message without reply\n    logs there Bad\n"), "{text}");
    let together = front.back(None);
    let one = plan(&front.program, &front.types, &front.facts, &together.placement, &together.effects);
    assert!(one.edges.iter().all(|edge| !edge.detached), "{}", one.text());
}

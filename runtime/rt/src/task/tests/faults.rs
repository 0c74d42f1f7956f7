//! Paths.

use super::within;
use crate::task::fault::{Fault, Stop};

#[test]
fn a_path_begins_anew_and_is_bounded() {
    within(|task| {
        task.trace_start(1);
        task.fault("division by zero".to_string());
        assert!(task.is_unwinding());
        task.trace_start(0);
        for _ in 0..70 {
            task.trace(1);
        }
        let fault = task.take_fault();
        assert!(!task.is_unwinding());
        assert_eq!(fault.message, "division by zero");
        assert_eq!(fault.path[..2], ["at inner (a.pt:3)", "at outer (a.pt:9)"]);
        assert_eq!(fault.path.len(), 65);
        assert_eq!(fault.path[64], "(7 more)");
        assert!(task.take_path().is_empty());
    });
}

#[test]
fn a_fault_of_another_process_goes_on_here() {
    within(|task| {
        for begins in [true, false] {
            task.trace_start(1);
            let path = vec!["at far (b.pt:1)".to_string()];
            task.take_over(Fault { message: "index".to_string(), path }, "web");
            if begins {
                task.trace_start(0);
            } else {
                task.trace(0);
            }
            task.trace(1);
            let lines = ["at far (b.pt:1)", "-- called from process web --", "at inner (a.pt:3)", "at outer (a.pt:9)"];
            assert_eq!(task.take_fault().path, lines);
        }
    });
}

#[test]
fn an_error_is_no_unwinding_and_a_cancellation_is_no_fault() {
    within(|task| {
        task.trace_start(1);
        assert!(!task.is_unwinding());
        task.cancelled_now();
        assert!(task.is_unwinding());
        assert!(!task.take_expiry(5));
        assert_eq!(task.take_stop(), Stop::Cancelled);
        task.expired_now(5);
        assert!(!task.take_expiry(6));
        assert!(task.take_expiry(5));
        assert!(!task.is_unwinding());
    });
}

//! The offsets that generated code uses are those of the structs.

use pluto_abi::layout::{
    CAP, COUNT, DATA, DESC, FIELDS, FreeList, Header, LEN, MAP_TABLE, PLAN_BITS, Step, TaskHeader, VARIANT_FIELDS,
    Whereabouts, plan,
};
use std::mem::{offset_of, size_of};

#[test]
fn offsets() {
    assert_eq!(offset_of!(Header, count), COUNT as usize);
    assert_eq!(offset_of!(Header, desc), DESC as usize);
    assert_eq!(size_of::<Header>(), FIELDS as usize);
    assert_eq!(FIELDS + 8, VARIANT_FIELDS);
    assert_eq!((LEN, CAP, DATA, MAP_TABLE), (FIELDS, FIELDS + 8, FIELDS + 16, FIELDS + 8));
    assert_eq!(offset_of!(TaskHeader, stack_limit), pluto_abi::layout::STACK_LIMIT as usize);
    assert_eq!(offset_of!(TaskHeader, whereabouts), pluto_abi::layout::WHEREABOUTS as usize);
    assert_eq!(offset_of!(TaskHeader, path), pluto_abi::layout::PATH as usize);
    assert_eq!(offset_of!(Step, before), pluto_abi::layout::STEP_BEFORE as usize);
    assert_eq!(offset_of!(Step, site), pluto_abi::layout::STEP_SITE as usize);
    assert_eq!(offset_of!(Whereabouts, section), pluto_abi::layout::SECTION as usize);
    assert_eq!(offset_of!(Whereabouts, leaning), pluto_abi::layout::LEANING as usize);
    assert_eq!(offset_of!(Whereabouts, locks), pluto_abi::layout::LOCKS as usize);
    assert_eq!(offset_of!(Whereabouts, lists), pluto_abi::layout::LISTS as usize);
    assert_eq!(offset_of!(FreeList, first), pluto_abi::layout::FREE_FIRST as usize);
    assert_eq!(offset_of!(FreeList, count), pluto_abi::layout::FREE_COUNT as usize);
}

#[test]
fn plans_of_what_fits() {
    assert_eq!(plan(&[]), 2);
    assert_eq!(plan(&[true, false, true]), 5 | 0b101 << PLAN_BITS);
    assert_eq!(plan(&[true; 30]), 32 | ((1 << 30) - 1) << PLAN_BITS);
    assert_eq!(plan(&[false; 31]), 0);
}

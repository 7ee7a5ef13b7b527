//! Makes system calls fail on purpose, in builds with `--cfg berkeley_faults` alone.

use std::cell::Cell;
use std::io;

thread_local! {
    static PLAN: Cell<Option<Plan>> = const { Cell::new(None) };
}

#[derive(Clone, Copy)]
struct Plan {
    call: Option<&'static str>,
    skip: u32,
    errno: i32,
}

/// Lets `skip` calls of this thread pass and makes the one after fail with `errno`, once; only
/// calls named `call` count, where one is named.
pub fn fail(call: Option<&'static str>, skip: u32, errno: i32) {
    PLAN.set(Some(Plan { call, skip, errno }));
}

/// Whether the failure that [`fail`] planned is still to come; forgets it.
pub fn clear() -> bool {
    PLAN.take().is_some()
}

pub(super) fn inject(name: &'static str) -> io::Result<()> {
    let Some(plan) = PLAN.get() else { return Ok(()) };
    if plan.call.is_some_and(|call| call != name) {
        return Ok(());
    }
    if plan.skip > 0 {
        PLAN.set(Some(Plan { skip: plan.skip - 1, ..plan }));
        return Ok(());
    }
    PLAN.set(None);
    Err(io::Error::from_raw_os_error(plan.errno))
}

//! The one door to the kernel.

use std::ffi::c_void;
use std::io;

/// The results by which C functions report failure.
pub(crate) trait Outcome: Copy {
    fn failed(self) -> bool;
}

impl Outcome for i32 {
    fn failed(self) -> bool {
        self == -1
    }
}

impl Outcome for i64 {
    fn failed(self) -> bool {
        self == -1
    }
}

impl Outcome for isize {
    fn failed(self) -> bool {
        self == -1
    }
}

/// mmap(2), whose failure is MAP_FAILED: an address of all ones.
impl Outcome for *mut c_void {
    fn failed(self) -> bool {
        self.addr() == usize::MAX
    }
}

/// Makes the system call `name` once and turns -1 into the error that errno names.
///
/// A build with `--cfg berkeley_faults` asks the hook of [`super::fault`] first.
#[inline(always)]
pub(crate) fn call<T: Outcome>(name: &'static str, f: impl FnOnce() -> T) -> io::Result<T> {
    #[cfg(berkeley_faults)]
    if name != "close" {
        super::fault::inject(name)?;
    }
    let outcome = f();
    // A close that fails has closed all the same.
    #[cfg(berkeley_faults)]
    if name == "close" {
        super::fault::inject(name)?;
    }
    #[cfg(not(berkeley_faults))]
    let _ = name;
    if outcome.failed() { Err(io::Error::last_os_error()) } else { Ok(outcome) }
}

/// Like [`call`], again and again while a signal interrupts it and nobody objects.
///
/// Only for calls that never wait or wait without a deadline: a deadline must be recomputed.
#[inline(always)]
pub(crate) fn call_again<T: Outcome>(
    name: &'static str,
    mut f: impl FnMut() -> T,
) -> io::Result<T> {
    loop {
        match call(name, &mut f) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => crate::interrupt::go_on()?,
            outcome => return outcome,
        }
    }
}

//! What a signal that interrupts an operation leads to: on again, or, for who asked, out.

use std::cell::Cell;
use std::io;

/// What is asked when a signal has interrupted.
type Decide = Box<dyn FnMut() -> io::Result<()>>;

thread_local! {
    static DECIDE: Cell<Option<Decide>> = const { Cell::new(None) };
}

/// Runs `operation`, in which signals may end what waits: after each that interrupts a system call
/// of this thread, `decide` is asked whether to go on. Its error ends the operation; otherwise the
/// operation goes on with the deadline that it had, as it always does without this.
///
/// What sends in several steps, such as [`Socket::send_all`](crate::Socket::send_all), asks between
/// them too: a signal that comes when some bytes have gone shows in nothing else.
///
/// A signal interrupts only where its handler was installed without `SA_RESTART`: man 7 signal.
/// One that comes just before the system call interrupts nothing, so that a program which has to
/// end at once gives its operations a timeout too. Within another, the inner one decides; sockets
/// that `decide` itself uses ask nobody. Operations of the async crate, which do not wait in
/// system calls of the thread that awaits them, are not interrupted.
///
/// ```
/// use berkeley_core::{Socket, interruptible};
/// use std::io;
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
///
/// /// Receives until the handler of SIGINT has set `stop`.
/// fn recv(socket: &Socket, buffer: &mut [u8], stop: &Arc<AtomicBool>) -> io::Result<usize> {
///     let stop = Arc::clone(stop);
///     let decide = move || match stop.load(Relaxed) {
///         true => Err(io::ErrorKind::Interrupted.into()),
///         false => Ok(()),
///     };
///     interruptible(decide, || socket.recv(buffer))
/// }
/// # let (a, b) = Socket::pair(
/// #     berkeley_core::Family::UNIX, berkeley_core::Kind::STREAM, berkeley_core::Protocol::DEFAULT,
/// # ).unwrap();
/// # a.send(b"x").unwrap();
/// # assert_eq!(recv(&b, &mut [0; 2], &Arc::default()).unwrap(), 1);
/// ```
pub fn interruptible<T>(
    decide: impl FnMut() -> io::Result<()> + 'static,
    operation: impl FnOnce() -> T,
) -> T {
    let _restored = Restored(DECIDE.replace(Some(Box::new(decide))));
    operation()
}

/// Puts the outer one back, also when the operation panics.
struct Restored(Option<Decide>);

impl Drop for Restored {
    fn drop(&mut self) {
        DECIDE.set(self.0.take());
    }
}

/// To be asked after each interruption by a signal, and what may be one: whether to go on.
pub(crate) fn go_on() -> io::Result<()> {
    // Where the thread ends, nobody is left to ask.
    let Ok(Some(mut decide)) = DECIDE.try_with(Cell::take) else { return Ok(()) };
    let outcome = decide();
    DECIDE.set(Some(decide));
    outcome
}

//! How a thread of Python waits for a future of the async crate: woken by the background reactor,
//! and by signals.
//!
//! A thread that sleeps on a lock would not notice a signal. So it sleeps in a receive of the core,
//! from a socket to which the waker sends; that one, a signal interrupts.

use crate::signals;
use berkeley_core::{Family, Kind, MsgFlags, Protocol, Socket};
use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

/// How often this process is the child of a fork: threads of the parent, and its bells, are not
/// there then.
static FORKS: AtomicU32 = AtomicU32::new(0);

thread_local! {
    static BELL: RefCell<Option<(u32, Arc<Bell>)>> = const { RefCell::new(None) };
}

/// Waits for a future as long as it may take. What the handler of a signal raises ends it.
pub(crate) fn wait<T, E: Into<io::Error>>(
    future: impl Future<Output = Result<T, E>>,
) -> io::Result<T> {
    if FORKS.load(Ordering::Relaxed) != 0 {
        // The background reactor was a thread of the parent. This thread has its own meanwhile.
        return berkeley::block_on(future).map_err(Into::into);
    }
    let mut future = pin!(future);
    // What is ready at once needs no bell.
    if let Poll::Ready(outcome) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        return outcome.map_err(Into::into);
    }
    let bell = Bell::of_this_thread()?;
    let waker = Waker::from(Arc::clone(&bell));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(outcome) => return outcome.map_err(Into::into),
            Poll::Pending => bell.sleep()?,
        }
    }
}

/// To be called in the child of a fork.
pub(crate) fn after_fork() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

/// What a thread sleeps by.
struct Bell {
    rung: AtomicBool,
    /// Sends do not wait: a byte that is not taken yet wakes as well.
    rope: Socket,
    ear: Socket,
}

impl Bell {
    fn of_this_thread() -> io::Result<Arc<Self>> {
        let forks = FORKS.load(Ordering::Relaxed);
        BELL.with_borrow_mut(|place| match place {
            Some((of, bell)) if *of == forks => Ok(Arc::clone(bell)),
            _ => {
                let pair =
                    Socket::pair_with_timeout(Family::UNIX, Kind::STREAM, Protocol::DEFAULT, None);
                let (rope, ear) = pair?;
                rope.set_timeout(Some(Duration::ZERO))?;
                let bell = Arc::new(Self { rung: AtomicBool::new(false), rope, ear });
                *place = Some((forks, Arc::clone(&bell)));
                Ok(bell)
            }
        })
    }

    /// Sleeps until the bell is rung, or was since it last slept.
    fn sleep(&self) -> io::Result<()> {
        let outcome = signals::watched(|| self.ear.recv(&mut [0; 16]));
        self.rung.store(false, Ordering::SeqCst);
        outcome.map(drop)
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.rung.swap(true, Ordering::SeqCst) {
            // It fails when the buffer is full of bytes that wake.
            let _ = self.rope.send_with_flags(b"!", MsgFlags::empty());
        }
    }
}

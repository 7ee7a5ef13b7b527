//! Wakers that run code of their own when they are cloned or dropped. It may ask for anything:
//! nothing is locked then.
#![allow(unsafe_code)] // Only a table of functions makes a waker that is told of its clones.

use crate::SHORT;
use berkeley::resolve::{self, Pool};
use berkeley::{Connections, UnixStream, time};
use berkeley_tests::{PATIENCE, bounded};
use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::ptr::null;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::task::{Context, RawWaker, RawWakerVTable, Wake, Waker};

type Hook = Box<dyn FnOnce()>;

thread_local! {
    static ON_CLONE: Cell<Option<Hook>> = const { Cell::new(None) };
    static ON_DROP: Cell<Option<Hook>> = const { Cell::new(None) };
}

static TABLE: RawWakerVTable = RawWakerVTable::new(
    |_| {
        ON_CLONE.take().into_iter().for_each(|hook| hook());
        RawWaker::new(null(), &TABLE)
    },
    |_| {},
    |_| {},
    |_| ON_DROP.take().into_iter().for_each(|hook| hook()),
);

/// A waker that runs what `ON_CLONE` and `ON_DROP` have for this thread, once.
fn waker() -> Waker {
    // SAFETY: none of the functions looks at the pointer, and each may be called on any thread.
    unsafe { Waker::from_raw(RawWaker::new(null(), &TABLE)) }
}

/// Polls `future`, which waits; `hook` runs when it clones the waker.
fn waits_with_clone<F: Future>(future: Pin<&mut F>, hook: impl FnOnce() + 'static) {
    ON_CLONE.set(Some(Box::new(hook)));
    assert!(future.poll(&mut Context::from_waker(&waker())).is_pending());
    assert!(ON_CLONE.take().is_none(), "the waker was cloned");
}

/// Polls `future`, which has such a waker and waits; `hook` runs when it drops that.
fn waits_with_drop<F: Future>(future: Pin<&mut F>, hook: impl FnOnce() + 'static) {
    ON_DROP.set(Some(Box::new(hook)));
    assert!(future.poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert!(ON_DROP.take().is_none(), "the waker was dropped");
}

#[test]
fn nothing_of_connections_is_locked() {
    bounded(PATIENCE, || {
        let connections = Connections::new();
        let look = || {
            let connections = connections.clone();
            move || assert_eq!(connections.open(), 0)
        };
        let mut stopped = pin!(connections.stopped());
        waits_with_clone(stopped.as_mut(), look());
        waits_with_drop(stopped.as_mut(), look());
        waits_with_clone(stopped.as_mut(), look());
        ON_DROP.set(Some(Box::new(look())));
        connections.stop();
    });
}

#[test]
fn nothing_of_a_socket_is_locked() {
    bounded(PATIENCE, || {
        let (a, _b) = UnixStream::pair().unwrap();
        let a = Arc::new(a);
        let receive = || {
            let a = a.clone();
            move || {
                let mut byte = [0];
                let mut receive = a.recv(&mut byte);
                let cx = &mut Context::from_waker(Waker::noop());
                assert!(Pin::new(&mut receive).poll(cx).is_pending());
            }
        };
        let mut byte = [0];
        let mut waiting = pin!(a.recv(&mut byte));
        waits_with_clone(waiting.as_mut(), receive());
        waits_with_drop(waiting.as_mut(), receive());
    });
}

/// A waker that keeps whoever wakes it, until it is dropped here.
struct Held(Sender<Sender<()>>);

impl Wake for Held {
    fn wake(self: Arc<Self>) {
        let (release, released) = channel();
        self.0.send(release).unwrap();
        let _ = released.recv();
    }
}

/// The one thread of a pool waits for nothing that a waker's clone keeps.
#[test]
fn nothing_of_a_lookup_is_locked() {
    bounded(PATIENCE, || {
        let pool = Pool::new(1, 8);
        let lookup = || resolve::addresses("localhost", 80).lookup().on(&pool);
        // The thread has done a lookup, and is kept by the waker that it wakes.
        let (sender, holding) = channel();
        let held = Waker::from(Arc::new(Held(sender)));
        let mut first = lookup();
        while Pin::new(&mut first).poll(&mut Context::from_waker(&held)).is_ready() {
            first = lookup();
        }
        let release = holding.recv().unwrap();

        let (mut second, third) = (lookup(), lookup());
        ON_CLONE.set(Some(Box::new(move || {
            drop(release);
            // Done by the same thread, when it has told what the second found.
            futures::executor::block_on(third).unwrap();
        })));
        let polled = Pin::new(&mut second).poll(&mut Context::from_waker(&waker()));
        assert!(polled.is_ready(), "it was done while the waker was cloned");
    });
}

/// A waker that tells when it is woken.
struct Tells(Sender<()>);

impl Wake for Tells {
    fn wake(self: Arc<Self>) {
        let _ = self.0.send(());
    }
}

#[test]
fn a_sleep_that_ends_while_its_waker_changes_is_over() {
    bounded(PATIENCE, || {
        let (sender, woken) = channel();
        let first = Waker::from(Arc::new(Tells(sender)));
        let mut sleep = pin!(time::sleep(SHORT));
        assert!(sleep.as_mut().poll(&mut Context::from_waker(&first)).is_pending());
        ON_CLONE.set(Some(Box::new(move || woken.recv().unwrap())));
        let polled = sleep.as_mut().poll(&mut Context::from_waker(&waker()));
        assert!(polled.is_ready(), "nobody wakes the new one");
        ON_CLONE.take();
    });
}

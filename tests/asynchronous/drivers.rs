//! Whoever can drive a socket, and a test on each of them.

use berkeley::{Runtime, Socket, TcpStream, UnixStream};
use berkeley_tests::{PATIENCE, bounded, tcp_pair};
use futures::channel::oneshot;
use std::future::{Future, poll_fn};
use std::panic::resume_unwind;
use std::pin::Pin;
use std::thread;

/// Where the tasks of a test run, which decides where readiness comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Driver {
    /// `berkeley::block_on`.
    Own,
    /// A `berkeley::Runtime` with two workers.
    Workers,
    /// Tokio on one thread.
    TokioCurrent,
    /// Tokio on two threads.
    TokioMulti,
    /// The executor of the futures crate, a thread for each task: our reactor in the background.
    Futures,
    /// smol, and our reactor in the background.
    Smol,
}

/// A task of whichever driver.
pub(crate) type Task<T> = Pin<Box<dyn Future<Output = T> + Send>>;

impl Driver {
    pub(crate) const ALL: [Self; 6] =
        [Self::Own, Self::Workers, Self::TokioCurrent, Self::TokioMulti, Self::Futures, Self::Smol];

    /// Those that end, and their reactor with them.
    pub(crate) const RUNTIMES: [Self; 4] =
        [Self::Own, Self::Workers, Self::TokioCurrent, Self::TokioMulti];

    /// Runs a test, which must end.
    pub(crate) fn run<F>(self, test: impl FnOnce(Self) -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        bounded(PATIENCE, move || self.block_on(test(self)));
    }

    /// Runs `future` as a task of a new runtime, which ends with it.
    pub(crate) fn block_on<T: Send + 'static>(
        self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> T {
        match self {
            Self::Own => berkeley::block_on(future),
            Self::Workers => {
                let runtime = Runtime::builder().workers(2).build().expect("a runtime");
                let task = runtime.spawn(future);
                let outcome = futures::executor::block_on(task);
                outcome.unwrap_or_else(|e| resume_unwind(e.into_panic().expect("a panic")))
            }
            Self::TokioCurrent => tokio_runtime(1).block_on(future),
            Self::TokioMulti => {
                let outcome = tokio_runtime(2).block_on(async { tokio::spawn(future).await });
                outcome.unwrap_or_else(|e| resume_unwind(e.into_panic()))
            }
            Self::Futures => futures::executor::block_on(future),
            Self::Smol => smol::block_on(future),
        }
    }

    /// Starts a task beside the one that asks. It may be dropped with its handle.
    pub(crate) fn spawn<T: Send + 'static>(
        self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Task<T> {
        match self {
            Self::Own | Self::Workers => {
                let task = berkeley::spawn(future);
                Box::pin(async { task.await.expect("the task ends well") })
            }
            Self::TokioCurrent | Self::TokioMulti => {
                let task = tokio::spawn(future);
                Box::pin(async { task.await.expect("the task ends well") })
            }
            Self::Futures => {
                let (sender, done) = oneshot::channel();
                thread::spawn(move || sender.send(futures::executor::block_on(future)));
                Box::pin(async { done.await.expect("the task ends well") })
            }
            Self::Smol => Box::pin(smol::spawn(future)),
        }
    }

    /// Starts a task and returns once it waits.
    pub(crate) async fn spawn_waiting<T: Send + 'static>(
        self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Task<T> {
        let (sender, waits) = oneshot::channel();
        let mut sender = Some(sender);
        let mut future = Box::pin(future);
        let task = self.spawn(poll_fn(move |cx| {
            let polled = future.as_mut().poll(cx);
            if polled.is_pending()
                && let Some(sender) = sender.take()
            {
                let _ = sender.send(());
            }
            polled
        }));
        waits.await.expect("the task waits");
        task
    }
}

/// Tokio with this many threads.
pub(crate) fn tokio_runtime(threads: usize) -> tokio::runtime::Runtime {
    let mut builder = match threads {
        1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    if threads > 1 {
        builder.worker_threads(threads);
    }
    builder.enable_all().build().expect("a tokio runtime")
}

/// A test for each of the drivers of each `async fn name(driver: Driver)`.
macro_rules! on_every_driver {
    ($($name:ident)*) => { $(
        mod $name {
            use crate::drivers::Driver;

            on_every_driver!(@ $name
                own: Own, workers: Workers, tokio_current: TokioCurrent, tokio_multi: TokioMulti,
                futures: Futures, smol: Smol,
            );
        }
    )* };
    (@ $name:ident $($test:ident: $driver:ident,)*) => { $(
        #[test]
        fn $test() {
            Driver::$driver.run(super::$name);
        }
    )* };
}

/// The same, each test in a process of its own.
macro_rules! alone_on_every_driver {
    ($($name:ident)*) => { $(
        mod $name {
            use crate::drivers::Driver;

            alone_on_every_driver!(@ $name
                own: Own, workers: Workers, tokio_current: TokioCurrent, tokio_multi: TokioMulti,
                futures: Futures, smol: Smol,
            );
        }
    )* };
    (@ $name:ident $($test:ident: $driver:ident,)*) => { $(
        #[test]
        fn $test() {
            let path = concat!(module_path!(), "::", stringify!($test));
            let (_crate, path) = path.split_once("::").unwrap();
            berkeley_tests::in_child(path, || {
                Driver::$driver.block_on(super::$name(Driver::$driver));
            });
        }
    )* };
}

/// Two connected TCP streams.
pub(crate) fn tcp_streams() -> (TcpStream, TcpStream) {
    let (a, b) = tcp_pair();
    let stream = |core| Socket::from_core(core).and_then(TcpStream::try_from).expect("a stream");
    (stream(a), stream(b))
}

/// Two connected Unix streams of which the first can send nothing more.
pub(crate) fn full_streams() -> (UnixStream, UnixStream) {
    let (a, b) = UnixStream::pair().expect("a pair");
    while a.try_send(&[b'.'; 4096]).is_ok() {}
    while a.try_send(b".").is_ok() {}
    (a, b)
}

/// Receives all that is there, and returns how many bytes that was.
pub(crate) fn drain(socket: &Socket) -> usize {
    let mut buffer = [0; 65_536];
    let mut total = 0;
    while let Ok(n @ 1..) = socket.try_recv(&mut buffer) {
        total += n;
    }
    total
}

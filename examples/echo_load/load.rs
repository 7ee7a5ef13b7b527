//! The load: [`connect_all`], then [`run`], which keeps the connections busy and returns a
//! [`Report`].
//!
//! Each connection is a task that sends a request, waits for its echo, and sends the next (a
//! *closed loop*: a slow server is asked less). All tasks and the sampler that watches them run on
//! one thread, so what they share is in cells, not behind locks.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::io;
use std::ops::ControlFlow;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

use berkeley::option::tcp::NoDelay;
use berkeley::time::sleep;
use berkeley::{Address, Family, Kind, Protocol, Socket, spawn_local};
use hdrhistogram::Histogram;

/// How long requests that are under way may still take when the run is over.
const GRACE: Duration = Duration::from_millis(100);

/// The pause before a broken connection is replaced, so that a server in trouble is not stormed.
const RECONNECT_PAUSE: Duration = Duration::from_millis(100);

/// The most that is asked of one `recv`.
const BUFFER: usize = 64 * 1024;

/// The period of the bytes that are sent: prime, so that no power of two hides a misplaced block.
const PERIOD: usize = 251;

/// What to do.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Connections kept busy at once.
    pub(crate) connections: usize,
    /// Bytes in a request.
    pub(crate) size: usize,
    /// How long to send requests.
    pub(crate) duration: Duration,
    /// The longest wait for a connection, and for an echo.
    pub(crate) timeout: Duration,
}

/// How far a run is.
pub(crate) struct Progress {
    /// Time since its start.
    pub(crate) elapsed: Duration,
    /// Requests a second, lately.
    pub(crate) rate: f64,
    /// Requests that failed, so far.
    pub(crate) errors: u64,
}

/// The throughput in a slice of time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// The end of the slice, since the start of the run.
    pub(crate) at: Duration,
    /// Requests a second.
    pub(crate) rate: f64,
}

/// What a run has shown.
pub(crate) struct Report {
    /// The server.
    pub(crate) target: Address,
    /// What was to be done.
    pub(crate) plan: Plan,
    /// How long it was done.
    pub(crate) elapsed: Duration,
    /// The time from a request to the last byte of its echo, in nanoseconds.
    pub(crate) latencies: Histogram<u64>,
    /// How many requests failed, by the reason.
    pub(crate) errors: BTreeMap<String, u64>,
    /// Connections that broke and could not be replaced.
    pub(crate) lost: usize,
    /// Requests that were neither echoed nor failed when the run was over.
    pub(crate) unanswered: usize,
    /// The throughput over time.
    pub(crate) samples: Vec<Sample>,
}

impl Report {
    /// Requests that were echoed, every byte of them.
    pub(crate) fn requests(&self) -> u64 {
        self.latencies.len()
    }

    /// Requests a second.
    pub(crate) fn rate(&self) -> f64 {
        self.requests() as f64 / self.elapsed.as_secs_f64()
    }

    /// Whether there were requests and none failed.
    pub(crate) fn is_clean(&self) -> bool {
        self.requests() > 0 && self.errors.is_empty()
    }
}

/// Makes all connections of `plan` at once.
///
/// # Errors
///
/// Fails if one of them cannot be made within the time that is allowed for it.
pub(crate) async fn connect_all(target: Address, plan: &Plan) -> io::Result<Vec<Socket>> {
    let timeout = plan.timeout;
    let tasks: Vec<_> =
        (0..plan.connections).map(|_| spawn_local(connect(target, timeout))).collect();
    let mut sockets = Vec::with_capacity(tasks.len());
    for task in tasks {
        let socket = task.await.expect("a connecting task does not panic");
        sockets.push(socket.map_err(|error| {
            io::Error::new(error.kind(), format!("cannot connect to {target}: {error}"))
        })?);
    }
    Ok(sockets)
}

/// Loads `target` through `sockets` as `plan` says, and reports.
///
/// `watch` is told some ten times a second how far the run is, and may end it.
pub(crate) async fn run(
    target: Address,
    sockets: Vec<Socket>,
    plan: &Plan,
    watch: impl FnMut(Progress) -> ControlFlow<()>,
) -> Report {
    let load = Rc::new(Load::new(target, plan.clone()));
    let tasks = sockets.into_iter().enumerate();
    let tasks: Vec<_> =
        tasks.map(|(number, socket)| spawn_local(drive(load.clone(), socket, number))).collect();

    let samples = sample(&load, watch).await;
    let elapsed = load.finish().await;
    drop(tasks);
    Report {
        target,
        plan: plan.clone(),
        elapsed,
        latencies: load.latencies.borrow().clone(),
        errors: load.errors.take(),
        lost: load.lost.get(),
        unanswered: load.unanswered.get(),
        samples,
    }
}

/// What the tasks of one run share.
struct Load {
    target: Address,
    plan: Plan,
    /// The bytes `0, 1, … 250, 0, 1, …`: every request is a window of them.
    pattern: Vec<u8>,
    started: Instant,
    /// Set when the run is over, be it before its time.
    stopped: Cell<bool>,
    /// Tasks that have not returned.
    active: Cell<usize>,
    unanswered: Cell<usize>,
    lost: Cell<usize>,
    latencies: RefCell<Histogram<u64>>,
    errors: RefCell<BTreeMap<String, u64>>,
}

impl Load {
    fn new(target: Address, plan: Plan) -> Load {
        // From 1 ns to an hour, to three digits; what is longer counts as an hour.
        let latencies = Histogram::new_with_bounds(1, 3_600_000_000_000, 3);
        Load {
            target,
            pattern: (0..=250).cycle().take(plan.size + PERIOD).collect(),
            started: Instant::now(),
            stopped: Cell::new(false),
            active: Cell::new(plan.connections),
            unanswered: Cell::new(0),
            lost: Cell::new(0),
            latencies: RefCell::new(latencies.expect("the bounds are constants in order")),
            errors: RefCell::default(),
            plan,
        }
    }

    /// The bytes of a request: others than those of the one before, so that an old echo is noticed.
    fn request(&self, turn: usize) -> &[u8] {
        &self.pattern[turn % PERIOD..][..self.plan.size]
    }

    fn is_over(&self, now: Instant) -> bool {
        self.stopped.get() || now.duration_since(self.started) >= self.plan.duration
    }

    fn succeed(&self, latency: Duration) {
        let nanoseconds = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
        self.latencies.borrow_mut().saturating_record(nanoseconds);
    }

    fn fail(&self, reason: String) {
        *self.errors.borrow_mut().entry(reason).or_default() += 1;
    }

    /// Lets the requests that are under way end, waits no longer than [`GRACE`] for them, and
    /// returns how long the run has taken.
    async fn finish(&self) -> Duration {
        self.stopped.set(true);
        let stopped = Instant::now();
        while self.unanswered.get() > 0 && stopped.elapsed() < GRACE {
            sleep(Duration::from_millis(1)).await;
        }
        self.started.elapsed()
    }
}

async fn connect(target: Address, timeout: Duration) -> io::Result<Socket> {
    let socket = Socket::new(target.family(), Kind::STREAM, Protocol::DEFAULT)?;
    socket.connect(target).timeout(timeout).await?;
    if [Family::INET, Family::INET6].contains(&target.family()) {
        socket.set(NoDelay, true)?;
    }
    Ok(socket)
}

/// Keeps one connection busy until the run is over, and replaces it when it breaks.
async fn drive(load: Rc<Load>, mut socket: Socket, number: usize) {
    let timeout = load.plan.timeout;
    let mut buffer = vec![0; load.plan.size.min(BUFFER)];
    for turn in number.. {
        let sent = Instant::now();
        if load.is_over(sent) {
            break;
        }
        load.unanswered.update(|count| count + 1);
        let echo = exchange(&socket, load.request(turn), &mut buffer, sent + timeout).await;
        load.unanswered.update(|count| count - 1);

        let Err(error) = echo else {
            load.succeed(sent.elapsed());
            continue;
        };
        load.fail(match error.kind() {
            io::ErrorKind::TimedOut => format!("no echo within {timeout:?}"),
            _ => error.to_string(),
        });
        // An echo may still be on its way here: nothing more can be learnt from this connection.
        drop(socket);
        sleep(RECONNECT_PAUSE).await;
        match connect(load.target, timeout).await {
            Ok(replacement) => socket = replacement,
            Err(error) => {
                load.fail(format!("cannot connect again: {error}"));
                load.lost.update(|count| count + 1);
                break;
            }
        }
    }
    load.active.update(|count| count - 1);
}

/// Sends `request` and compares what comes back with it, until `deadline`.
async fn exchange(
    socket: &Socket,
    request: &[u8],
    buffer: &mut [u8],
    deadline: Instant,
) -> io::Result<()> {
    let left = || deadline.saturating_duration_since(Instant::now());
    let send = async { Ok(socket.send_all(request).timeout(left()).await?) };
    let receive = async {
        let mut expected = request;
        while !expected.is_empty() {
            let room = expected.len().min(buffer.len());
            let count = socket.recv(&mut buffer[..room]).timeout(left()).await?;
            if count == 0 {
                return Err(io::Error::other("the server closed the connection"));
            }
            let (echo, rest) = expected.split_at(count);
            if buffer[..count] != *echo {
                return Err(io::Error::other("the echo differs from the request"));
            }
            expected = rest;
        }
        Ok(())
    };
    send_and_receive(send, receive).await
}

/// Runs both until `receive` is done or one of them fails.
///
/// Both at once, because a server echoes the start of a large request before it has read the end:
/// when nobody takes that echo, the buffers between the two fill up and neither can go on.
async fn send_and_receive(
    send: impl Future<Output = io::Result<()>>,
    receive: impl Future<Output = io::Result<()>>,
) -> io::Result<()> {
    let (mut send, mut receive) = (pin!(send), pin!(receive));
    let mut sent = false;
    poll_fn(|context| {
        if !sent && let Poll::Ready(result) = send.as_mut().poll(context) {
            result?;
            sent = true;
        }
        receive.as_mut().poll(context)
    })
    .await
}

/// Measures the throughput until the run is over, `watch` ends it, or no connection is left.
async fn sample(load: &Load, mut watch: impl FnMut(Progress) -> ControlFlow<()>) -> Vec<Sample> {
    let duration = load.plan.duration;
    let interval = (duration / 20).clamp(Duration::from_millis(1), Duration::from_millis(100));
    let mut samples = Vec::new();
    let (mut last_at, mut last_requests) = (Duration::ZERO, 0);
    let mut next = Duration::ZERO;
    loop {
        let now = load.started.elapsed();
        if now >= duration || load.active.get() == 0 {
            return samples;
        }
        next = duration.min(next + interval);
        sleep(next.saturating_sub(now)).await;

        let at = load.started.elapsed();
        let requests = load.latencies.borrow().len();
        let slice = at - last_at;
        // Too short to say anything: the rest before the end, or a wake-up after a late one.
        if slice < interval / 2 {
            continue;
        }
        let rate = (requests - last_requests) as f64 / slice.as_secs_f64();
        samples.push(Sample { at, rate });
        (last_at, last_requests) = (at, requests);
        let errors = load.errors.borrow().values().sum();
        if watch(Progress { elapsed: at, rate, errors }).is_break() {
            return samples;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(size: usize) -> Load {
        let second = Duration::from_secs(1);
        let plan = Plan { connections: 1, size, duration: second, timeout: second };
        Load::new("127.0.0.1:7000".parse().unwrap(), plan)
    }

    #[test]
    fn requests_have_the_size_and_differ_from_the_one_before() {
        for size in [1, 64, 251, 100_000] {
            let load = load(size);
            for turn in 0..2 * PERIOD {
                assert_eq!(load.request(turn).len(), size);
                assert_ne!(load.request(turn), load.request(turn + 1));
            }
        }
    }

    #[test]
    fn errors_are_counted_by_their_reason() {
        let load = load(64);
        load.fail("late".to_owned());
        load.fail("late".to_owned());
        load.fail("wrong".to_owned());
        let errors: Vec<_> = load.errors.take().into_iter().collect();
        assert_eq!(errors, [("late".to_owned(), 2), ("wrong".to_owned(), 1)]);
    }

    #[test]
    fn latencies_are_recorded_in_nanoseconds() {
        let load = load(64);
        load.succeed(Duration::from_micros(20));
        load.succeed(Duration::from_secs(100_000)); // Past the highest: counted, not lost.
        let latencies = load.latencies.borrow();
        assert_eq!(latencies.len(), 2);
        assert!((19_900..=20_100).contains(&latencies.min()));
    }
}

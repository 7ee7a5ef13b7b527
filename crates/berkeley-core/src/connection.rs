//! A TCP connection to a host by name: [`ConnectOptions`].

use crate::address::Address;
use crate::clock;
use crate::constant::{Kind, Protocol};
use crate::prepare::Prepare;
use crate::resolve::{self, HostPort, ResolveError, ToHostPort};
use crate::socket::{Socket, default_timeout};
use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

/// How to connect to a host by TCP: Python's `create_connection`.
///
/// The host's addresses, of IPv4 and IPv6, are tried one after another until one answers.
///
/// ```no_run
/// use berkeley_core::ConnectOptions;
/// use std::time::Duration;
///
/// # fn main() -> std::io::Result<()> {
/// let stream = ConnectOptions::new()
///     .timeout(Duration::from_secs(5))
///     .total_timeout(Duration::from_secs(12))
///     .connect(("example.org", 80))?;
/// stream.send_all(b"GET / HTTP/1.0\r\n\r\n")?;
/// # Ok(())
/// # }
/// ```
///
/// Resolving a name cannot be interrupted: it takes what it takes, and only then is the total
/// time looked at.
#[derive(Clone, Debug, Default)]
#[doc(alias = "create_connection")]
pub struct ConnectOptions {
    timeout: Option<Option<Duration>>,
    total_timeout: Option<Duration>,
    source: Option<Result<HostPort, resolve::InvalidName>>,
    prepare: Prepare<Socket>,
}

impl ConnectOptions {
    /// Without limits of time but [`default_timeout`], from any address.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The time that each attempt may take, and the timeout of the connected socket; `None` is
    /// blocking. Without it, both are [`default_timeout`].
    #[must_use]
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = Some(timeout.into());
        self
    }

    /// The time that all of it may take: the name, and all attempts.
    #[must_use]
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.total_timeout = Some(timeout);
        self
    }

    /// The address to connect from, instead of the system's choice: an empty host and port 0 leave
    /// that part to the system. It is bound for every attempt, so that addresses of the other
    /// family fail.
    #[must_use]
    pub fn source(mut self, source: impl ToHostPort) -> Self {
        self.source = Some(source.to_host_port());
        self
    }

    /// Has `prepare` called with the socket of each attempt, before it is bound and connected: for
    /// options that must be set by then. When it fails, so does the attempt.
    #[must_use]
    pub fn prepare(
        mut self,
        prepare: impl Fn(&Socket) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.prepare = Prepare::new(prepare);
        self
    }

    /// Connects to the first address of `target` that answers.
    ///
    /// # Errors
    /// [`ConnectError::Resolve`] when the name has no address, [`ConnectError::Attempts`] when
    /// none answered, [`ConnectError::Options`] for a timeout of zero, which no connect can keep.
    pub fn connect(&self, target: impl ToHostPort) -> Result<Socket, ConnectError> {
        let end = self.total_timeout.map(end_of);
        let timeout = self.timeout.unwrap_or_else(default_timeout);
        if timeout == Some(Duration::ZERO) {
            let reason = "no connection is made in no time: set a timeout, or none";
            return Err(ConnectError::Options(io::Error::new(io::ErrorKind::InvalidInput, reason)));
        }
        let source = self.source.clone().transpose()?;
        let mut attempts = Vec::new();
        for address in target.to_host_port()?.tcp_addresses()? {
            let left = end.map(time_until);
            let error = match self.attempt(address, timeout, left, source.as_ref()) {
                Ok(socket) => return Ok(socket),
                Err(error) => error,
            };
            let timed_out = error.kind() == io::ErrorKind::TimedOut;
            attempts.push(Attempt::new(address, error));
            if timed_out && end.is_some_and(|end| time_until(end).is_zero()) {
                break;
            }
        }
        Err(ConnectError::Attempts(attempts))
    }

    /// Connects to one address, within the time of an attempt and what is left of the total. The
    /// socket has the first for its timeout afterwards.
    fn attempt(
        &self,
        address: Address,
        timeout: Option<Duration>,
        left: Option<Duration>,
        source: Option<&HostPort>,
    ) -> io::Result<Socket> {
        let limit = [timeout, left].into_iter().flatten().min();
        if limit == Some(Duration::ZERO) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let socket = Socket::with_timeout(address.family(), Kind::STREAM, Protocol::TCP, limit)?;
        self.prepare.call(&socket)?;
        if let Some(source) = source {
            socket.bind(resolve::first(source, address.family())?)?;
        }
        socket.connect(address)?;
        socket.set_timeout(timeout)?;
        Ok(socket)
    }
}

/// The moment, in nanoseconds of the monotonic clock, when a time that starts now is over.
fn end_of(time: Duration) -> u64 {
    clock::precise().saturating_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
}

fn time_until(end: u64) -> Duration {
    Duration::from_nanos(end.saturating_sub(clock::precise()))
}

/// Why there is no connection.
///
/// Into an [`io::Error`] it goes whole, with the kind of the last attempt's error;
/// [`io::Error::downcast`] gives it back.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConnectError {
    /// The options ask for what cannot be.
    Options(io::Error),
    /// The host, the service or the source was not resolved.
    Resolve(ResolveError),
    /// Each attempt failed. Addresses that the total time did not suffice for are not among them,
    /// but for the one at which it ended.
    Attempts(Vec<Attempt>),
}

/// One failed attempt to connect.
#[derive(Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// Where to.
    pub address: Address,
    /// Why it failed: `TimedOut` when it was not done in time.
    pub error: io::Error,
}

impl Attempt {
    /// An attempt that failed so.
    #[must_use]
    pub fn new(address: Address, error: io::Error) -> Self {
        Self { address, error }
    }
}

impl ConnectError {
    /// The attempts, in order; none when it did not come to that.
    #[must_use]
    pub fn attempts(&self) -> &[Attempt] {
        match self {
            Self::Attempts(attempts) => attempts,
            _ => &[],
        }
    }

    /// The kind of error as which this goes into an [`io::Error`].
    #[must_use]
    pub fn kind(&self) -> io::ErrorKind {
        match self {
            Self::Options(error) => error.kind(),
            Self::Resolve(error) => error.kind(),
            Self::Attempts(attempts) => {
                attempts.last().map_or(io::ErrorKind::Other, |last| last.error.kind())
            }
        }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Options(error) => error.fmt(f),
            Self::Resolve(error) => error.fmt(f),
            Self::Attempts(attempts) => {
                for (nth, Attempt { address, error }) in attempts.iter().enumerate() {
                    let separator = if nth == 0 { "" } else { "; " };
                    write!(f, "{separator}{address}: {error}")?;
                }
                Ok(())
            }
        }
    }
}

impl Error for ConnectError {
    /// Of attempts, the last.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Options(error) => Some(error),
            Self::Resolve(error) => Some(error),
            Self::Attempts(attempts) => attempts.last().map(|last| &last.error as _),
        }
    }
}

impl<E: Into<ResolveError>> From<E> for ConnectError {
    fn from(error: E) -> Self {
        Self::Resolve(error.into())
    }
}

impl From<ConnectError> for io::Error {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Options(error) => error,
            ConnectError::Resolve(error) => error.into(),
            error => Self::new(error.kind(), error),
        }
    }
}

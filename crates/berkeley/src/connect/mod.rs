//! A TCP connection to a host by name: [`ConnectOptions`].
//!
//! | file | what |
//! |---|---|
//! | `mod.rs` | the options, and one attempt |
//! | `race.rs` | attempts beside each other |
//! | `order.rs` | in which order addresses are tried |

mod order;
mod race;

pub use berkeley_core::connection::{Attempt, ConnectError};

use crate::Socket;
use crate::clock::{Deadline, saturating_nanos};
use crate::resolve::{self, HostPort, InvalidName, Port, Purpose, Resolve, ToHostPort};
use berkeley_core::{Address, Kind, Prepare, Protocol, default_timeout};
use race::{Pace, Race};
use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// How long an attempt is alone, unless said otherwise: RFC 8305, section 8.
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// The least and the most that RFC 8305 allows for it: less floods the network, more is as long as
/// nobody waits.
const ATTEMPT_DELAYS: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(2));

/// How to connect to a host by TCP: Python's `create_connection`, by Happy Eyeballs (RFC 8305).
///
/// The families of the host's addresses take turns, beginning with the address that the resolver
/// prefers. An address that has not answered within 250 ms is not waited for any longer: the next
/// one is tried beside it, and at once when one fails. The first that answers is taken; the others
/// are closed.
///
/// ```no_run
/// use berkeley::{ConnectOptions, option};
/// use std::time::Duration;
///
/// # async fn example() -> std::io::Result<()> {
/// let stream = ConnectOptions::new()
///     .total_timeout(Duration::from_secs(12))
///     .prepare(|socket| socket.set(option::tcp::NoDelay, true))
///     .connect(("example.org", 80))
///     .await?;
/// stream.send_all(b"GET / HTTP/1.0\r\n\r\n").await?;
/// # Ok(())
/// # }
/// ```
///
/// Options of the same names are those of [`berkeley_core::ConnectOptions`].
#[derive(Clone)]
#[doc(alias = "create_connection")]
#[doc(alias = "happy eyeballs")]
pub struct ConnectOptions {
    timeout: Option<Option<Duration>>,
    total_timeout: Option<Duration>,
    source: Option<Result<HostPort, InvalidName>>,
    attempt_delay: Duration,
    first_family_count: usize,
    sequential: bool,
    prepare: Prepare<Socket>,
    resolver: Option<Arc<dyn Resolve>>,
}

/// One attempt to connect.
type AttemptFuture<'o> = Pin<Box<dyn Future<Output = io::Result<Socket>> + Send + 'o>>;

impl Default for ConnectOptions {
    fn default() -> Self {
        Self {
            timeout: None,
            total_timeout: None,
            source: None,
            attempt_delay: ATTEMPT_DELAY,
            first_family_count: 1,
            sequential: false,
            prepare: Prepare::default(),
            resolver: None,
        }
    }
}

impl ConnectOptions {
    /// Without limits of time but [`default_timeout`], from any address.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The time that each attempt may take, and the timeout of the connected socket; `None` is
    /// without limit. Without it, both are [`default_timeout`].
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
    ///
    /// With a port, there is one attempt after another, as if [`sequential`](Self::sequential): two
    /// sockets cannot have it.
    #[must_use]
    pub fn source(mut self, source: impl ToHostPort) -> Self {
        self.source = Some(source.to_host_port());
        self
    }

    /// How long an attempt is alone before the next begins: 10 ms to 2 s, and 250 ms unless said
    /// otherwise. Of no meaning with [`sequential`](Self::sequential).
    #[must_use]
    pub fn attempt_delay(mut self, delay: Duration) -> Self {
        self.attempt_delay = delay;
        self
    }

    /// How many addresses of the preferred family are tried before the first of the other: at
    /// least 1, as at first. Of no meaning with [`sequential`](Self::sequential).
    #[must_use]
    pub fn first_family_count(mut self, count: usize) -> Self {
        self.first_family_count = count;
        self
    }

    /// One attempt after another, in the order of the resolver's answer, each when the one before
    /// has failed: the meaning of Python's `create_connection`.
    ///
    /// A [`timeout`](Self::timeout) is wanted then: an address that is silent keeps the others
    /// waiting for as long as the system tries, which is minutes.
    #[must_use]
    pub fn sequential(mut self) -> Self {
        self.sequential = true;
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

    /// Asks `resolver` for the addresses of the host, instead of
    /// [the default](resolve::set_default_resolver).
    #[must_use]
    pub fn resolver(mut self, resolver: Arc<dyn Resolve>) -> Self {
        self.resolver = Some(resolver);
        self
    }

    /// Connects to the first address of `target` that answers.
    pub(crate) async fn connect_socket(
        &self,
        target: impl ToHostPort,
    ) -> Result<Socket, ConnectError> {
        let end = match self.total_timeout {
            Some(time) => Deadline::after(saturating_nanos(time)),
            None => Deadline::NEVER,
        };
        let timeout = self.checked_timeout()?;
        let source = self.source.clone().transpose()?;
        let pace = self.checked_pace(source.as_ref())?;
        let target = target.to_host_port()?;

        let purpose = Purpose::Connect(Protocol::TCP);
        let answers = resolve::answers(&target, purpose, self.resolver.clone(), end).await?;
        let begin = |address: SocketAddr| -> AttemptFuture<'_> {
            Box::pin(self.attempt(address.into(), timeout, source.as_ref()))
        };
        let mut race = Race::new(answers, &begin, pace, end);
        poll_fn(|cx| race.poll(cx)).await
    }

    /// The time of an attempt, which is some.
    fn checked_timeout(&self) -> Result<Option<Duration>, ConnectError> {
        match self.timeout.unwrap_or_else(default_timeout) {
            Some(Duration::ZERO) => {
                Err(refused("no connection is made in no time: set a timeout, or none"))
            }
            timeout => Ok(timeout),
        }
    }

    fn checked_pace(&self, source: Option<&HostPort>) -> Result<Pace, ConnectError> {
        let (delay, first) = (self.attempt_delay, self.first_family_count);
        let (least, most) = ATTEMPT_DELAYS;
        if self.sequential || source.is_some_and(has_port) {
            Ok(Pace::Sequential)
        } else if !(least..=most).contains(&delay) {
            Err(refused(
                "an attempt delay is from 10 ms to 2 s (RFC 8305): for one attempt after another \
                 use `sequential`",
            ))
        } else if first == 0 {
            Err(refused("at least one address of the first family is tried first"))
        } else {
            Ok(Pace::Staggered { delay, first })
        }
    }

    async fn attempt(
        &self,
        address: Address,
        timeout: Option<Duration>,
        source: Option<&HostPort>,
    ) -> io::Result<Socket> {
        let socket = Socket::new(address.family(), Kind::STREAM, Protocol::TCP)?;
        socket.set_timeout(timeout);
        self.prepare.call(&socket)?;
        if let Some(source) = source {
            socket.bind(resolve::first(source, address.family()).await?)?;
        }
        socket.connect(address).await?;
        Ok(socket)
    }
}

/// Whether a source is a certain port, not any.
fn has_port(source: &HostPort) -> bool {
    match (source.as_address(), source.as_names()) {
        (Some(address), _) => address.port() != Some(0),
        (_, Some((_, port))) => port.as_number() != Some(0) && *port != Port::NONE,
        _ => false,
    }
}

/// Options that cannot be kept.
fn refused(reason: &'static str) -> ConnectError {
    ConnectError::Options(io::Error::new(io::ErrorKind::InvalidInput, reason))
}

impl fmt::Debug for ConnectOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectOptions")
            .field("timeout", &self.timeout)
            .field("total_timeout", &self.total_timeout)
            .field("source", &self.source)
            .field("attempt_delay", &self.attempt_delay)
            .field("first_family_count", &self.first_family_count)
            .field("sequential", &self.sequential)
            .finish_non_exhaustive()
    }
}

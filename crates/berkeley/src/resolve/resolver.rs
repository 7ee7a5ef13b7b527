//! Who is asked for the addresses of a host: [`Resolve`].

use super::lookups::{addresses, first, service_by_name};
use super::{HostPort, Pool, ResolveError};
use crate::clock::Deadline;
use crate::time::{Sleep, sleep};
use berkeley_core::constant::{AddrInfoFlags, EaiCode};
use berkeley_core::resolve::{AddrInfo, Host, Port};
use berkeley_core::{Address, Family, Kind, Protocol};
use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::mem;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// Finds the addresses of hosts, for what connects and binds by name: instead of the C library, if
/// it is [the default](set_default_resolver) or an option of
/// [`ConnectOptions`](crate::ConnectOptions::resolver).
///
/// Any function from a host and a port to [`Answers`] is one:
///
/// ```
/// use berkeley::resolve::{Answers, Resolve};
/// use berkeley::{ConnectOptions, TcpListener};
/// use std::net::SocketAddr;
/// use std::sync::Arc;
///
/// # fn main() -> std::io::Result<()> {
/// # berkeley::block_on(async {
/// let listener = TcpListener::bind("127.0.0.1:0").await?;
/// let address = listener.local_addr()?;
/// let resolver = move |_host: &str, _port: u16| Answers::known([address]);
/// let options = ConnectOptions::new().resolver(Arc::new(resolver));
/// let stream = options.connect("anything.example:80").await?;
/// assert_eq!(stream.peer_addr()?, address);
///
/// /// A library that asks name servers by itself, without threads.
/// struct Library;
///
/// impl Library {
///     async fn lookup_ip(self: Arc<Self>, host: String) -> std::io::Result<Vec<std::net::IpAddr>> {
/// #       drop(host);
///         // …
/// #       Ok(Vec::new())
///     }
/// }
///
/// struct ByLibrary(Arc<Library>);
///
/// impl Resolve for ByLibrary {
///     fn resolve(&self, host: &str, port: u16) -> Answers {
///         let lookup = self.0.clone().lookup_ip(host.to_owned());
///         Answers::whole(async move {
///             let found = lookup.await?;
///             Ok(found.into_iter().map(|ip| SocketAddr::new(ip, port)).collect())
///         })
///     }
/// }
/// # Ok(())
/// # })
/// # }
/// ```
pub trait Resolve: Send + Sync {
    /// Asks for the addresses of `host`, which are to be tried in the order of the answer, with
    /// `port` for their port unless the resolver knows better.
    ///
    /// The host is a name in ASCII, not empty, and no numeric address: those ask nobody. A port
    /// that was the name of a service is a number here.
    fn resolve(&self, host: &str, port: u16) -> Answers;
}

impl<F: Fn(&str, u16) -> Answers + Send + Sync> Resolve for F {
    fn resolve(&self, host: &str, port: u16) -> Answers {
        self(host, port)
    }
}

/// The C library, on the threads of this pool.
impl Resolve for Pool {
    fn resolve(&self, host: &str, port: u16) -> Answers {
        system(host.into(), port.into(), Protocol::TCP, AddrInfoFlags::empty(), self)
    }
}

static DEFAULT: RwLock<Option<Arc<dyn Resolve>>> = RwLock::new(None);

/// Sets who is asked for addresses by what connects and binds by name from now on, in the whole
/// process; `None`, as at first, is the C library on the threads of [`Pool::shared`].
///
/// The lookups of this module, such as [`addresses`], always ask the C library.
pub fn set_default_resolver(resolver: Option<Arc<dyn Resolve>>) {
    let old = {
        let mut default = DEFAULT.write().unwrap_or_else(PoisonError::into_inner);
        mem::replace(&mut *default, resolver)
    };
    drop(old);
}

fn default_resolver() -> Option<Arc<dyn Resolve>> {
    DEFAULT.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// How long the addresses of IPv4 wait for those of IPv6, where they are asked for by themselves:
/// RFC 8305, section 3.
const RESOLUTION_DELAY: Duration = Duration::from_millis(50);

/// What a [resolver](Resolve) answers, now or later.
#[must_use = "answers are asked for when they are awaited"]
pub struct Answers {
    ipv6: Part,
    /// The addresses of IPv4, or all.
    rest: Part,
    /// Since `rest` is known while `ipv6` is not.
    delay: Option<Sleep>,
}

enum Part {
    Asked(Answer),
    Known(io::Result<Vec<SocketAddr>>),
    Over,
}

type Answer = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

impl Answers {
    /// These addresses, at once.
    pub fn known(addresses: impl Into<Vec<SocketAddr>>) -> Self {
        Self { ipv6: Part::Over, rest: Part::Known(Ok(addresses.into())), delay: None }
    }

    /// One answer with all addresses.
    pub fn whole(all: impl Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'static) -> Self {
        Self { ipv6: Part::Over, rest: Part::Asked(Box::pin(all)), delay: None }
    }

    /// An answer for each family, both of which are polled at the same time: from a resolver that
    /// asks name servers for `AAAA` and `A` by itself.
    ///
    /// Addresses of IPv6 are tried as soon as they are there, and before the others. Those of IPv4
    /// wait up to 50 ms for them (RFC 8305, the Resolution Delay), and addresses that come later
    /// join in.
    pub fn by_family(
        ipv6: impl Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'static,
        ipv4: impl Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'static,
    ) -> Self {
        let (ipv6, rest) = (Part::Asked(Box::pin(ipv6)), Part::Asked(Box::pin(ipv4)));
        Self { ipv6, rest, delay: None }
    }

    /// All addresses, at least one.
    pub(crate) async fn all(&mut self) -> Result<Vec<SocketAddr>, ResolveError> {
        let (mut all, mut failure) = (Vec::new(), None);
        while let Some(answer) = poll_fn(|cx| self.poll_next(cx)).await {
            match answer {
                Ok(addresses) => all.extend(addresses),
                Err(error) => failure = Some(error),
            }
        }
        if all.is_empty() { Err(no_address(failure)) } else { Ok(all) }
    }

    /// The next part of the answer; `None` after the last.
    pub(crate) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Vec<SocketAddr>>>> {
        if let Part::Asked(ipv6) = &mut self.ipv6
            && let Poll::Ready(answer) = ipv6.as_mut().poll(cx)
        {
            self.ipv6 = Part::Over;
            return Poll::Ready(Some(answer));
        }
        if let Part::Asked(rest) = &mut self.rest {
            self.rest = Part::Known(ready!(rest.as_mut().poll(cx)));
        }
        let ipv6_is_over = matches!(self.ipv6, Part::Over);
        if let Part::Known(Ok(_)) = self.rest
            && !ipv6_is_over
        {
            let delay = self.delay.get_or_insert_with(|| sleep(RESOLUTION_DELAY));
            ready!(Pin::new(delay).poll(cx));
        }
        match mem::replace(&mut self.rest, Part::Over) {
            Part::Known(answer) => Poll::Ready(Some(answer)),
            _ if ipv6_is_over => Poll::Ready(None),
            _ => Poll::Pending,
        }
    }
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answers").finish_non_exhaustive()
    }
}

/// What the addresses are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Connect(Protocol),
    Bind(Protocol),
}

/// Asks for the addresses of `target`: `resolver` or the default one, where there is a host to be
/// asked for.
pub(crate) async fn answers(
    target: &HostPort,
    purpose: Purpose,
    resolver: Option<Arc<dyn Resolve>>,
    until: Deadline,
) -> Result<Answers, ResolveError> {
    let Some((host, port)) = target.as_names() else {
        let address = target.as_address().and_then(|address| address.as_ip());
        return Ok(Answers::known(Vec::from_iter(address)));
    };
    let name = host.to_ascii()?;
    if let (Some(resolver), Some(name)) = (resolver.or_else(default_resolver), &name) {
        return Ok(resolver.resolve(name, number(port, purpose, until).await?));
    }
    let (protocol, host, flags) = match purpose {
        Purpose::Bind(protocol) if name.is_none() => (protocol, Host::NONE, AddrInfoFlags::PASSIVE),
        Purpose::Bind(protocol) | Purpose::Connect(protocol) => {
            (protocol, host.clone(), AddrInfoFlags::empty())
        }
    };
    Ok(system(host, port.clone(), protocol, flags, Pool::shared()))
}

/// The first address of `family` at which a TCP listener can be: as [`first`], but that the
/// default resolver is asked.
pub(crate) async fn first_to_listen_at(
    target: HostPort,
    family: Family,
) -> Result<Address, ResolveError> {
    if target.as_address_in(family).is_some() || default_resolver().is_none() {
        return first(target, family).await;
    }
    let purpose = Purpose::Bind(Protocol::TCP);
    let mut found = answers(&target, purpose, None, Deadline::NEVER).await?;
    let addresses = found.all().await?.into_iter().map(Address::from);
    addresses.into_iter().find(|address| address.family() == family).ok_or_else(|| no_address(None))
}

/// The number of a port, which may be the name of a service.
async fn number(port: &Port, purpose: Purpose, until: Deadline) -> Result<u16, ResolveError> {
    if let Some(number) = port.as_number() {
        return Ok(number);
    }
    if *port == Port::NONE {
        return Ok(0);
    }
    let (Purpose::Connect(protocol) | Purpose::Bind(protocol)) = purpose;
    let protocol = if protocol == Protocol::UDP { "udp" } else { "tcp" };
    match service_by_name(port.to_string(), Some(protocol)).until(until).await {
        Ok(service) => Ok(service.port),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(ResolveError::Failed(EaiCode::SERVICE))
        }
        Err(error) => Err(ResolveError::System(error)),
    }
}

/// The addresses that the C library finds: in its order, of both families at once.
fn system(
    host: Host,
    port: Port,
    protocol: Protocol,
    flags: AddrInfoFlags,
    pool: &Pool,
) -> Answers {
    let kind = if protocol == Protocol::UDP { Kind::DGRAM } else { Kind::STREAM };
    let query = addresses(host, port).kind(kind).protocol(protocol).flags(flags);
    let lookup = query.lookup().on(pool);
    let address = |found: AddrInfo| found.address.as_ip();
    Answers::whole(async move { Ok(lookup.await?.into_iter().filter_map(address).collect()) })
}

/// Why there is no address, by the last of the answers that failed.
pub(crate) fn no_address(failure: Option<io::Error>) -> ResolveError {
    // The C library's own goes through an io::Error whole.
    let own = |error: io::Error| error.downcast().unwrap_or_else(ResolveError::System);
    failure.map_or(ResolveError::Failed(EaiCode::NONAME), own)
}

//! [`ListenOptions`] and [`UnixListenOptions`]: those of the core, for the listeners of this crate.

use crate::net::{BACKLOG, TcpListener, UnixListener, UnixSeqpacketListener};
use crate::resolve;
use crate::{Socket, ToUnixAddress};
use berkeley_core::resolve::ToHostPort;
use berkeley_core::{
    self as core, Address, BoundPath, Family, Kind, ListenError, Prepare, Protocol,
};
use std::io;

/// How to listen for TCP connections: Python's `create_server`.
///
/// As [`core::ListenOptions`], whose methods and errors it has; `SO_REUSEADDR` is set.
///
/// ```
/// use berkeley::{Connections, Family, ListenOptions, Runtime, TcpListener};
/// use berkeley::{has_dualstack_ipv6, option::tcp};
///
/// # fn main() -> std::io::Result<()> {
/// // Every interface, of IPv4 and of IPv6 where there is that; 0 is a free port.
/// let mut options = ListenOptions::new();
/// if has_dualstack_ipv6() {
///     options = options.family(Family::INET6).dualstack_ipv6(true);
/// }
/// options = options.before_bind(|socket| socket.set(tcp::NoDelay, true)); // accepted ones have it too
///
/// let runtime = Runtime::builder().workers(2).build()?;
/// let connections = Connections::limited(10_000);
/// # runtime.block_on(async {
/// // A listener for each worker, which `spawn` goes round.
/// for listener in options.listen_sharded(("", 0), runtime.workers()).await? {
///     let mut server = connections.serve(listener);
///     runtime.spawn(async move {
///         while let Some((stream, _peer)) = server.next().await? {
///             berkeley::spawn_local(async move { stream.send_all(b"hello").await });
///         }
///         std::io::Result::Ok(())
///     });
/// }
/// # connections.stop();
/// # Ok(())
/// # })
/// # }
/// ```
#[derive(Clone, Debug)]
#[doc(alias = "create_server")]
#[doc(alias = "SO_REUSEADDR")]
pub struct ListenOptions {
    core: core::ListenOptions,
    prepare: Prepare<Socket>,
}

impl ListenOptions {
    /// A family by the address, a backlog of 1,024, a port of its own, one family alone.
    #[must_use]
    pub fn new() -> Self {
        Self { core: core::ListenOptions::new().backlog(BACKLOG), prepare: Prepare::default() }
    }

    /// [`Family::INET`] or [`Family::INET6`]. Without it, the family of a numeric host, and INET
    /// for a name or none.
    #[must_use]
    pub fn family(mut self, family: Family) -> Self {
        self.core = self.core.family(family);
        self
    }

    /// How many connections may wait to be accepted; `None` is the default of
    /// [`Socket::listen`]. The kernel may cap it lower (`net.core.somaxconn`).
    #[must_use]
    pub fn backlog(mut self, backlog: impl Into<Option<i32>>) -> Self {
        self.core = self.core.backlog(backlog);
        self
    }

    /// Whether other listeners may have the port too, and share its connections: `SO_REUSEPORT`.
    #[must_use]
    #[doc(alias = "SO_REUSEPORT")]
    pub fn reuse_port(mut self, reuse_port: bool) -> Self {
        self.core = self.core.reuse_port(reuse_port);
        self
    }

    /// Whether a listener of [`Family::INET6`] takes connections of IPv4 too, by mapped addresses.
    /// When not, it takes none, whatever the system's habit: `IPV6_V6ONLY` is set either way.
    #[must_use]
    #[doc(alias = "IPV6_V6ONLY")]
    pub fn dualstack_ipv6(mut self, dualstack_ipv6: bool) -> Self {
        self.core = self.core.dualstack_ipv6(dualstack_ipv6);
        self
    }

    /// Has `prepare` called with each socket before it is bound and listens, to set what must be
    /// set by then.
    #[must_use]
    pub fn before_bind(
        mut self,
        prepare: impl Fn(&Socket) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.prepare = Prepare::new(prepare);
        self
    }

    /// Listens on a host and a port. An empty host is every interface; of a name, the first address
    /// is taken.
    ///
    /// # Errors
    /// As [`core::ListenOptions::listen`], and for a name as [`resolve::first`].
    ///
    /// # Cancel safety
    /// Dropped, there is no listener.
    pub async fn listen(&self, address: impl ToHostPort) -> Result<TcpListener, ListenError> {
        let target = address.to_host_port()?;
        let family = self.core.family_of(&target)?;
        let address = resolve::first_to_listen_at(target, family).await?;
        self.listen_at(&self.core, address)
    }

    /// `count` listeners on one host and port, among which the system shares out connections by
    /// their addresses: one for each worker of a [`Runtime`](crate::Runtime), or thread.
    /// [`reuse_port`](Self::reuse_port) is set by this.
    ///
    /// A connection stays with its listener: see [`core::ListenOptions::listen_sharded`].
    ///
    /// # Errors
    /// As [`listen`](Self::listen); `InvalidInput` for none.
    ///
    /// # Cancel safety
    /// Dropped, there is no listener.
    #[doc(alias = "SO_REUSEPORT")]
    pub async fn listen_sharded(
        &self,
        address: impl ToHostPort,
        count: usize,
    ) -> Result<Vec<TcpListener>, ListenError> {
        let core = self.core.sharded(count)?;
        let shared = Self { core, prepare: self.prepare.clone() };
        let first = shared.listen(address).await?;
        // The port that the first may have chosen.
        let address = first.local_addr()?.into();
        let others = (1..count).map(|_| shared.listen_at(&shared.core, address));
        std::iter::once(Ok(first)).chain(others).collect()
    }

    fn listen_at(
        &self,
        core: &core::ListenOptions,
        address: Address,
    ) -> Result<TcpListener, ListenError> {
        let socket = Socket::from_new(core.open(address.family())?)?;
        self.prepare.call(&socket)?;
        core.start(socket.core(), address)?;
        Ok(TcpListener::try_from(socket)?)
    }
}

impl Default for ListenOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// How to listen for Unix connections.
///
/// As [`core::UnixListenOptions`], whose methods and errors it has.
///
/// ```
/// use berkeley::UnixListenOptions;
///
/// # fn main() -> std::io::Result<()> {
/// # let folder = std::env::temp_dir().join(format!("berkeley-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("service");
/// // The file that a server which crashed has left is no hindrance; the group may connect.
/// let options = UnixListenOptions::new().remove_stale(true).mode(0o660);
/// let listener = options.listen(&*path)?;
/// let _removes_the_file = listener.bound_path()?;
/// # drop(_removes_the_file);
/// # std::fs::remove_dir(folder)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct UnixListenOptions {
    core: core::UnixListenOptions,
    prepare: Prepare<Socket>,
}

impl UnixListenOptions {
    /// A backlog of 1,024, the permissions of the process, and no file removed.
    #[must_use]
    pub fn new() -> Self {
        Self { core: core::UnixListenOptions::new().backlog(BACKLOG), prepare: Prepare::default() }
    }

    /// How many connections may wait to be accepted; `None` is the default of
    /// [`Socket::listen`]. The kernel may cap it lower (`net.core.somaxconn`).
    #[must_use]
    pub fn backlog(mut self, backlog: impl Into<Option<i32>>) -> Self {
        self.core = self.core.backlog(backlog);
        self
    }

    /// The permissions of the file, such as `0o660`, whatever the process's umask: on Linux, who
    /// may write may connect (man 7 unix). They are set before anybody can.
    #[must_use]
    #[doc(alias = "chmod")]
    pub fn mode(mut self, mode: u32) -> Self {
        self.core = self.core.mode(mode);
        self
    }

    /// Whether the file of a server that is no more is removed, if it is at the path: see
    /// [`core::UnixListenOptions::remove_stale`].
    #[must_use]
    pub fn remove_stale(mut self, remove_stale: bool) -> Self {
        self.core = self.core.remove_stale(remove_stale);
        self
    }

    /// Has `prepare` called with the socket before it is bound, to set what must be set by then.
    #[must_use]
    pub fn before_bind(
        mut self,
        prepare: impl Fn(&Socket) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.prepare = Prepare::new(prepare);
        self
    }

    /// Listens for streams at a path or, on Linux, an abstract name. Never waits, but for the lock
    /// of [`remove_stale`](Self::remove_stale).
    ///
    /// # Errors
    /// As [`core::UnixListenOptions::listen`].
    pub fn listen(&self, address: impl ToUnixAddress) -> io::Result<UnixListener> {
        self.listen_as(Kind::STREAM, address)?.try_into()
    }

    /// Listens for connections that keep records apart. See [`listen`](Self::listen).
    ///
    /// # Errors
    /// As [`listen`](Self::listen).
    pub fn listen_seqpacket(
        &self,
        address: impl ToUnixAddress,
    ) -> io::Result<UnixSeqpacketListener> {
        self.listen_as(Kind::SEQPACKET, address)?.try_into()
    }

    fn listen_as(&self, kind: Kind, address: impl ToUnixAddress) -> io::Result<Socket> {
        let address = address.to_unix_address()?;
        let socket = Socket::new(Family::UNIX, kind, Protocol::DEFAULT)?;
        self.prepare.call(&socket)?;
        self.core.start(socket.core(), address)?;
        Ok(socket)
    }
}

impl Default for UnixListenOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl Socket {
    /// The file that is the name of this Unix socket: dropped, it is removed. See [`BoundPath`].
    ///
    /// # Errors
    /// As [`BoundPath::of`].
    pub fn bound_path(&self) -> io::Result<BoundPath> {
        BoundPath::of(self.core())
    }
}

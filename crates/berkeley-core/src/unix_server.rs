//! A Unix server's listening socket and its file: [`UnixListenOptions`], [`BoundPath`].

use crate::address::{Address, ToUnixAddress, UnixAddress};
use crate::constant::{Family, Kind, Protocol};
use crate::prepare::Prepare;
use crate::socket::Socket;
use crate::sys;
use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, ErrorKind};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{self, Path, PathBuf};
use std::thread;
use std::time::Duration;

/// How to listen for Unix connections.
///
/// ```
/// use berkeley_core::{BoundPath, UnixListenOptions};
///
/// # fn main() -> std::io::Result<()> {
/// # let folder = std::env::temp_dir().join(format!("berkeley-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("service");
/// // The file that a server which crashed has left is no hindrance; the group may connect.
/// let options = UnixListenOptions::new().remove_stale(true).mode(0o660);
/// let listener = options.listen(&*path)?;
/// let _removes_the_file = BoundPath::of(&listener)?;
/// # drop(_removes_the_file);
/// # std::fs::remove_dir(folder)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct UnixListenOptions {
    backlog: Option<i32>,
    mode: Option<u32>,
    remove_stale: bool,
    prepare: Prepare<Socket>,
}

impl UnixListenOptions {
    /// The default backlog, the permissions of the process, and no file removed.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many connections may wait to be accepted; `None`, as at first, is the default of
    /// [`Socket::listen`].
    #[must_use]
    pub fn backlog(mut self, backlog: impl Into<Option<i32>>) -> Self {
        self.backlog = backlog.into();
        self
    }

    /// The permissions of the file, such as `0o660`, whatever the process's umask: on Linux, who
    /// may write may connect (man 7 unix). They are set before anybody can.
    #[must_use]
    #[doc(alias = "chmod")]
    pub fn mode(mut self, mode: u32) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Whether the file of a server that is no more is removed, if it is at the path: a socket to
    /// which a connect is refused. Nothing else ever is.
    ///
    /// Who lives learns of the question by a connection that ends at once. Of several servers that
    /// start at the same moment one gets the path: they take turns by a lock (flock(2)) on the
    /// folder, for a second at most. Servers that do not, and have bound but do not listen yet,
    /// are taken for dead.
    #[must_use]
    pub fn remove_stale(mut self, remove_stale: bool) -> Self {
        self.remove_stale = remove_stale;
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

    /// Listens for streams at a path or, on Linux, an abstract name.
    ///
    /// # Errors
    /// `AddrInUse` when somebody listens there, or something is at the path; `NotFound` or
    /// `PermissionDenied` for its folder; `WouldBlock` when another process has kept the lock of
    /// the folder for a second; `InvalidInput` for what is no Unix address, and for permissions of
    /// an abstract name.
    pub fn listen(&self, address: impl ToUnixAddress) -> io::Result<Socket> {
        self.listen_as(Kind::STREAM, address)
    }

    /// Listens for connections that keep records apart. See [`listen`](Self::listen).
    ///
    /// # Errors
    /// As [`listen`](Self::listen).
    pub fn listen_seqpacket(&self, address: impl ToUnixAddress) -> io::Result<Socket> {
        self.listen_as(Kind::SEQPACKET, address)
    }

    fn listen_as(&self, kind: Kind, address: impl ToUnixAddress) -> io::Result<Socket> {
        let address = address.to_unix_address()?;
        let socket = Socket::new(Family::UNIX, kind, Protocol::DEFAULT)?;
        self.prepare.call(&socket)?;
        self.start(&socket, address)?;
        Ok(socket)
    }

    /// Binds and listens.
    #[doc(hidden)]
    pub fn start(&self, socket: &Socket, address: UnixAddress) -> io::Result<()> {
        let Some(path) = address.as_pathname() else {
            if self.mode.is_some() {
                let reason = format!("{address} is no path, so it has no permissions to set");
                return Err(io::Error::new(ErrorKind::InvalidInput, reason));
            }
            socket.bind(address)?;
            return socket.listen(self.backlog);
        };
        // Held until it listens, so that the next in turn finds it alive.
        let _turn = if self.remove_stale { Some(remove_stale(path, socket.kind())?) } else { None };
        socket.bind(address)?;
        let outcome = self.begin(socket, path);
        if outcome.is_err() {
            let _ = fs::remove_file(path);
        }
        outcome
    }

    fn begin(&self, socket: &Socket, path: &Path) -> io::Result<()> {
        if let Some(mode) = self.mode {
            fs::set_permissions(path, Permissions::from_mode(mode))?;
        }
        socket.listen(self.backlog)
    }
}

/// Removes the socket file that nobody answers at, and returns the lock under which that was done.
fn remove_stale(path: &Path, kind: Kind) -> io::Result<File> {
    let turn = lock_folder(path)?;
    let is_socket = |file: Metadata| file.file_type().is_socket();
    if fs::symlink_metadata(path).is_ok_and(is_socket) {
        let question = Socket::with_timeout(Family::UNIX, kind, Protocol::DEFAULT, NO_TIME)?;
        let answer = question.connect(UnixAddress::path(path).map_err(io::Error::other)?);
        if answer.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused) {
            fs::remove_file(path)?;
        }
    }
    Ok(turn)
}

const NO_TIME: Option<Duration> = Some(Duration::ZERO);

/// Takes turns with others who remove files from the folder of `path`. Each turn is a few system
/// calls long.
fn lock_folder(path: &Path) -> io::Result<File> {
    let folder =
        File::open(path.parent().filter(|p| *p != Path::new("")).unwrap_or(Path::new(".")))?;
    for _ in 0..1_000 {
        match sys::lock_file(folder.as_fd()) {
            Err(e) if e.kind() == ErrorKind::WouldBlock => thread::sleep(Duration::from_millis(1)),
            outcome => return outcome.map(|()| folder),
        }
    }
    let reason = format!("another process keeps the folder of {} locked", path.display());
    Err(io::Error::new(ErrorKind::WouldBlock, reason))
}

/// The file that is a Unix socket's name, removed on drop: close(2) leaves it.
///
/// It is removed if it is still the one that was there when this was made, unchanged. Make it when
/// the socket listens, and drop it before the socket, so that nobody finds a file without a server.
#[derive(Debug)]
pub struct BoundPath {
    path: PathBuf,
    identity: Identity,
}

/// Device, inode and, as inodes are used again, the time of the last change.
type Identity = (u64, u64, i64, i64);

impl BoundPath {
    /// The file of `socket`.
    ///
    /// # Errors
    /// `InvalidInput` when the socket is not bound to a path; `NotFound` when the file is gone.
    pub fn of(socket: &Socket) -> io::Result<Self> {
        let address = socket.local_addr()?;
        let path = match &address {
            Address::Unix(unix) => unix.as_pathname(),
            _ => None,
        };
        let path = path.ok_or_else(|| {
            let reason = format!("the socket is not bound to a path, but to {address}");
            io::Error::new(ErrorKind::InvalidInput, reason)
        })?;
        let identity = identity(path)?;
        Ok(Self { path: path::absolute(path)?, identity })
    }

    /// Where it is, also when the process changes its folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves the file, for the process that takes the socket over.
    pub fn forget(mut self) {
        self.path.clear();
    }
}

impl Drop for BoundPath {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|now| now == self.identity) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Which file it is, of all that have had the path.
fn identity(path: &Path) -> io::Result<Identity> {
    let file = fs::symlink_metadata(path)?;
    Ok((file.dev(), file.ino(), file.ctime(), file.ctime_nsec()))
}

//! Connected pairs where socketpair(2) has none.

use super::{Interest, Socket, default_timeout, is_connecting};
use crate::constant::{Family, Kind, Protocol};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

impl Socket {
    /// Makes two TCP sockets connected to each other over the loopback, for systems and families
    /// that have no [`pair`](Self::pair).
    ///
    /// `family` is [`Family::INET`] or [`Family::INET6`]; the mode is what [`default_timeout`]
    /// says. Both ends are compared, so that neither can be another program's that came between.
    ///
    /// ```
    /// use berkeley_core::{Family, Socket};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// let (a, b) = Socket::pair_over_loopback(Family::INET)?;
    /// a.send_all(b"hello")?;
    /// assert_eq!(b.recv(&mut [0; 16])?, 5);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `InvalidInput` for another family, `ConnectionAborted` when another program connected
    /// first: try again; and what the system reports.
    #[doc(alias = "socketpair")]
    pub fn pair_over_loopback(family: Family) -> io::Result<(Self, Self)> {
        let loopback: SocketAddr = match family {
            Family::INET => (Ipv4Addr::LOCALHOST, 0).into(),
            Family::INET6 => (Ipv6Addr::LOCALHOST, 0).into(),
            other => {
                let reason = format!("no loopback of {other:?}: use INET or INET6");
                return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
            }
        };
        let stream = |timeout| Self::with_timeout(family, Kind::STREAM, Protocol::TCP, timeout);
        let listener = stream(None)?;
        listener.bind(loopback)?;
        listener.listen(0)?;
        let client = stream(Some(Duration::ZERO))?;
        match client.connect(listener.local_addr()?) {
            Err(e) if is_connecting(&e) => {}
            outcome => outcome?,
        }
        // Whoever connected is there or on the way, so that this ends.
        let (server, peer) = listener.accept()?;
        let stranger = || {
            let reason = "another program connected to the loopback first: try again";
            io::Error::new(io::ErrorKind::ConnectionAborted, reason)
        };
        if peer != client.local_addr()? {
            return Err(stranger());
        }
        // The other end is there: this waits for no more than the news of it.
        client.set_timeout(None)?;
        while !client.finish_connect()? {
            client.wait(Interest::Writable, None)?;
        }
        if client.peer_addr()? != server.local_addr()? {
            return Err(stranger());
        }
        client.set_timeout(default_timeout())?;
        Ok((client, server))
    }
}

//! Vsock: man 7 vsock. Between a virtual machine and its host.
//!
//! # Platforms
//! Linux.

use super::typed::{connections, listeners, typed_sockets};
use berkeley_core::address::VsockAddress;

typed_sockets! {
    /// Accepts vsock connections.
    ///
    /// ```no_run
    /// use berkeley::address::VsockAddress;
    /// use berkeley::net::{VsockListener, VsockStream};
    ///
    /// # async fn example() -> std::io::Result<()> {
    /// // On the host.
    /// let any = VsockAddress::new(VsockAddress::CID_ANY, 7000);
    /// let listener = VsockListener::bind(any)?;
    /// let (served, peer) = listener.accept().await?;
    /// println!("machine {}", peer.cid);
    ///
    /// // In the virtual machine.
    /// let host = VsockAddress::new(VsockAddress::CID_HOST, 7000);
    /// let stream = VsockStream::connect(host).await?;
    /// stream.send_all(b"hello").await?;
    /// # Ok(())
    /// # }
    /// ```
    VsockListener: STREAM of VSOCK, VsockAddress;
    /// A vsock connection.
    VsockStream: STREAM of VSOCK, VsockAddress;
    /// Accepts vsock connections that keep records apart.
    VsockSeqpacketListener: SEQPACKET of VSOCK, VsockAddress;
    /// A vsock connection that keeps records apart: each send is received as one, in order. From
    /// Linux 5.14.
    VsockSeqpacket: SEQPACKET of VSOCK, VsockAddress;
}

listeners! {
    VsockListener accepts VsockStream, VsockAddress;
    VsockSeqpacketListener accepts VsockSeqpacket, VsockAddress;
}

connections! {
    VsockListener, VsockStream: STREAM of VSOCK, VsockAddress;
    VsockSeqpacketListener, VsockSeqpacket: SEQPACKET of VSOCK, VsockAddress;
}

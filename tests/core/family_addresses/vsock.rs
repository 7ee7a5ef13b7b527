//! Addresses of virtual machines, as far as one machine can tell.

use super::python_says;
use crate::assert_errno;
use berkeley_core::address::{VsockAddress, vsock};
use berkeley_core::{Address, Family, Kind, Protocol, Socket};
use berkeley_tests::{PATIENCE, bounded, skip};
use nix::libc;

/// A socket, or `None` after a printed skip.
fn socket() -> Option<Socket> {
    let family = Family::from_raw(libc::AF_VSOCK);
    match Socket::new(family, Kind::STREAM, Protocol::DEFAULT) {
        Ok(socket) => Some(socket),
        Err(e) => {
            skip(&format!("the kernel has no vsock: {e}"));
            None
        }
    }
}

fn local(socket: &Socket) -> VsockAddress {
    match socket.local_addr().unwrap() {
        Address::Vsock(address) => address,
        other => panic!("{other}"),
    }
}

#[test]
fn binding_to_any_port_gives_one_that_python_reads_the_same() {
    bounded(PATIENCE, || {
        let (Some(first), Some(second)) = (socket(), socket()) else { return };
        first.bind(VsockAddress::new(VsockAddress::CID_ANY, VsockAddress::PORT_ANY)).unwrap();
        let bound = local(&first);
        assert_eq!(bound.cid, VsockAddress::CID_ANY);
        assert_ne!(bound.port, VsockAddress::PORT_ANY);
        if let Some(line) = python_says(&first, "s.getsockname()") {
            assert_eq!(line, format!("({}, {})", bound.cid, bound.port));
        }
        first.listen(1).unwrap();
        // As text, and in use.
        assert_errno(second.bind(bound.to_string()), libc::EADDRINUSE);
    });
}

#[test]
fn a_context_and_a_port_are_what_python_reads() {
    bounded(PATIENCE, || {
        let Some(socket) = socket() else { return };
        let cid = match vsock::local_cid() {
            Ok(cid) => cid,
            Err(e) => return skip(&format!("no context of this machine: {e}")),
        };
        // Nobody else's, and any port.
        assert_errno(socket.bind("vsock:0x12345678:0xffffffff"), libc::EADDRNOTAVAIL);
        socket.bind(VsockAddress::new(cid, VsockAddress::PORT_ANY)).unwrap();
        let bound = local(&socket);
        assert_eq!((bound.cid, bound.flags), (cid, 0));
        if let Some(line) = python_says(&socket, "s.getsockname()") {
            assert_eq!(line, format!("({cid}, {})", bound.port));
        }
        let ask = "__import__('struct').unpack('I', __import__('fcntl').ioctl(\
                   open('/dev/vsock'), socket.IOCTL_VM_SOCKETS_GET_LOCAL_CID, bytes(4)))[0]";
        if let Some(line) = python_says(&socket, ask) {
            assert_eq!(line, cid.to_string());
        }
    });
}

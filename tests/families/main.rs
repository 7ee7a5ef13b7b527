//! Integration tests of the families that a kernel may lack: a module a family. `cargo xtask vm`
//! runs them on a kernel that has them all; elsewhere what is missing is skipped.
//!
//! A test of one family begins with [`family`] and ends with its descriptors closed
//! ([`balanced`](berkeley_tests::balanced)); what the tests of all do is in `common.rs`.

mod common;

mod alg;
mod awaited;
mod bluetooth;
mod can;
mod ktls;
mod mptcp;
mod netlink;
mod options;
mod packet;
mod qipcrtr;
mod rds;
mod sctp;
mod smc;
mod tipc;
mod udplite;
mod vsock;
mod xdp;

use berkeley_core::{Family, Kind, Protocol};
use berkeley_tests::{PATIENCE, bounded, family, option_bytes};
use nix::libc::{SO_DOMAIN, SO_TYPE, SOL_SOCKET};

/// That a socket of this family, kind and protocol opens, and is what was asked for.
fn opens(number: i32, kind: Kind, protocol: i32) {
    bounded(PATIENCE, move || {
        let asked = (Family::from_raw(number), kind, Protocol::from_raw(protocol));
        let Some(socket) = family(asked.0, asked.1, asked.2) else { return };
        assert_eq!((socket.family(), socket.kind(), socket.protocol()), asked);
        let kernels = |name| option_bytes(&socket, SOL_SOCKET, name);
        assert_eq!(kernels(SO_DOMAIN), number.to_ne_bytes());
        assert_eq!(kernels(SO_TYPE), kind.raw().to_ne_bytes());
    });
}

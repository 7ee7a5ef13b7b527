//! Level `AF_VSOCK`.

use super::{assert_errno, round_trip};
use berkeley_core::option::vsock;
use berkeley_core::{Family, Kind, Protocol};
use berkeley_tests::{PATIENCE, bounded, family};
use nix::libc;
use std::io::ErrorKind;
use std::time::Duration;

#[test]
fn buffer_sizes_are_64_bits_and_stay_within_their_limits() {
    bounded(PATIENCE, || {
        let Some(on) = family(Family::VSOCK, Kind::STREAM, Protocol::DEFAULT) else { return };
        round_trip(&on, vsock::BufferSize, 256 << 10, [128 << 10, 200_001]);
        assert_eq!(on.get(vsock::BufferMinSize).unwrap(), 128);
        assert_eq!(on.get(vsock::BufferMaxSize).unwrap(), 256 << 10);
        on.set(vsock::BufferMaxSize, 5 << 30).unwrap();
        assert_eq!(on.get(vsock::BufferMaxSize).unwrap(), 5 << 30);
        on.set(vsock::BufferSize, 6 << 30).unwrap();
        assert_eq!(on.get(vsock::BufferSize).unwrap(), 5 << 30, "more than the most");
        on.set(vsock::BufferMaxSize, 1 << 20).unwrap();
        assert_eq!(on.get(vsock::BufferSize).unwrap(), 1 << 20, "it shrinks with the most");
        on.set(vsock::BufferMinSize, 1 << 20).unwrap();
        on.set(vsock::BufferSize, 1).unwrap();
        assert_eq!(on.get(vsock::BufferSize).unwrap(), 1 << 20, "less than the least");
    });
}

#[test]
fn the_time_of_a_connect_reads_back() {
    bounded(PATIENCE, || {
        let Some(on) = family(Family::VSOCK, Kind::STREAM, Protocol::DEFAULT) else { return };
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        round_trip(&on, vsock::ConnectTimeout, seconds(2), [seconds(5), seconds(1)]);
        on.set(vsock::ConnectTimeout, Some(Duration::from_millis(1_500))).unwrap();
        assert_eq!(on.get(vsock::ConnectTimeout).unwrap(), Some(Duration::from_millis(1_500)));
        on.set(vsock::ConnectTimeout, None).unwrap();
        assert_eq!(on.get(vsock::ConnectTimeout).unwrap(), seconds(2));
        let ages = on.set(vsock::ConnectTimeout, Some(Duration::MAX));
        assert_eq!(ages.unwrap_err().kind(), ErrorKind::InvalidInput);
    });
}

#[test]
fn what_the_header_has_and_the_kernel_has_not_has_no_type_here() {
    bounded(PATIENCE, || {
        let Some(on) = family(Family::VSOCK, Kind::STREAM, Protocol::DEFAULT) else { return };
        // SO_VM_SOCKETS_PEER_HOST_VM_ID, SO_VM_SOCKETS_TRUSTED, SO_VM_SOCKETS_NONBLOCK_TXRX
        for name in [3, 5, 7] {
            assert_errno(on.get_raw(libc::AF_VSOCK, name, &mut [0; 8]), libc::ENOPROTOOPT);
            assert_errno(on.set_raw(libc::AF_VSOCK, name, &[0; 8]), libc::ENOPROTOOPT);
        }
    });
}

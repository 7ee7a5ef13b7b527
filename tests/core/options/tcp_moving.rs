//! Connections of TCP that move to another socket, and pages that are mapped instead of copied.

use super::PATIENCE;
use berkeley_core::option::socket;
use berkeley_core::option::tcp::{
    self as option, Mapping, Negotiated, Queue, RepairMode, RepairOption,
};
use berkeley_core::{MsgFlags, Socket};
use berkeley_tests::{bounded, in_network, kernel_lacks, tcp, tcp_listener, tcp_pair, udp};
use nix::libc;

/// Makes the connection anew at another socket; the peer is not told.
fn move_connection(from: Socket) -> Socket {
    from.set(option::Repair, RepairMode::ON).unwrap();
    let (local, remote) = (from.local_addr().unwrap(), from.peer_addr().unwrap());
    let sequence = |queue| {
        from.set(option::RepairQueue, queue).unwrap();
        from.get(option::QueueSequence).unwrap()
    };
    let (sent, received) = (sequence(Queue::SEND), sequence(Queue::RECEIVE));
    let info = from.get(option::Info).unwrap();
    let windows = from.get(option::RepairWindow).unwrap();
    let clock = from.get(option::Timestamp).unwrap();
    // Under repair, a close is silent.
    drop(from);

    let to = tcp();
    to.set(option::Repair, RepairMode::ON).unwrap();
    to.set(socket::ReuseAddress, true).unwrap();
    to.bind(local).unwrap();
    for (queue, sequence) in [(Queue::SEND, sent), (Queue::RECEIVE, received)] {
        to.set(option::RepairQueue, queue).unwrap();
        to.set(option::QueueSequence, sequence).unwrap();
    }
    to.connect(remote).unwrap();
    let (send, receive) = info.window_scales;
    let mut options = vec![
        RepairOption::MaxSegment(u16::try_from(info.send_segment).unwrap()),
        RepairOption::WindowScale { send, receive },
    ];
    if info.negotiated.contains(Negotiated::SACK) {
        options.push(RepairOption::SelectiveAcknowledgement);
    }
    if info.negotiated.contains(Negotiated::TIMESTAMPS) {
        options.push(RepairOption::Timestamps);
    }
    to.set(option::RepairOptions, &options).unwrap();
    to.set(option::RepairWindow, windows).unwrap();
    assert_eq!(to.get(option::RepairWindow).unwrap(), windows);
    to.set(option::Timestamp, clock).unwrap();
    to.set(option::Repair, RepairMode::OFF).unwrap();
    assert_eq!(to.get(option::Repair).unwrap(), RepairMode::OFF);
    to
}

#[test]
fn a_connection_goes_on_at_another_socket() {
    in_network(PATIENCE, |_| {
        let (client, served) = tcp_pair();
        let exchange = |client: &Socket| {
            let mut buffer = [0; 64];
            client.send(b"there").unwrap();
            let n = served.recv(&mut buffer).unwrap();
            assert_eq!(&buffer[..n], b"there");
            served.send(b"and back").unwrap();
            let n = client.recv(&mut buffer).unwrap();
            assert_eq!(&buffer[..n], b"and back");
        };
        exchange(&client);
        let scales = client.get(option::Info).unwrap().window_scales;
        let moved = move_connection(client);
        exchange(&moved);
        exchange(&moved);
        assert_eq!(moved.get(option::Info).unwrap().window_scales, scales);
        drop(moved);
        assert_eq!(served.recv(&mut [0]).unwrap(), 0);
    });
}

#[test]
fn received_pages_are_mapped_and_the_rest_is_copied() {
    bounded(PATIENCE, || {
        let page = 4_096;
        let (client, served) = tcp_pair();
        let mut mapping = match Mapping::new(&served, 16 * page) {
            Err(e) if e.raw_os_error() == Some(libc::ENODEV) => {
                return kernel_lacks("this kernel maps no received pages");
            }
            mapping => mapping.unwrap(),
        };
        assert_eq!(mapping.bytes(), b"");
        assert!(Mapping::new(&udp(), page).is_err());
        assert!(Mapping::new(&served, 0).is_err());

        // Sent without a copy, so that whole pages arrive (the loopback copies them to such).
        client.set(socket::ZeroCopy, true).unwrap();
        let sent: Vec<u8> = (0..251).cycle().take(10 * page + 100).collect();
        let flags = MsgFlags::from_bits_retain(libc::MSG_ZEROCOPY);
        client.send_all_with_flags(&sent, flags).unwrap();
        let mut received = Vec::new();
        let mut mapped = 0;
        let mut buffer = vec![0; 512];
        while received.len() < sent.len() {
            let took = served.query(option::ZeroCopyReceive, (&mut mapping, &mut buffer)).unwrap();
            assert!(took.error.is_none());
            assert_eq!(mapping.bytes().len(), took.mapped);
            mapped += took.mapped;
            received.extend_from_slice(mapping.bytes());
            received.extend_from_slice(&buffer[..took.copied]);
            // What cannot be mapped is received in the usual way.
            let mut rest = vec![0; took.unmappable];
            while !rest.is_empty() {
                let n = served.recv(&mut rest).unwrap();
                received.extend_from_slice(&rest[..n]);
                rest.drain(..n);
            }
        }
        assert_eq!(received, sent);
        assert!(mapped >= page, "no page was mapped");
    });
}

#[test]
fn a_little_that_waits_is_copied_whole() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        let client = tcp();
        client.connect(listener.local_addr().unwrap()).unwrap();
        let (served, _) = listener.accept().unwrap();
        let Ok(mut mapping) = Mapping::new(&served, 4_096) else {
            return kernel_lacks("no mapping");
        };
        let mut buffer = [0; 64];
        client.send(b"a little").unwrap();
        served.wait(berkeley_core::Interest::Readable, Some(PATIENCE)).unwrap();
        let receive = |mapping: &mut Mapping, buffer: &mut [u8]| {
            served.query(option::ZeroCopyReceive, (mapping, buffer)).unwrap()
        };
        // Without a buffer it is left where it is.
        let left = receive(&mut mapping, &mut []);
        assert_eq!((left.mapped, left.copied, left.unmappable), (0, 0, 8));
        let took = receive(&mut mapping, &mut buffer);
        assert_eq!((took.mapped, took.copied, took.unmappable), (0, 8, 0));
        assert_eq!(&buffer[..8], b"a little");
        assert_eq!(mapping.bytes(), b"");
    });
}

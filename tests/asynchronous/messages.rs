//! Messages with control data, awaited: descriptors, the error queue.

use crate::drivers::Driver;
use berkeley::control::{Control, RecvBuffer, SendBuffer, cmsg_space};
use berkeley::{Family, Kind, MsgFlags, Protocol, Socket, UnixAddress, UnixDatagram, UnixStream};
use berkeley_tests::{Scratch, open_descriptors};
use futures::future::join;
use futures::poll;
use nix::libc;
use std::fs::File;
use std::io::{IoSlice, IoSliceMut};
use std::os::fd::AsFd;
use std::time::Duration;

on_every_driver! {
    descriptors_are_waited_for
    the_error_queue_is_waited_for
    a_named_receiver_without_room_is_waited_for
}

alone_on_every_driver! {
    a_dropped_receive_takes_no_descriptor
}

const NONE: MsgFlags = MsgFlags::empty();

async fn descriptors_are_waited_for(driver: Driver) {
    let (a, b) = UnixStream::pair().unwrap();
    let receiver = driver.spawn(async move {
        let mut bytes = [0; 8];
        let got = b.recv_fds(&mut [IoSliceMut::new(&mut bytes)], 2, NONE).await.unwrap();
        (got.received.len, got.fds.len())
    });
    let file = File::open("/dev/null").unwrap();
    let fds = [file.as_fd(), file.as_fd()];
    assert_eq!(a.send_fds(&[IoSlice::new(b"two")], &fds, NONE, None).await.unwrap(), 3);
    assert_eq!(receiver.await, (3, 2));
}

async fn a_dropped_receive_takes_no_descriptor(_: Driver) {
    let (a, b) = UnixStream::pair().unwrap();
    let file = File::open("/dev/null").unwrap();
    // Whatever the driver opens is open now.
    b.recv(&mut [0]).timeout(Duration::from_millis(1)).await.unwrap_err();
    a.send_fds(&[IoSlice::new(b"x")], &[file.as_fd()], NONE, None).await.unwrap();
    let mut byte = [0];
    let mut buffers = [IoSliceMut::new(&mut byte)];
    b.recv_fds(&mut buffers, 1, NONE).await.unwrap();

    let before = open_descriptors();
    for _ in 0..100 {
        let mut receive = b.recv_fds(&mut buffers, 1, NONE);
        assert!(poll!(&mut receive).is_pending());
        drop(receive);
        a.send_fds(&[IoSlice::new(b"x")], &[file.as_fd()], NONE, None).await.unwrap();
        let got = b.recv_fds(&mut buffers, 1, NONE).await.unwrap();
        assert_eq!((got.received.len, got.fds.len()), (1, 1));
    }
    assert_eq!(open_descriptors(), before);
}

async fn the_error_queue_is_waited_for(_: Driver) {
    let new = || Socket::new(Family::INET, Kind::DGRAM, Protocol::UDP).unwrap();
    let sender = new();
    sender.set_raw(libc::IPPROTO_IP, libc::IP_RECVERR, &1_i32.to_ne_bytes()).unwrap();
    let closed = {
        let gone = new();
        gone.bind("127.0.0.1:0").unwrap();
        gone.local_addr().unwrap()
    };
    let mut control = RecvBuffer::with_capacity(cmsg_space(64).unwrap());
    let mut bytes = [0; 16];
    let mut buffers = [IoSliceMut::new(&mut bytes)];
    let waiting = sender.recv_msg(&mut buffers, &mut control, MsgFlags::ERRQUEUE);
    let send = sender.send_to(b"anyone?", closed);
    let (received, sent) = join(waiting, send).await;
    sent.unwrap();
    assert_eq!(received.unwrap().from, Some(closed));
    let error = control.extended_error().unwrap().error().unwrap();
    assert_eq!(error.raw_os_error(), Some(libc::ECONNREFUSED));
}

async fn a_named_receiver_without_room_is_waited_for(driver: Driver) {
    let scratch = Scratch::new();
    let path = scratch.path("to");
    let receiver = UnixDatagram::bind(UnixAddress::path(path).unwrap()).unwrap();
    let address = receiver.local_addr().unwrap();
    let sender = UnixDatagram::unbound().unwrap();
    while sender.try_send_to(b"x", address).is_ok() {}
    let drain = driver.spawn(async move {
        let mut last = 0;
        while last != b'!' {
            let mut byte = [0];
            let mut control = RecvBuffer::with_capacity(64);
            let buffers = &mut [IoSliceMut::new(&mut byte)];
            receiver.recv_msg(buffers, &mut control, NONE).await.unwrap();
            let rights = control.messages().any(|m| matches!(m, Control::Rights([_])));
            last = byte[0];
            assert_eq!(rights, last == b'!');
        }
    });
    let file = File::open("/dev/null").unwrap();
    let mut control = SendBuffer::new();
    control.push_rights(&[file.as_fd()]).unwrap();
    let bytes = [IoSlice::new(b"!")];
    assert_eq!(sender.send_msg(&bytes, &control, NONE, Some(&address.into())).await.unwrap(), 1);
    drain.await;
}

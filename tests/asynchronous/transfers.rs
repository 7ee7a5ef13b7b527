//! Batches, segments, files and pipes, awaited.

use crate::drivers::{Driver, tcp_streams};
use berkeley::control::SendBuffer;
use berkeley::{Address, MsgFlags, Pipe, TcpStream, UdpSocket};
use berkeley_core::{MessageSlot, Outgoing};
use berkeley_tests::Scratch;
use futures::future::join;
use std::fs::{self, File};
use std::io::{ErrorKind, IoSlice, Seek};
use std::time::Duration;

on_every_driver! {
    a_file_is_sent_whole_to_a_reader_that_takes_its_time
    a_file_to_a_reader_that_stops_ends_in_time_and_tells_how_much_went
    a_file_lets_other_tasks_run
    a_file_that_ends_before_its_count_is_sent_as_far_as_it_goes
    a_file_that_shrinks_while_it_is_sent_ends_where_it_ends_then
    a_file_without_positions_is_refused
    a_batch_waits_for_its_first_message
    segments_arrive_one_by_one
    bytes_go_through_a_pipe
}

/// More than the buffers of a connection hold.
const LARGE: usize = 8 << 20;

/// How many bytes come until the end.
async fn to_end(stream: &TcpStream) -> usize {
    let mut buffer = vec![0; 65_536];
    let mut total = 0;
    loop {
        match stream.recv(&mut buffer).await.unwrap() {
            0 => return total,
            n => total += n,
        }
    }
}

fn large_file(scratch: &Scratch) -> (File, Vec<u8>) {
    let bytes: Vec<u8> = (0..=250).cycle().take(LARGE).collect();
    let path = scratch.path("large");
    fs::write(&path, &bytes).unwrap();
    (File::open(path).unwrap(), bytes)
}

async fn a_file_is_sent_whole_to_a_reader_that_takes_its_time(driver: Driver) {
    let scratch = Scratch::new();
    let (mut file, bytes) = large_file(&scratch);
    let (a, b) = tcp_streams();
    let reader = driver.spawn(async move {
        let mut all = Vec::new();
        let mut buffer = [0; 10_000];
        loop {
            match b.recv(&mut buffer).await.unwrap() {
                0 => return all,
                n => all.extend_from_slice(&buffer[..n]),
            }
        }
    });
    assert_eq!(a.send_file(&file, 5, Some(7)).await.unwrap(), 7);
    assert_eq!(file.stream_position().unwrap(), 12);
    assert_eq!(a.send_file(&file, 12, None).await.unwrap(), LARGE as u64 - 12);
    assert_eq!(file.stream_position().unwrap(), LARGE as u64);
    assert_eq!(a.send_file(&file, LARGE as u64, None).await.unwrap(), 0);
    drop(a);
    assert!(reader.await == bytes[5..], "every byte, in order");
}

async fn a_file_to_a_reader_that_stops_ends_in_time_and_tells_how_much_went(_: Driver) {
    let scratch = Scratch::new();
    let (mut file, bytes) = large_file(&scratch);
    let (a, b) = tcp_streams();
    let failed = a.send_file(&file, 0, None).timeout(Duration::from_millis(50)).await.unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::TimedOut);
    assert!(failed.sent > 0 && failed.sent < LARGE as u64);
    assert_eq!(file.stream_position().unwrap(), failed.sent);
    drop(a);
    let received = to_end(&b).await;
    assert_eq!(received as u64, failed.sent, "the count is what the peer got");
    assert!(received < bytes.len());
}

async fn a_file_lets_other_tasks_run(driver: Driver) {
    let scratch = Scratch::new();
    let (file, _) = large_file(&scratch);
    let (a, b) = tcp_streams();
    let other = driver.spawn(async move { to_end(&b).await });
    // Both on one thread, where the driver has one: neither keeps it for itself.
    assert_eq!(a.send_file(&file, 0, None).await.unwrap(), LARGE as u64);
    drop(a);
    assert_eq!(other.await, LARGE);
}

async fn a_batch_waits_for_its_first_message(_: Driver) {
    let a = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let b = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let to = Address::from(b.local_addr().unwrap());
    let mut slots: Vec<_> = (0..8).map(|_| MessageSlot::new([0; 16])).collect();
    let bytes = [[IoSlice::new(b"one")], [IoSlice::new(b"two")]];
    let messages = bytes.each_ref().map(|buffers| Outgoing::new(buffers).to(to));
    let (came, sent) =
        join(b.recv_many(&mut slots, MsgFlags::empty()), a.send_many(&messages, MsgFlags::empty()))
            .await;
    assert_eq!((came.unwrap(), sent.unwrap()), (2, 2));
    assert_eq!((slots[0].bytes(), slots[1].bytes()), (&b"one"[..], &b"two"[..]));
    assert_eq!(slots[1].received.from, Some(a.local_addr().unwrap().into()));
}

async fn segments_arrive_one_by_one(_: Driver) {
    let a = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let b = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let to = Address::from(b.local_addr().unwrap());
    let bytes: Vec<u8> = (0..=255).cycle().take(10_000).collect();
    a.send_segmented(&bytes, 1200, &SendBuffer::new(), Some(&to)).await.unwrap();
    for segment in bytes.chunks(1200) {
        let mut buffer = [0; 2000];
        let n = b.recv(&mut buffer).await.unwrap();
        assert_eq!(&buffer[..n], segment);
    }
}

async fn bytes_go_through_a_pipe(driver: Driver) {
    let (source, near) = tcp_streams();
    let (far, sink) = tcp_streams();
    let writer = driver.spawn(async move {
        source.send_all(&vec![7; LARGE]).await.unwrap();
    });
    let reader = driver.spawn(async move { to_end(&sink).await });
    let mut pipe = Pipe::new().unwrap();
    while near.splice_in(&mut pipe, 1 << 16).await.unwrap() > 0 {
        while !pipe.is_empty() {
            far.splice_out(&mut pipe, usize::MAX).await.unwrap();
        }
    }
    drop(far);
    writer.await;
    assert_eq!(reader.await, LARGE);
}

async fn a_file_that_ends_before_its_count_is_sent_as_far_as_it_goes(_: Driver) {
    let scratch = Scratch::new();
    let path = scratch.path("small");
    fs::write(&path, b"hello").unwrap();
    let mut file = File::open(path).unwrap();
    let (a, b) = tcp_streams();
    assert_eq!(a.send_file(&file, 2, Some(100)).await.unwrap(), 3);
    assert_eq!(file.stream_position().unwrap(), 5);
    assert_eq!(a.send_file(&file, 1 << 40, None).await.unwrap(), 0, "past the end");
    assert_eq!(a.send_file(&file, 0, Some(0)).await.unwrap(), 0, "none are asked for");
    drop(a);
    assert_eq!(to_end(&b).await, 3);
}

async fn a_file_that_shrinks_while_it_is_sent_ends_where_it_ends_then(driver: Driver) {
    let scratch = Scratch::new();
    let (file, _) = large_file(&scratch);
    let (a, b) = tcp_streams();
    let sender = driver.spawn_waiting(async move { a.send_file(&file, 0, None).await }).await;
    // It waits for room, with most of the file before it.
    fs::write(scratch.path("large"), b"short now").unwrap();
    let received = driver.spawn(async move { to_end(&b).await });
    let sent = sender.await.unwrap();
    assert!(sent < LARGE as u64, "{sent}");
    assert_eq!(received.await as u64, sent);
}

async fn a_file_without_positions_is_refused(_: Driver) {
    let (reader, _writer) = std::io::pipe().unwrap();
    let file = File::from(std::os::fd::OwnedFd::from(reader));
    let (a, _b) = tcp_streams();
    let failed = a.send_file(&file, 0, None).await.unwrap_err();
    assert_eq!(failed.sent, 0);
    assert!(matches!(failed.kind(), ErrorKind::NotSeekable | ErrorKind::InvalidInput), "{failed}");
}

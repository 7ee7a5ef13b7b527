//! Dropping a future at any await: no byte is lost, no connection, no descriptor.

use crate::drivers::{Driver, drain, full_streams, tcp_streams};
use berkeley::{Socket, TcpListener, TcpStream, UnixSeqpacket, UnixStream, time};
use berkeley_tests::open_descriptors;
use futures::future::{Either, select};
use futures::poll;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

alone_on_every_driver! {
    operations_dropped_at_random_lose_nothing
}

on_every_driver! {
    a_dropped_send_all_tells_what_went
    a_dropped_receive_has_taken_nothing
    a_dropped_send_has_sent_nothing
    a_dropped_accept_has_taken_nothing
    a_dropped_connect_goes_on
    the_loser_of_a_race_loses_nothing
    a_receive_that_loses_to_a_timeout_loses_nothing
}

/// Numbers without a pattern, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from((self.0 >> 33) % sides).unwrap()
    }
}

/// Makes the operation again and again, and drops it after a poll more often than not.
macro_rules! fickle {
    ($dice:expr, $operation:expr) => {
        loop {
            let operation = $operation;
            if $dice.roll(3) == 0 {
                break operation.await;
            }
            if let Poll::Ready(outcome) = poll!(Box::pin(operation)) {
                break outcome;
            }
        }
    };
}

/// Sends back all that comes until the end, and returns how much that was.
async fn serve(mut dice: Dice, stream: TcpStream) -> usize {
    let mut buffer = [0; 700];
    let mut total = 0;
    loop {
        let n = fickle!(dice, stream.recv(&mut buffer)).unwrap();
        if n == 0 {
            return total;
        }
        total += n;
        let mut rest = &buffer[..n];
        while !rest.is_empty() {
            let n = fickle!(dice, stream.send(rest)).unwrap();
            rest = &rest[n..];
        }
    }
}

/// Sends and receives as much as the dice say, and returns how much that was.
async fn ask(mut dice: Dice, stream: TcpStream) -> usize {
    let len = 1 + dice.roll(3_000);
    let there: Vec<u8> = (0..=250).cycle().skip(len % 251).take(len).collect();
    let mut back = Vec::new();
    let mut buffer = [0; 900];
    let mut sent = 0;
    while back.len() < len {
        if sent < len {
            sent += fickle!(dice, stream.send(&there[sent..])).unwrap();
        }
        let n = fickle!(dice, stream.recv(&mut buffer)).unwrap();
        assert_ne!(n, 0);
        back.extend_from_slice(&buffer[..n]);
    }
    assert!(back == there, "bytes were lost or changed");
    len
}

async fn connections(driver: Driver, count: u64) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = driver.spawn(async move {
        let mut dice = Dice(count);
        let mut total = 0;
        for number in 0..count {
            let (stream, _) = fickle!(dice, listener.accept()).unwrap();
            total += serve(Dice(number), stream).await;
        }
        total
    });
    let mut total = 0;
    for number in 0..count {
        let stream = TcpStream::connect(address).await.unwrap();
        total += ask(Dice(number * 7 + 1), stream).await;
    }
    assert_eq!(serving.await, total);
}

async fn operations_dropped_at_random_lose_nothing(driver: Driver) {
    // What a driver opens once is open afterwards.
    connections(driver, 10).await;
    let before = open_descriptors();
    connections(driver, if driver == Driver::Own { 10_000 } else { 2_500 }).await;
    // A task that has told its end may not have dropped its sockets yet.
    for _ in 0..1_000 {
        if open_descriptors() <= before {
            return;
        }
        time::sleep(Duration::from_millis(1)).await;
    }
    panic!("{before} descriptors were open before, {} are now", open_descriptors());
}

async fn a_dropped_send_all_tells_what_went(_: Driver) {
    let (a, b) = UnixStream::pair().unwrap();
    let bytes = vec![7; 10_000_000];
    let mut sending = a.send_all(&bytes);
    assert_eq!(sending.sent(), 0);
    assert!(poll!(&mut sending).is_pending());
    let first = sending.sent();
    assert!(first > 0 && first < bytes.len());
    let read = drain(&b);
    assert_eq!(read, first);
    // Woken, it goes on.
    while sending.sent() == first {
        assert!(poll!(&mut sending).is_pending());
        time::sleep(Duration::from_millis(1)).await;
    }
    let sent = sending.sent();
    drop(sending);
    assert_eq!(read + drain(&b), sent);
}

async fn a_dropped_receive_has_taken_nothing(driver: Driver) {
    let (a, b) = tcp_streams();
    for round in 0..200 {
        let mut buffer = [0; 8];
        let mut receiving = Box::pin(a.recv(&mut buffer));
        assert!(poll!(&mut receiving).is_pending());
        b.send(b"xyz").await.unwrap();
        if round % 2 == 0 {
            // The event is on its way, or has come: another task has run meanwhile.
            driver.spawn(async {}).await;
        }
        drop(receiving);
        assert_eq!(a.recv(&mut buffer).await.unwrap(), 3);
    }
}

async fn a_dropped_send_has_sent_nothing(_: Driver) {
    let (a, b) = full_streams();
    for _ in 0..200 {
        let mut sending = Box::pin(a.send(b"never"));
        assert!(poll!(&mut sending).is_pending());
    }
    let filled = drain(&b);
    assert!(filled > 0);
    a.send(b"x").await.unwrap();
    let mut buffer = [0; 8];
    assert_eq!(b.recv(&mut buffer).await.unwrap(), 1);
    assert_eq!(buffer[0], b'x');
}

async fn a_dropped_accept_has_taken_nothing(driver: Driver) {
    let listener = Arc::new(TcpListener::bind("127.0.0.1:0").await.unwrap());
    let address = listener.local_addr().unwrap();
    for _ in 0..100 {
        let mut accepting = Box::pin(listener.accept());
        assert!(poll!(&mut accepting).is_pending());
        let connecting = driver.spawn(TcpStream::connect(address));
        let client = connecting.await.unwrap();
        drop(accepting);
        let (_served, peer) = listener.accept().await.unwrap();
        assert_eq!(peer, client.local_addr().unwrap());
    }
}

async fn a_dropped_connect_goes_on(_: Driver) {
    use berkeley::{Family, Kind, Protocol};
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let socket = Socket::new(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
    drop(poll!(Box::pin(socket.connect(listener.local_addr().unwrap()))));
    let (served, _) = listener.accept().await.unwrap();
    socket.writable().await.unwrap();
    assert!(socket.finish_connect().unwrap());
    served.send(b"x").await.unwrap();
    assert_eq!(socket.recv(&mut [0; 8]).await.unwrap(), 1);
}

async fn the_loser_of_a_race_loses_nothing(driver: Driver) {
    const RECORDS: u32 = 3_000;
    let send_all = |socket: UnixSeqpacket| {
        driver.spawn(async move {
            for number in 0..RECORDS {
                socket.send(&number.to_ne_bytes()).await.unwrap();
            }
            socket
        })
    };
    let (a, b) = UnixSeqpacket::pair().unwrap();
    let (c, d) = UnixSeqpacket::pair().unwrap();
    let senders = [send_all(b), send_all(d)];
    let mut next = [0_u32; 2];
    while next[0] < RECORDS || next[1] < RECORDS {
        let (mut one, mut two) = ([0; 4], [0; 4]);
        let (winner, n) = match select(a.recv(&mut one), c.recv(&mut two)).await {
            Either::Left((n, _)) => (0, n),
            Either::Right((n, _)) => (1, n),
        };
        assert_eq!(n.unwrap(), 4);
        let number = u32::from_ne_bytes(if winner == 0 { one } else { two });
        assert_eq!(number, next[winner], "a record is missing");
        next[winner] += 1;
    }
    drop(futures::future::join_all(senders).await);
}

async fn a_receive_that_loses_to_a_timeout_loses_nothing(driver: Driver) {
    const RECORDS: u32 = 400;
    let (a, b) = UnixSeqpacket::pair().unwrap();
    let sending = driver.spawn(async move {
        for number in 0..RECORDS {
            b.send(&number.to_ne_bytes()).await.unwrap();
            time::sleep(Duration::from_micros(500)).await;
        }
        b
    });
    let mut next = 0;
    while next < RECORDS {
        let mut buffer = [0; 4];
        let limit = Duration::from_micros(400);
        if let Ok(n) = time::timeout(limit, a.recv(&mut buffer)).await {
            assert_eq!(n.unwrap(), 4);
            assert_eq!(u32::from_ne_bytes(buffer), next, "a record is missing");
            next += 1;
        }
    }
    drop(sending.await);
}

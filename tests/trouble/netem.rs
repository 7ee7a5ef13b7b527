//! Delay, loss, duplicates and reordering at once: tc-netem(8). Few kernels have it; that of
//! `cargo xtask vm` does.

use crate::drivers::Driver;
use crate::operations::{RECEIVES, arrive_whole, drain, receives_time_out};
use crate::wire::Wire;
use crate::{SHORT, in_time};
use berkeley::Shutdown;
use berkeley::option::socket::SendBuffer;
use berkeley_tests::kernel_lacks;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

in_trouble! {
    a_stream_through_bad_weather_arrives_whole_and_in_order
    a_delay_longer_than_a_deadline_ends_the_operation_and_loses_nothing
    a_send_through_bad_weather_is_accounted_for
    datagrams_through_bad_weather_are_each_one_that_was_sent
}

/// Everything that a long way does to packets.
const BAD_WEATHER: &str = "netem delay 20ms 10ms loss 5% duplicate 5% reorder 25% 50%";

/// `false` after a printed skip.
fn weather(wire: &Wire, queue: &str) -> bool {
    let shaped = wire.shape(queue);
    if let Err(reason) = &shaped {
        kernel_lacks(&format!("no netem: {reason}"));
    }
    shaped.is_ok()
}

async fn a_stream_through_bad_weather_arrives_whole_and_in_order(driver: Driver, wire: Wire) {
    let (here, there) = wire.streams();
    if !weather(&wire, BAD_WEATHER) {
        return;
    }
    arrive_whole(driver, here, there, 200_000).await;
}

async fn a_delay_longer_than_a_deadline_ends_the_operation_and_loses_nothing(
    _: Driver,
    wire: Wire,
) {
    let (here, there) = wire.streams();
    // As long as all the receives of the table may take on the slowest machine, and then some.
    if !weather(&wire, "netem delay 10s") {
        return;
    }
    let begin = Instant::now();
    here.send_all(b"late").await.unwrap();
    receives_time_out(RECEIVES, &there).await;
    let mut buffer = [0; 16];
    assert_eq!(there.recv(&mut buffer).await.unwrap(), 4);
    assert!(begin.elapsed() >= Duration::from_secs(10), "it came by another way");
}

async fn a_send_through_bad_weather_is_accounted_for(driver: Driver, wire: Wire) {
    let (here, there) = wire.streams();
    if !weather(&wire, BAD_WEATHER) {
        return;
    }
    // Little that is on its way when the time is up: this weather lets little through.
    here.set(SendBuffer, 32_768).unwrap();
    let received = driver.spawn(async move { drain(&there).await });
    let bytes = vec![7; 32 << 20];
    let failed = in_time("send_all", here.send_all(&bytes).timeout(SHORT)).await.unwrap_err();
    assert_eq!(failed.error.kind(), ErrorKind::TimedOut);
    assert!(weather(&wire, "pfifo"));
    here.shutdown(Shutdown::Write).unwrap();
    assert_eq!(received.await, failed.sent as u64);
}

async fn datagrams_through_bad_weather_are_each_one_that_was_sent(_: Driver, wire: Wire) {
    let (here, there) = wire.datagrams();
    if !weather(&wire, BAD_WEATHER) {
        return;
    }
    for number in 0..200_u8 {
        here.send(&[number; 3]).await.unwrap();
    }
    let (mut received, mut buffer) = (0, [0; 16]);
    // Longer than the longest delay.
    while let Ok(n) = there.recv(&mut buffer).timeout(Duration::from_secs(2)).await {
        assert_eq!(n, 3);
        assert!(buffer[0] < 200 && buffer[..3] == [buffer[0]; 3]);
        received += 1;
    }
    assert!((100..300).contains(&received), "{received}");
}

//! A service that was written for `tokio::net` runs on `berkeley::net` when its imports are
//! changed. `service.rs` is one source, compiled with either.

use crate::drivers::{Driver, tokio_runtime};
use berkeley_tests::{PATIENCE, Scratch, bounded};

mod on_tokio {
    use tokio::net;
    include!("service.rs");
}

mod on_berkeley {
    use berkeley::net;
    include!("service.rs");
}

on_every_driver! {
    tcp_is_served_by_owned_halves
    tcp_is_served_by_tries
    a_socket_is_set_up_before_it_is_one_of_tcp
    udp_is_served
    unix_streams_are_served
    unix_datagrams_are_served
}

async fn tcp_is_served_by_owned_halves(_: Driver) {
    on_berkeley::tcp_by_owned_halves().await.unwrap();
}

async fn tcp_is_served_by_tries(_: Driver) {
    on_berkeley::tcp_by_tries().await.unwrap();
}

async fn a_socket_is_set_up_before_it_is_one_of_tcp(_: Driver) {
    on_berkeley::tcp_by_a_socket().await.unwrap();
}

async fn udp_is_served(_: Driver) {
    on_berkeley::udp().await.unwrap();
}

async fn unix_streams_are_served(_: Driver) {
    let scratch = Scratch::new();
    on_berkeley::unix_streams(&scratch.path("server")).await.unwrap();
}

async fn unix_datagrams_are_served(_: Driver) {
    let scratch = Scratch::new();
    on_berkeley::unix_datagrams(&scratch.path("server"), &scratch.path("client")).await.unwrap();
}

/// So that it is tokio that the source was written for.
#[test]
fn the_source_is_one_for_tokio() {
    bounded(PATIENCE, || {
        tokio_runtime(1).block_on(async {
            on_tokio::tcp_by_owned_halves().await.unwrap();
            on_tokio::tcp_by_tries().await.unwrap();
            on_tokio::tcp_by_a_socket().await.unwrap();
            on_tokio::udp().await.unwrap();
            let scratch = Scratch::new();
            on_tokio::unix_streams(&scratch.path("stream")).await.unwrap();
            on_tokio::unix_datagrams(&scratch.path("server"), &scratch.path("client"))
                .await
                .unwrap();
            on_tokio::deadlines().await.unwrap();
        });
    });
}

#[test]
fn timeouts_of_tokio_bound_our_operations() {
    bounded(PATIENCE, || tokio_runtime(1).block_on(on_berkeley::deadlines()).unwrap());
}

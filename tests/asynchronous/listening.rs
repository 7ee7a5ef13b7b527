//! How listeners are made: by name, of both families, several on one port, at paths.

use crate::assert_kind;
use crate::drivers::Driver;
use berkeley::option::{ipv6, socket, tcp};
use berkeley::{
    Family, ListenError, ListenOptions, Socket, TcpStream, UnixListenOptions, UnixSeqpacket,
    UnixStream,
};
use berkeley_tests::{Scratch, ipv6 as has_ipv6, unique_name};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};

on_every_driver! {
    a_listener_is_had_by_number_by_name_and_for_every_interface
    a_dual_stack_takes_both_families_and_tells_mapped_addresses
    options_that_exclude_each_other_and_taken_addresses_are_refused
    shards_share_a_port_and_serve_on_as_many_tasks
    a_unix_listener_takes_over_from_a_dead_one_and_removes_its_file
}

async fn a_listener_is_had_by_number_by_name_and_for_every_interface(_: Driver) {
    for target in [("127.0.0.1", 0), ("localhost", 0), ("", 0)] {
        let listener = ListenOptions::new().listen(target).await.unwrap();
        assert!(listener.get(socket::ReuseAddress).unwrap());
        let port = listener.local_addr().unwrap().port();
        let client = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        let (_, peer) = listener.accept().await.unwrap();
        assert_eq!(peer, client.local_addr().unwrap());
    }
}

async fn a_dual_stack_takes_both_families_and_tells_mapped_addresses(_: Driver) {
    if !has_ipv6() {
        return;
    }
    let options = ListenOptions::new().family(Family::INET6);
    assert!(options.listen(("", 0)).await.unwrap().get(ipv6::V6Only).unwrap());
    let both = options.dualstack_ipv6(true).listen(("", 0)).await.unwrap();
    let port = both.local_addr().unwrap().port();
    for address in ["127.0.0.1", "::1"] {
        let client = TcpStream::connect((address, port)).await.unwrap();
        let (_, peer) = both.accept().await.unwrap();
        let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        assert_eq!(peer, client.local_addr().unwrap());
    }
}

async fn options_that_exclude_each_other_and_taken_addresses_are_refused(_: Driver) {
    let dual = ListenOptions::new().dualstack_ipv6(true).listen("127.0.0.1:0").await;
    assert_kind(dual, ErrorKind::InvalidInput);
    let unix = ListenOptions::new().family(Family::UNIX).listen(("", 0)).await;
    assert_kind(unix, ErrorKind::InvalidInput);
    let none = ListenOptions::new().listen_sharded(("", 0), 0).await;
    assert_kind(none, ErrorKind::InvalidInput);
    let nobody = ListenOptions::new().listen("nonsense").await;
    assert!(matches!(nobody, Err(ListenError::Resolve(_))));

    let holder = ListenOptions::new().listen("127.0.0.1:0").await.unwrap();
    let taken = holder.local_addr().unwrap();
    let Err(ListenError::Bind { address, error }) = ListenOptions::new().listen(taken).await else {
        panic!("it is taken")
    };
    assert_eq!((*address, error.kind()), (taken.into(), ErrorKind::AddrInUse));
    let error = ListenOptions::new().before_bind(|_| Err(ErrorKind::Unsupported.into()));
    assert_kind(error.listen("127.0.0.1:0").await, ErrorKind::Unsupported);
}

async fn shards_share_a_port_and_serve_on_as_many_tasks(driver: Driver) {
    let options = ListenOptions::new().before_bind(|socket: &Socket| {
        assert_eq!(socket.local_addr()?.port(), Some(0), "it is not bound yet");
        socket.set(tcp::NoDelay, true)
    });
    let shards = options.listen_sharded("127.0.0.1:0", 3).await.unwrap();
    let address = shards[0].local_addr().unwrap();
    let connections = berkeley::Connections::new();
    let serving: Vec<_> = shards
        .into_iter()
        .map(|shard| {
            assert_eq!(shard.local_addr().unwrap(), address);
            let mut server = connections.serve(shard);
            driver.spawn(async move {
                let mut served = 0;
                while let Some((stream, _)) = server.next().await.unwrap() {
                    assert!(stream.nodelay().unwrap(), "as its listener");
                    stream.send_all(b"x").await.unwrap();
                    served += 1;
                }
                served
            })
        })
        .collect();
    for _ in 0..32 {
        let client = TcpStream::connect(address).await.unwrap();
        assert_eq!(client.recv(&mut [0]).await.unwrap(), 1);
    }
    connections.stop();
    let served: Vec<usize> = futures::future::join_all(serving).await;
    assert_eq!(served.iter().sum::<usize>(), 32, "{served:?}");
}

async fn a_unix_listener_takes_over_from_a_dead_one_and_removes_its_file(_: Driver) {
    let scratch = Scratch::new();
    let path = scratch.path("service");
    let options = UnixListenOptions::new().remove_stale(true).mode(0o600);
    drop(options.listen(&*path).unwrap());
    assert!(path.exists());

    let listener = options.listen(&*path).unwrap();
    assert_kind(options.listen(&*path), ErrorKind::AddrInUse);
    // Who asked whether it lives is gone.
    let (gone, _) = listener.accept().await.unwrap();
    assert_eq!(gone.recv(&mut [0]).await.unwrap(), 0);
    let bound = listener.bound_path().unwrap();
    let client = UnixStream::connect(&*path).await.unwrap();
    let (served, _) = listener.accept().await.unwrap();
    served.send_all(b"x").await.unwrap();
    assert_eq!(client.recv(&mut [0]).await.unwrap(), 1);
    drop(bound);
    assert_kind(UnixStream::connect(&*path).await, ErrorKind::NotFound);

    let records = UnixListenOptions::new().listen_seqpacket(&*path).unwrap();
    UnixSeqpacket::connect(&*path).await.unwrap();
    records.accept().await.unwrap();
    let name = format!("unix:@{}", unique_name());
    assert_kind(options.listen(&*name), ErrorKind::InvalidInput);
}

//! TIPC, awaited: within one node, each test with service types of its own.

use super::balanced;
use super::{carries_a_megabyte, on_two_drivers};
use crate::common::pattern;
use crate::tipc::tipc;
use berkeley::net::{
    TipcDatagram, TipcEventKind, TipcListener, TipcRdm, TipcSeqpacket, TipcSeqpacketListener,
    TipcStream, TipcTopology,
};
use berkeley_core::Kind;
use berkeley_core::address::TipcAddress;
use nix::libc;
use std::io::ErrorKind;
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(20);

#[test]
fn connections_are_made_by_the_name_of_a_service() {
    balanced(|| {
        if tipc(Kind::STREAM).is_none() {
            return;
        }
        on_two_drivers(|| async {
            let listener = TipcListener::bind(TipcAddress::name_seq(7_101, 10, 20)).unwrap();
            let late = listener.accept().timeout(SHORT).await.unwrap_err();
            assert_eq!(late.kind(), ErrorKind::TimedOut);
            let name = TipcAddress::name(7_101, 15);
            let (client, served) = futures::join!(TipcStream::connect(name), listener.accept());
            let (client, (served, from)) = (client.unwrap(), served.unwrap());
            assert_eq!(from, client.local_addr().unwrap());
            carries_a_megabyte(&client, &served).await;
            drop(client);
            assert_eq!(served.recv(&mut [0; 8]).await.unwrap_or(0), 0);

            let nobody = TipcStream::connect(TipcAddress::name(7_102, 1)).await.unwrap_err();
            assert_eq!(nobody.raw_os_error(), Some(libc::EHOSTUNREACH), "{nobody}");
        });
    });
}

#[test]
fn seqpackets_keep_their_bounds() {
    balanced(|| {
        if tipc(Kind::SEQPACKET).is_none() {
            return;
        }
        on_two_drivers(|| async {
            let name = TipcAddress::name(7_103, 1);
            let listener = TipcSeqpacketListener::bind(name).unwrap();
            let (client, served) = futures::join!(TipcSeqpacket::connect(name), listener.accept());
            let (client, (served, _)) = (client.unwrap(), served.unwrap());
            let mut buffer = vec![0; 66_000];
            for len in [1, 1_000, 66_000] {
                assert_eq!(client.send(&pattern(len)).await.unwrap(), len);
                let n = served.recv(&mut buffer).await.unwrap();
                assert!(buffer[..n] == pattern(len), "{len}");
            }
        });
    });
}

#[test]
fn messages_go_to_names_and_answers_to_sockets() {
    balanced(|| {
        if tipc(Kind::RDM).is_none() {
            return;
        }
        on_two_drivers(|| async {
            let mut buffer = [0; 64];
            let (service, client) =
                (TipcRdm::bind(TipcAddress::name(7_104, 5)).unwrap(), TipcRdm::unbound().unwrap());
            let late = service.recv_from(&mut buffer).timeout(SHORT).await.unwrap_err();
            assert_eq!(late.kind(), ErrorKind::TimedOut);
            client.send_to(b"question", TipcAddress::name(7_104, 5)).await.unwrap();
            let (n, from) = service.recv_from(&mut buffer).await.unwrap();
            assert_eq!((&buffer[..n], from), (&b"question"[..], client.local_addr().unwrap()));
            service.send_to(b"answer", from).await.unwrap();
            let (n, from) = client.recv_from(&mut buffer).await.unwrap();
            assert_eq!((&buffer[..n], from), (&b"answer"[..], service.local_addr().unwrap()));

            let datagrams = TipcDatagram::bind(TipcAddress::name(7_105, 5)).unwrap();
            let sender = TipcDatagram::unbound().unwrap();
            sender.send_to(b"x", TipcAddress::name(7_105, 5)).await.unwrap();
            let (n, from) = datagrams.recv_from(&mut buffer).await.unwrap();
            assert_eq!((n, from), (1, sender.local_addr().unwrap()));
        });
    });
}

#[test]
fn the_topology_server_tells_of_services_that_come_and_go() {
    balanced(|| {
        if tipc(Kind::SEQPACKET).is_none() {
            return;
        }
        on_two_drivers(|| async {
            let topology = TipcTopology::connect().await.unwrap();
            topology.subscribe(7_106, 0, 100, None).await.unwrap();
            let service = TipcRdm::bind(TipcAddress::name_seq(7_106, 50, 200)).unwrap();
            let at = service.local_addr().unwrap();
            let event = topology.next().await.unwrap();
            assert_eq!((event.kind, event.service), (TipcEventKind::Published, 7_106));
            assert_eq!((event.lower, event.upper, event.socket), (50, 200, at));
            drop(service);
            assert_eq!(topology.next().await.unwrap().kind, TipcEventKind::Withdrawn);

            let brief = TipcTopology::connect().await.unwrap();
            brief.subscribe(7_107, 0, 1, Some(SHORT)).await.unwrap();
            assert_eq!(brief.next().await.unwrap().kind, TipcEventKind::Expired);
        });
    });
}

//! TLS by rustls over our streams: tokio-rustls by tokio's traits, futures-rustls by those of the
//! futures crate.

use crate::drivers::{Driver, tcp_streams};
use berkeley::TcpStream;
use futures_rustls::rustls;
use rustls::crypto::ring;
use rustls::pki_types::{PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::io::ErrorKind;
use std::sync::Arc;

on_every_driver! {
    tokio_rustls_carries_a_megabyte_each_way
    futures_rustls_carries_a_megabyte_each_way
    a_cut_tls_connection_is_told_from_a_closed_one
}

const MEGABYTE: usize = 1_000_000;

fn payload() -> Vec<u8> {
    (0..=250).cycle().take(MEGABYTE).collect()
}

fn server_name() -> ServerName<'static> {
    "localhost".try_into().unwrap()
}

/// A client that trusts a server, and the server.
fn configs() -> (Arc<ClientConfig>, Arc<ServerConfig>) {
    let provider = Arc::new(ring::default_provider());
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let server = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key.into())
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    (Arc::new(client), Arc::new(server))
}

async fn tokio_rustls_carries_a_megabyte_each_way(driver: Driver) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, split};
    use tokio_rustls::{TlsAcceptor, TlsConnector};
    let (client, server) = configs();
    let (a, b) = tcp_streams();
    let serving = driver.spawn(async move {
        let stream = TlsAcceptor::from(server).accept(b).await.unwrap();
        let (mut read, mut write) = split(stream);
        // Both ways at once.
        let (mut received, bytes) = (Vec::new(), payload());
        let reading = read.read_to_end(&mut received);
        let writing = async {
            write.write_all(&bytes).await.unwrap();
            write.shutdown().await.unwrap();
        };
        let (read, ()) = futures::future::join(reading, writing).await;
        // An alert closed it: a cut connection is UnexpectedEof.
        assert_eq!(read.unwrap(), MEGABYTE);
        assert!(received == bytes);
    });
    let stream = TlsConnector::from(client).connect(server_name(), a).await.unwrap();
    let (mut read, mut write) = split(stream);
    let (mut received, bytes) = (Vec::new(), payload());
    let writing = async {
        write.write_all(&bytes).await.unwrap();
        write.shutdown().await.unwrap();
    };
    let (read, ()) = futures::future::join(read.read_to_end(&mut received), writing).await;
    assert_eq!(read.unwrap(), MEGABYTE);
    assert!(received == bytes);
    serving.await;
}

async fn futures_rustls_carries_a_megabyte_each_way(driver: Driver) {
    use futures::io::{AsyncReadExt, AsyncWriteExt};
    use futures_rustls::{TlsAcceptor, TlsConnector};
    let (client, server) = configs();
    let (a, b) = tcp_streams();
    let serving = driver.spawn(async move {
        let stream = TlsAcceptor::from(server).accept(b).await.unwrap();
        let (mut read, mut write) = stream.split();
        let (mut received, bytes) = (Vec::new(), payload());
        let writing = async {
            write.write_all(&bytes).await.unwrap();
            write.close().await.unwrap();
        };
        let (read, ()) = futures::future::join(read.read_to_end(&mut received), writing).await;
        assert_eq!(read.unwrap(), MEGABYTE);
        assert!(received == bytes);
    });
    let stream = TlsConnector::from(client).connect(server_name(), a).await.unwrap();
    let (mut read, mut write) = stream.split();
    let (mut received, bytes) = (Vec::new(), payload());
    let writing = async {
        write.write_all(&bytes).await.unwrap();
        write.close().await.unwrap();
    };
    let (read, ()) = futures::future::join(read.read_to_end(&mut received), writing).await;
    assert_eq!(read.unwrap(), MEGABYTE);
    assert!(received == bytes);
    serving.await;
}

async fn a_cut_tls_connection_is_told_from_a_closed_one(driver: Driver) {
    use futures::io::{AsyncReadExt, AsyncWriteExt};
    use futures_rustls::{TlsAcceptor, TlsConnector};
    for cut in [true, false] {
        let (client, server) = configs();
        let (a, b): (TcpStream, TcpStream) = tcp_streams();
        let serving = driver.spawn(async move {
            let mut stream = TlsAcceptor::from(server).accept(b).await.unwrap();
            stream.write_all(b"hello").await.unwrap();
            stream.flush().await.unwrap();
            if !cut {
                stream.close().await.unwrap();
            }
        });
        let mut stream = TlsConnector::from(client).connect(server_name(), a).await.unwrap();
        let mut received = Vec::new();
        let outcome = stream.read_to_end(&mut received).await;
        assert_eq!(received, b"hello");
        match outcome {
            Ok(n) => assert!(!cut && n == 5),
            Err(e) => assert!(cut && e.kind() == ErrorKind::UnexpectedEof, "{e}"),
        }
        serving.await;
    }
}

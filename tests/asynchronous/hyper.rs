//! HTTP by hyper over our streams: inside tokio by hyper-util's adapter, and on our own runtime by
//! a small one for the traits of the futures crate.

use crate::drivers::{Driver, tokio_runtime};
use crate::{LONG, SHORT, SLACK};
use berkeley::{Connections, TcpListener, TcpStream, time};
use berkeley_tests::{PATIENCE, bounded};
use futures::future::{Either, select};
use futures::io::{AsyncRead, AsyncWrite};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::service::service_fn;
use hyper::{Request, Response, client, server};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

/// hyper's traits for one of our streams.
struct HyperIo(TcpStream);

impl Read for HyperIo {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut cursor: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let mut buffer = [0; 8_192];
        let room = buffer.len().min(cursor.remaining());
        let n = ready!(Pin::new(&mut self.0).poll_read(cx, &mut buffer[..room]))?;
        cursor.put_slice(&buffer[..n]);
        Poll::Ready(Ok(()))
    }
}

impl Write for HyperIo {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(cx)
    }
}

/// hyper's timer by our sleeps.
#[derive(Debug)]
struct Timer;

struct Sleep(time::Sleep);

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx)
    }
}

impl hyper::rt::Sleep for Sleep {}

impl hyper::rt::Timer for Timer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn hyper::rt::Sleep>> {
        Box::pin(Sleep(time::sleep(duration)))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn hyper::rt::Sleep>> {
        Box::pin(Sleep(time::sleep_until(deadline)))
    }
}

/// Answers with the body of the request, reversed.
async fn reverse(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut body = request.into_body().collect().await.expect("a body").to_bytes().to_vec();
    body.reverse();
    Ok(Response::new(Full::new(body.into())))
}

/// Requests on one connection, with bodies up to a megabyte.
async fn ask<I>(driver: Driver, io: I)
where
    I: Read + Write + Unpin + Send + 'static,
{
    let (mut sender, connection) = client::conn::http1::handshake(io).await.unwrap();
    let connection = driver.spawn(connection);
    for len in [0, 1, 1_000, 100_000, 1_000_000] {
        let body: Vec<u8> = (0..=250).cycle().take(len).collect();
        let request =
            Request::post("/").header("host", "test").body(Full::new(Bytes::from(body.clone())));
        sender.ready().await.unwrap();
        let response = sender.send_request(request.unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        let mut answer = response.into_body().collect().await.unwrap().to_bytes().to_vec();
        answer.reverse();
        assert!(answer == body);
    }
    drop(sender);
    connection.await.unwrap();
}

async fn requests<I>(driver: Driver, wrap: fn(TcpStream) -> I)
where
    I: Read + Write + Unpin + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = driver.spawn(async move {
        let mut connections = Vec::new();
        for _ in 0..8 {
            let (stream, _) = listener.accept().await.unwrap();
            connections.push(driver.spawn(async move {
                server::conn::http1::Builder::new()
                    .timer(Timer)
                    .serve_connection(wrap(stream), service_fn(reverse))
                    .await
                    .unwrap();
            }));
        }
        futures::future::join_all(connections).await;
    });
    let clients = (0..8).map(|_| {
        driver.spawn(async move {
            let stream = TcpStream::connect(address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            ask(driver, wrap(stream)).await;
        })
    });
    futures::future::join_all(clients).await;
    serving.await;
}

async fn requests_are_answered_by_the_adapter_of_hyper_util(driver: Driver) {
    requests(driver, TokioIo::new).await;
}

async fn requests_are_answered_by_an_adapter_of_our_own(driver: Driver) {
    requests(driver, HyperIo).await;
}

/// A drain tells the connections, of which hyper ends the idle one at once and the busy one after
/// its answer: nobody is reset.
async fn a_drain_lets_answers_be_finished_and_ends_idle_connections(driver: Driver) {
    let service = Connections::limited(10);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (mut server, told) = (service.serve(listener), service.clone());
    let serving = driver.spawn(async move {
        let mut connections = Vec::new();
        while let Some((stream, _)) = server.next().await.unwrap() {
            let told = told.clone();
            connections.push(driver.spawn(async move {
                let http = server::conn::http1::Builder::new();
                let connection = http.serve_connection(HyperIo(stream), service_fn(reverse));
                let (mut connection, stopped) = (pin!(connection), pin!(told.stopped()));
                match select(connection.as_mut(), stopped).await {
                    Either::Left((ended, _)) => ended.unwrap(),
                    Either::Right(_) => {
                        connection.as_mut().graceful_shutdown();
                        connection.await.unwrap();
                    }
                }
            }));
        }
        futures::future::join_all(connections).await;
    });

    let idle = TcpStream::connect(address).await.unwrap();
    idle.send_all(b"GET / HTTP/1.1\r\nhost: test\r\n\r\n").await.unwrap();
    assert!(idle.recv(&mut [0; 1_000]).await.unwrap() > 0);
    let busy = TcpStream::connect(address).await.unwrap();
    let head = "POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 4\r\nexpect: 100-continue\r\n\r\n";
    busy.send_all(head.as_bytes()).await.unwrap();
    // The request is under way when this comes.
    let mut buffer = [0; 1_000];
    let n = busy.recv(&mut buffer).await.unwrap();
    assert!(buffer[..n].starts_with(b"HTTP/1.1 100 "));
    let drain = driver.spawn_waiting(async move { service.drain(LONG).await }).await;
    assert_eq!(idle.recv(&mut [0]).await.unwrap(), 0);
    busy.send_all(b"abcd").await.unwrap();
    let mut answer = Vec::new();
    while let n @ 1.. = busy.recv(&mut buffer).await.unwrap() {
        answer.extend_from_slice(&buffer[..n]);
    }
    assert!(answer.ends_with(b"\r\n\r\ndcba"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(drain.await, 0);
    serving.await;
}

async fn a_slow_client_is_timed_out(driver: Driver) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = driver.spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        server::conn::http1::Builder::new()
            .timer(Timer)
            .header_read_timeout(SHORT)
            .serve_connection(HyperIo(stream), service_fn(reverse))
            .await
    });
    let stream = TcpStream::connect(address).await.unwrap();
    stream.send_all(b"GET / HTTP/1.1\r\nhost: te").await.unwrap();
    let error = serving.await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    stream.peer_closed().await.unwrap();
}

on_every_driver! {
    requests_are_answered_by_the_adapter_of_hyper_util
    requests_are_answered_by_an_adapter_of_our_own
    a_slow_client_is_timed_out
    a_drain_lets_answers_be_finished_and_ends_idle_connections
}

#[test]
fn our_http_server_answers_a_client_of_tokio() {
    bounded(PATIENCE, || {
        tokio_runtime(2).block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let serving = tokio::spawn(async move {
                let (stream, _) = listener.accept().await.unwrap();
                server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service_fn(reverse))
                    .await
                    .unwrap();
            });
            let theirs = tokio::net::TcpStream::connect(address).await.unwrap();
            let asking = ask(Driver::TokioMulti, TokioIo::new(theirs));
            tokio::time::timeout(SLACK, asking).await.unwrap();
            serving.await.unwrap();
        });
    });
}

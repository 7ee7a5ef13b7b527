//! Other programs with a relay between them: curl and Python's web server, socat, netcat.

use crate::drivers::Driver;
use berkeley::{TcpListener, TcpStream, relay};
use berkeley_tests::{Process, Scratch, peer};
use std::fs;
use std::process::Command;

on_every_driver! {
    curl_gets_a_large_file_through_a_relay
    netcat_ends_its_question_and_socat_answers_behind_it
}

/// Starts a relay for one connection to `service`, and returns its port.
async fn relay_to(driver: Driver, service: String) -> (u16, crate::drivers::Task<(u64, u64)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let relaying = driver.spawn(async move {
        let (client, _) = listener.accept().await.unwrap();
        let server = TcpStream::connect(service).await.unwrap();
        let moved = relay(&client, &server).await.unwrap();
        (moved.a_to_b, moved.b_to_a)
    });
    (port, relaying)
}

/// All that a program writes, on a thread where it may wait.
async fn output(mut process: Process) -> Vec<u8> {
    let (sender, done) = futures::channel::oneshot::channel();
    std::thread::spawn(move || {
        let output = process.to_end();
        process.succeed();
        sender.send(output)
    });
    done.await.expect("it ends well")
}

async fn curl_gets_a_large_file_through_a_relay(driver: Driver) {
    let (Some(curl), Some(python)) = (peer("curl"), peer("python3")) else { return };
    let site = Scratch::new();
    let large: Vec<u8> = (0..=250).cycle().take(10_000_000).collect();
    fs::write(site.path("large"), &large).unwrap();
    let mut server = Command::new(python);
    server.args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory"]);
    let mut server = Process::spawn(server.arg(site.path(".")));
    let serving = server.line();
    let port = serving.split(' ').skip_while(|word| *word != "port").nth(1).expect("a port");
    let (port, relaying) = relay_to(driver, format!("127.0.0.1:{port}")).await;
    let url = format!("http://127.0.0.1:{port}/large");
    let mut client = Command::new(curl);
    let client = Process::spawn(client.args(["-sS", "--noproxy", "*", "--max-time", "50", &url]));
    assert!(output(client).await == large);
    let (asked, answered) = relaying.await;
    assert!(asked > 0 && answered > 10_000_000);
}

/// The one closes its sending, the other answers when it has all: what half-closes are for.
async fn netcat_ends_its_question_and_socat_answers_behind_it(driver: Driver) {
    let (Some(nc), Some(socat)) = (peer("nc"), peer("socat")) else { return };
    let scratch = Scratch::new();
    let path = scratch.path("sorting");
    let path = path.to_str().unwrap();
    let mut server = Command::new(socat);
    server.args(["-t", "30", &format!("UNIX-LISTEN:{path}"), "EXEC:sort -r"]);
    let _server = Process::spawn(&mut server);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let address = format!("unix:{path}");
    let relaying = driver.spawn(async move {
        let (client, _) = listener.accept().await.unwrap();
        // It listens soon.
        let server = loop {
            match berkeley::UnixStream::connect(&*address).await {
                Ok(server) => break server,
                Err(_) => berkeley::time::sleep(std::time::Duration::from_millis(1)).await,
            }
        };
        relay(&client, &server).await.unwrap()
    });
    let mut client = Process::spawn(Command::new(nc).args(["-N", "127.0.0.1", &port]));
    client.give(b"a\nc\nb\n");
    client.end_input();
    assert_eq!(output(client).await, b"c\nb\na\n");
    super::assert_relayed(relaying.await, 6, 6);
}

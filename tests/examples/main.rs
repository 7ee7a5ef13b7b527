//! The examples, run as a user runs them.

mod datagrams;

use berkeley_tests::{
    PATIENCE, Process, Scratch, bounded, eventually, example, peer, tcp, unique_name,
};
use std::env;
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the examples' sources.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

/// A server example on any free port of both IP families, and a Unix name.
struct Server {
    process: Process,
    port: String,
    unix: String,
}

impl Server {
    fn start(name: &str) -> Self {
        let unix = format!("unix:@{}", unique_name());
        let mut process = Process::spawn(example(name).args(["[::]:0", &unix]));
        let tcp = process.line();
        let port = tcp.strip_prefix("listening on [::]:").unwrap_or_else(|| panic!("{tcp}"));
        assert_eq!(process.line(), format!("listening on {unix}"));
        Self { port: port.to_owned(), process, unix }
    }

    fn addresses(&self) -> [String; 3] {
        let port = &self.port;
        [format!("127.0.0.1:{port}"), format!("[::1]:{port}"), self.unix.clone()]
    }

    /// Ctrl-C, and its report.
    fn stop(mut self) -> String {
        self.process.interrupt();
        let report = self.process.line();
        self.process.succeed();
        report
    }
}

fn client_is_echoed(address: &str) {
    let mut client = Process::spawn(example("echo_client").arg(address));
    client.give(b"hello\n");
    assert_eq!(client.line(), "hello");
    client.give("zweite Zeile ü\n".as_bytes());
    assert_eq!(client.line(), "zweite Zeile ü");
    client.succeed();
}

fn serves_on_every_address(name: &'static str) {
    bounded(PATIENCE, move || {
        let server = Server::start(name);
        for address in server.addresses() {
            client_is_echoed(&address);
        }
        let report = server.stop();
        // "hello\n" and "zweite Zeile ü\n", three times.
        assert!(report.starts_with("3 connections, 66 bytes"), "{report}");
    });
}

#[test]
fn echo_server_serves_both_ip_families_and_unix_and_reports() {
    serves_on_every_address("echo_server");
}

#[test]
fn echo_server_tokio_serves_both_ip_families_and_unix_and_reports() {
    serves_on_every_address("echo_server_tokio");
}

#[test]
fn echo_servers_give_connections_three_seconds_and_reset_the_rest() {
    for name in ["echo_server", "echo_server_tokio"] {
        bounded(PATIENCE, move || {
            let server = Server::start(name);
            let address = format!("127.0.0.1:{}", server.port);
            let mut busy = TcpStream::connect(&address).unwrap();
            let mut idle = TcpStream::connect(&address).unwrap();
            for stream in [&mut busy, &mut idle] {
                stream.write_all(b"x").unwrap();
                stream.read_exact(&mut [0]).unwrap();
            }
            server.process.interrupt();
            eventually("nobody is accepted any more", || TcpStream::connect(&address).is_err());
            busy.write_all(b"more").unwrap();
            busy.read_exact(&mut [0; 4]).unwrap();
            drop(busy);
            let error = idle.read(&mut [0]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
            let mut process = server.process;
            let report = process.line();
            process.succeed();
            // Those that only asked whether it listens count too.
            assert!(report.ends_with("6 bytes, 1 connections reset"), "{report}");
        });
    }
}

/// The first accepts of each thread fail, as strace has the kernel say.
#[test]
fn echo_servers_go_on_through_the_errors_of_accept_that_pass() {
    let Some(strace) = peer("strace") else { return };
    const LOST: &[&str] =
        &["ECONNABORTED", "EPROTO", "EPERM", "ENETDOWN", "ENONET", "EHOSTUNREACH"];
    const EXHAUSTED: &[&str] = &["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"];
    for name in ["echo_server", "echo_server_tokio"] {
        for (errors, pauses) in [(LOST, false), (EXHAUSTED, true)] {
            for errno in errors {
                let strace = strace.clone();
                bounded(PATIENCE, move || {
                    let server = example(name);
                    let fails = format!("inject=accept4:error={errno}:when=1..2");
                    let mut traced = Command::new(strace);
                    traced.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=accept4"]);
                    traced.args(["-e", &fails]).arg(server.get_program()).arg("127.0.0.1:0");
                    let mut traced = Process::spawn(&mut traced);
                    let listening = traced.line();
                    let address = listening.strip_prefix("listening on ").unwrap();
                    client_is_echoed(address);
                    if pauses {
                        traced.error_line_with("accept: ");
                    }
                });
            }
        }
    }
}

#[test]
fn the_dual_stack_server_tells_clients_of_both_families_who_they_are() {
    bounded(PATIENCE, || {
        let mut server = Process::spawn(example("dual_stack_server").arg("0"));
        let listening = server.line();
        let port = listening.strip_prefix("listening on [::]:").expect("a dual stack");
        for host in ["127.0.0.1", "[::1]"] {
            let mut client = TcpStream::connect(format!("{host}:{port}")).unwrap();
            let mut told = String::new();
            client.read_to_string(&mut told).unwrap();
            assert_eq!(told, format!("you are {}\n", client.local_addr().unwrap()));
        }
    });
}

#[test]
fn a_port_in_time_wait_is_had_with_reuse_alone() {
    bounded(PATIENCE, || {
        for name in ["reuse_address", "reuse_address_sync"] {
            let mut example = Process::spawn(&mut example(name));
            assert!(example.line().starts_with("without SO_REUSEADDR: Address already in use"));
            assert_eq!(example.line(), "with SO_REUSEADDR: bound");
            assert!(example.line().starts_with("ListenOptions: listening on 127.0.0.1:"));
            example.succeed();
        }
    });
}

#[test]
fn echo_servers_serve_netcat() {
    let Some(nc) = peer("nc") else { return };
    for name in ["echo_server", "echo_server_tokio"] {
        let nc = nc.clone();
        bounded(PATIENCE, move || {
            let server = Server::start(name);
            let mut client = Process::spawn(Command::new(nc).args(["-N", "::1", &server.port]));
            client.give(b"from netcat\n");
            assert_eq!(client.line(), "from netcat");
            client.succeed();
            server.stop();
        });
    }
}

#[test]
fn line_server_answers_over_tcp_and_udp() {
    bounded(PATIENCE, || {
        let mut server = Process::spawn(example("line_server").arg("127.0.0.1:0"));
        let line = server.line();
        let address = line.strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}"));

        let mut tcp = BufReader::new(TcpStream::connect(address).unwrap());
        tcp.get_ref().write_all(b"one\ntwo\n").unwrap();
        let mut back = String::new();
        for _ in 0..2 {
            tcp.read_line(&mut back).unwrap();
        }
        assert_eq!(back, "ONE\nTWO\n");

        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        udp.connect(address).unwrap();
        let mut buffer = [0; 64];
        for (sent, back) in [("three", &["THREE\n"][..]), ("four\nfive", &["FOUR\n", "FIVE\n"])] {
            udp.send(sent.as_bytes()).unwrap();
            for line in back {
                let n = udp.recv(&mut buffer).unwrap();
                assert_eq!(&buffer[..n], line.as_bytes());
            }
        }
        server.interrupt();
    });
}

#[test]
fn echo_server_says_why_it_cannot_listen() {
    bounded(PATIENCE, || {
        let server = Server::start("echo_server");
        for (address, reason) in
            [("localhost:1", "is not an address"), (&*server.unix, "Address already in use")]
        {
            let mut second = Process::spawn(example("echo_server").arg(address));
            assert!(!second.finish().success());
            let errors = second.errors_to_end();
            assert!(errors.contains(reason), "{errors}");
        }
    });
}

#[test]
fn echo_client_says_why_it_cannot_connect() {
    bounded(PATIENCE, || {
        for (address, reason) in [
            ("nonsense", "write example.org:80"),
            ("unix:/no/such/socket", "No such file or directory"),
        ] {
            let mut client = Process::spawn(example("echo_client").arg(address));
            assert_eq!(client.finish().code(), Some(1));
            let errors = client.errors_to_end();
            assert!(errors.contains(reason) && errors.contains(address), "{errors}");
        }
        let mut client = Process::spawn(&mut example("echo_client"));
        assert_eq!(client.finish().code(), Some(2));
    });
}

#[test]
fn http_get_prints_the_first_line_of_what_python_serves() {
    let Some(python) = peer("python3") else { return };
    bounded(PATIENCE, || {
        let site = Scratch::new();
        let mut server = Command::new(python);
        server.args(["-u", "-m", "http.server", "0", "--directory"]).arg(site.path("."));
        let mut server = Process::spawn(&mut server);
        let serving = server.line();
        let port = serving.split(' ').skip_while(|word| *word != "port").nth(1).expect("a port");
        for host in ["localhost", "127.0.0.1"] {
            let mut client = Process::spawn(example("http_get").arg(format!("{host}:{port}")));
            assert_eq!(client.line(), format!("connected to 127.0.0.1:{port}"));
            assert!(client.line().ends_with(" 200 OK"));
            client.succeed();
        }
    });
}

#[test]
fn http_get_says_why_it_cannot_connect() {
    bounded(PATIENCE, || {
        let nobody = tcp();
        nobody.bind("127.0.0.1:0").unwrap();
        let address = nobody.local_addr().unwrap().to_string();
        for (host, reason) in [
            (&*address, "Connection refused"),
            ("localhost:no-such-service", "not supported"),
            ("http://a.example", "write example.org:80"),
        ] {
            let mut client = Process::spawn(example("http_get").arg(host));
            assert_eq!(client.finish().code(), Some(1));
            let errors = client.errors_to_end();
            assert!(errors.contains(reason) && errors.contains(host), "{errors}");
        }
    });
}

/// A server example that takes the address 127.0.0.1:0 and one argument more, and its address.
fn on_loopback(name: &str, argument: &str) -> (Process, String) {
    let mut server = Process::spawn(example(name).args(["127.0.0.1:0", argument]));
    let line = server.line();
    let address = line.strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}"));
    (server, address.to_owned())
}

/// What curl writes, and whether it is content.
fn curl(curl: &Path, arguments: &[&str]) -> (bool, Vec<u8>) {
    let limits = ["--silent", "--show-error", "--max-time", "30", "--noproxy", "*"];
    let mut curl = Process::spawn(Command::new(curl).args(limits).args(arguments));
    let output = curl.to_end();
    (curl.finish().success(), output)
}

#[test]
fn file_server_sends_files_of_its_folder_and_no_others() {
    let Some(program) = peer("curl") else { return };
    bounded(PATIENCE, move || {
        let scratch = Scratch::new();
        let large: Vec<u8> = (0..=250).cycle().take(5_000_000).collect();
        fs::create_dir(scratch.path("site")).unwrap();
        fs::write(scratch.path("site/large"), &large).unwrap();
        fs::write(scratch.path("site/index.html"), "hello").unwrap();
        fs::write(scratch.path("secret"), "secret").unwrap();
        std::os::unix::fs::symlink("../secret", scratch.path("site/link")).unwrap();
        let folder = scratch.path("site").into_os_string().into_string().unwrap();
        let (_server, address) = on_loopback("file_server", &folder);
        let get = |path: &str, more: &[&str]| {
            let url = format!("http://{address}{path}");
            curl(&program, &[&["--fail", "--path-as-is", &url], more].concat())
        };
        assert!(get("/large", &[]) == (true, large));
        assert_eq!(get("/", &[]), (true, b"hello".to_vec()));
        assert_eq!(get("/?query", &[]), (true, b"hello".to_vec()));
        let (is_well, head) = get("/large", &["--head"]);
        let head = String::from_utf8(head).unwrap();
        assert!(is_well && head.contains("200 OK") && head.contains("content-length: 5000000"));
        for path in ["/none", "/../secret", "/%2e%2e/secret", "/link", "//etc/passwd"] {
            assert_eq!(get(path, &[]), (false, Vec::new()), "{path}");
        }
        assert_eq!(get("/", &["--data", "x"]), (false, Vec::new()));
    });
}

#[test]
fn proxy_passes_on_to_the_file_server_by_name() {
    let Some(program) = peer("curl") else { return };
    bounded(PATIENCE, move || {
        let scratch = Scratch::new();
        let large: Vec<u8> = (0..=250).cycle().take(5_000_000).collect();
        fs::write(scratch.path("large"), &large).unwrap();
        let folder = scratch.path(".").into_os_string().into_string().unwrap();
        let (_server, service) = on_loopback("file_server", &folder);
        let service = service.replace("127.0.0.1", "localhost");
        let (mut proxy, address) = on_loopback("proxy", &service);
        for _ in 0..3 {
            assert!(curl(&program, &[&format!("http://{address}/large")]) == (true, large.clone()));
            let line = proxy.line();
            assert!(line.contains(" bytes there, 50000"), "{line}");
        }
    });
}

#[test]
fn proxy_and_file_server_say_what_they_need() {
    bounded(PATIENCE, || {
        for name in ["proxy", "file_server"] {
            let mut server = Process::spawn(&mut example(name));
            assert_eq!(server.finish().code(), Some(2));
            assert!(server.errors_to_end().contains("write where to listen"));
        }
        let mut server = example("file_server");
        let mut server = Process::spawn(server.args(["127.0.0.1:0", "/no/such/folder"]));
        assert_eq!(server.finish().code(), Some(1));
        assert!(server.errors_to_end().contains("No such file"));
    });
}

#[test]
fn the_synchronous_pair_echoes_by_name_over_both_families() {
    bounded(PATIENCE, || {
        let mut server = Process::spawn(example("echo_server_sync").arg("0"));
        let listening = server.line();
        let port = listening.strip_prefix("listening on [::]:").expect("a dual stack");
        for host in ["localhost", "127.0.0.1", "::1"] {
            let mut client = Process::spawn(example("echo_client_sync").args([host, port]));
            for line in ["hello", "zweite Zeile ü"] {
                client.give(format!("{line}\n").as_bytes());
                assert_eq!(client.line(), line);
            }
            client.succeed();
            assert!(server.line().starts_with("connected by ["));
        }
        // The same port again is refused with its address, a name without a host with its reason.
        let mut second = Process::spawn(example("echo_server_sync").args(["127.0.0.1", port]));
        assert_eq!(second.finish().code(), Some(1));
        let errors = second.errors_to_end();
        assert!(
            errors.contains(&format!("cannot bind 127.0.0.1:{port}: Address already")),
            "{errors}"
        );
        let mut client = Process::spawn(example("echo_client_sync").args(["a.invalid", "no port"]));
        assert_eq!(client.finish().code(), Some(1));
        let errors = client.errors_to_end();
        assert!(errors.contains("a.invalid no port: "), "{errors}");
    });
}

#[test]
fn echo_load_loads_a_server_of_its_own_and_draws() {
    bounded(PATIENCE, || {
        let scratch = Scratch::new();
        let plot = scratch.path("plot.svg");
        let mut load = example("echo_load");
        load.args(["--duration", "1", "--connections", "8", "--plot"]).arg(&plot);
        let mut load = Process::spawn(&mut load);
        let output = String::from_utf8(load.to_end()).unwrap();
        load.succeed();
        for text in ["requests/s", "every byte checked", "Errors     none", "p99.9"] {
            assert!(output.contains(text), "{text} is not in {output}");
        }
        assert!(fs::read_to_string(plot).unwrap().starts_with("<svg"));
    });
}

#[test]
fn echo_load_loads_every_server_on_every_address() {
    bounded(PATIENCE, || {
        for name in ["echo_server", "echo_server_tokio"] {
            let server = Server::start(name);
            for address in server.addresses() {
                let mut load = example("echo_load");
                let mut load = Process::spawn(load.arg(&address).args(["--duration", "300ms"]));
                let output = String::from_utf8(load.to_end()).unwrap();
                load.succeed();
                assert!(output.contains("Errors     none"), "{output}");
            }
            let report = server.stop();
            assert!(report.starts_with("192 connections"), "{report}");
        }
    });
}

#[test]
fn examples_are_short() {
    for entry in fs::read_dir(sources()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            assert!(lines < 80, "{} has {lines} lines", path.display());
        }
    }
}

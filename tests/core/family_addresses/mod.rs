//! Addresses of families beside IP and Unix, against the kernel and Python, both ways. What the
//! kernel of a usual machine lacks is tested in a virtual one.

mod checks;
mod netlink;
mod packet;
mod vsock;
mod xdp;

use berkeley_core::Socket;
use berkeley_tests::peer;
use std::process::Command;

/// What Python prints of the socket `s`, which is this one: its standard input. `None` without
/// Python.
fn python_says(socket: &Socket, expression: &str) -> Option<String> {
    let python = peer("python3")?;
    let script = format!("import socket; s = socket.socket(fileno=0); print({expression})");
    let same = socket.dup().unwrap().into_fd();
    let output = Command::new(python).args(["-c", &script]).stdin(same).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap().trim_end().to_owned())
}

//! What is in the machine: kernel modules, programs, files, and the commands that are its work.
//!
//! A test binary more is one `command` more, a program that tests talk to one `program`. A command
//! that does not print what `cargo test` prints is judged by its exit status alone.

use super::build::{example, test_binary};
use super::debian::{self, Kernel};
use super::image::Image;
use super::modules::Modules;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// The modules that tests need, by topic. What they need themselves is found by `modules.rs`, but
/// for what they ask for by name when they begin: that is named here, before them.
const MODULES: &[&[&str]] = &[
    // CAN, and a bus without wires.
    &["can", "can_raw", "can_bcm", "can_isotp", "can_j1939", "can_gw", "vcan"],
    // Cryptography, and what there is to ask for beyond what the kernel has built in.
    &["af_alg", "algif_hash", "algif_skcipher", "algif_aead", "algif_rng"],
    &["md5", "sha1_generic", "sha256_generic", "sha512_generic", "sha3_generic", "hmac", "cmac"],
    &["aes_generic", "ecb", "cbc", "ctr", "cts", "xts", "ghash_generic", "gcm", "ccm"],
    // The random generators, and before them the one that they are seeded from.
    &["authenc", "seqiv", "chacha20poly1305", "jitterentropy_rng", "drbg", "ansi_cprng"],
    &["tipc"],
    &["rds", "rds_tcp"],
    &["qrtr"],
    // Bluetooth, and a controller that a process plays.
    &["bluetooth", "rfcomm", "bnep", "hci_vhci"],
    // SCTP asks for the checksum by its name.
    &["crc32c_generic", "libcrc32c", "sctp"],
    &["vsock", "vsock_loopback"],
    &["smc"],
    // TLS in the kernel, and networks of a test's own: wires, delay and loss.
    &["tls", "veth", "dummy", "bridge", "sch_netem"],
];

/// Of the tests of networks in trouble, what other kernels lack; on each kind of reactor once.
const TROUBLE: [&str; 6] = [
    "--color=never",
    "--test-threads=4",
    "netem",
    "--skip=workers",
    "--skip=tokio_current",
    "--skip=futures",
];

/// The examples that tests of families run.
const EXAMPLES: &[&str] = &["can_bcm", "can_raw", "can_raw_sync", "link_monitor", "vsock_echo"];

/// The files of every machine.
pub(super) fn every_machine(cache: &Path, kernel: &Kernel) -> Result<Image> {
    let mut image = Image::default();
    system(&mut image, cache)?;
    modules(&mut image, kernel)?;
    Ok(image)
}

/// The files of our own tests, and the script that runs them.
pub(super) fn tests(image: &mut Image, arguments: &[String]) -> Result<String> {
    let mut work = String::from("status=0\n");
    let families = test_binary("berkeley-tests", "families")?;
    image.program("/tests/families", &families)?;
    for name in EXAMPLES {
        image.program(&format!("/tests/examples/{name}"), &example("berkeley-examples", name)?)?;
    }
    // Colours are for terminals, and the machine takes its serial line for one.
    work += &command("/tests/families", &[&["--color=never".to_owned()], arguments].concat());
    if arguments.is_empty() {
        let trouble = test_binary("berkeley-tests", "trouble")?;
        image.program("/tests/trouble", &trouble)?;
        work += &command("/tests/trouble", &TROUBLE.map(str::to_owned));
    }
    Ok(work + "exit $status\n")
}

/// A line of the script `/work`: runs a program, and keeps that it failed.
fn command(program: &str, arguments: &[String]) -> String {
    let mut line = program.to_owned();
    for argument in arguments {
        line += &format!(" '{}'", argument.replace('\'', r"'\''"));
    }
    line + " || status=$?\n"
}

/// What every machine has, whatever its work.
fn system(image: &mut Image, cache: &Path) -> Result<()> {
    image.executable("/init", include_str!("init.sh"));
    let busybox = debian::busybox(cache)?;
    image.executable("/busybox/busybox", fs::read(busybox).context("busybox")?);
    image.link("/bin/sh", "/busybox/busybox");
    // The first process has the console as its standard streams only if it is there before /dev.
    image.device("/dev/console", 5, 1);
    for folder in ["/proc", "/sys", "/tmp", "/run", "/root"] {
        image.folder(folder);
    }
    image.file("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n");
    image.file("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
    image.file("/etc/group", "root:x:0:\n");
    let names = debian::unpacked(cache, "netbase")?;
    for file in ["/etc/protocols", "/etc/services"] {
        let bytes = fs::read(names.join(&file[1..])).with_context(|| format!("netbase: {file}"))?;
        image.file(file, bytes);
    }
    for (program, package) in [("ip", "iproute2"), ("tc", "iproute2"), ("nft", "nftables")] {
        let path = debian::program(program, package)?;
        image.program(&format!("/usr/sbin/{program}"), &path)?;
    }
    image.program("/usr/bin/socat", &debian::program("socat", "socat")?)?;
    let can = debian::unpacked(cache, "can-utils")?.join("usr/bin");
    for program in ["candump", "cansend"] {
        image.program(&format!("/usr/bin/{program}"), &can.join(program))?;
    }
    Ok(())
}

/// The modules, and the list `/modules` that says in what order they go in.
fn modules(image: &mut Image, kernel: &Kernel) -> Result<()> {
    let table = Modules::read(&kernel.modules)?;
    let mut list = String::new();
    for path in table.in_order(&MODULES.concat())? {
        let bytes = fs::read(kernel.modules.join(path)).with_context(|| path.to_owned())?;
        image.file(&format!("/lib/modules/{path}"), bytes);
        list += &format!("/lib/modules/{path}\n");
    }
    image.file("/modules", list);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_reach_the_program_as_they_are() {
        let line = command("/tests/families", &["it's".to_owned(), "a b".to_owned()]);
        assert_eq!(line, "/tests/families 'it'\\''s' 'a b' || status=$?\n");
    }
}

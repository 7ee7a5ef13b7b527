//! The libraries checked for systems that this one is not: they compile there, without a warning.
//! That they work there is for a machine of that kind to show.

use crate::command::output;
use anyhow::{Context, Result};
use std::process::Command;

/// Systems whose standard library rustup offers. OpenBSD and DragonFly have none there.
const TARGETS: [&str; 6] = [
    "aarch64-apple-darwin",
    "x86_64-unknown-freebsd",
    "x86_64-unknown-netbsd",
    "x86_64-linux-android",
    "aarch64-unknown-linux-musl",
    // 32 bits: other layouts, and other widths of the kernel's numbers.
    "i686-unknown-linux-gnu",
];

/// Whether every system that can be checked here is well. One whose standard library is not
/// installed is skipped.
///
/// # Errors
/// When rustup or cargo does not run, or what is to be installed does not come.
pub(crate) fn run(install: bool) -> Result<bool> {
    if install {
        output("rustup", &[&["--quiet", "target", "add"][..], &TARGETS].concat())?;
    }
    let installed = output("rustup", &["target", "list", "--installed"])?;
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for target in TARGETS {
        if !installed.lines().any(|line| line == target) {
            println!("{target}: SKIPPED, its standard library is not installed (see --install)");
            skipped += 1;
        } else if check(target)? {
            println!("{target}: compiles");
            passed += 1;
        } else {
            println!("{target}: FAILED");
            failed += 1;
        }
    }
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    Ok(failed == 0)
}

/// Clippy, with warnings as errors, into a folder of its own: other flags would have the main one
/// built again. What it says is for the reader.
fn check(target: &str) -> Result<bool> {
    let status = Command::new("cargo")
        .args(["clippy", "--quiet", "--target-dir", "target/platforms", "--target", target])
        .args(["--package", "berkeley-core", "--package", "berkeley", "--all-features"])
        .args(["--", "-D", "warnings"])
        .status()
        .context("cargo does not start")?;
    Ok(status.success())
}

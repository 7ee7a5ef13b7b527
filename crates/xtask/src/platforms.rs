//! The libraries checked for systems that this one is not: they compile there, without a warning.
//! That they work there is for a machine of that kind to show.

use crate::command::output;
use anyhow::Result;

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

/// Whether every system that can be checked here is well.
///
/// # Errors
/// When rustup does not run.
pub(crate) fn run() -> Result<bool> {
    let (mut well, mut failed, mut absent) = (0, 0, 0);
    for target in TARGETS {
        if !is_there(target)? {
            println!("{target}: SKIPPED, rustup cannot get its standard library");
            absent += 1;
            continue;
        }
        match check(target) {
            Ok(()) => {
                println!("{target}: compiles");
                well += 1;
            }
            Err(error) => {
                println!("{target}: {error:#}");
                failed += 1;
            }
        }
    }
    println!("{well} passed, {failed} failed, {absent} skipped");
    Ok(failed == 0)
}

/// Whether the target's standard library is installed, or can be.
fn is_there(target: &str) -> Result<bool> {
    let installed = output("rustup", &["target", "list", "--installed"])?;
    let is_installed = installed.lines().any(|line| line == target);
    Ok(is_installed || output("rustup", &["--quiet", "target", "add", target]).is_ok())
}

/// Clippy, with warnings as errors, into a folder of its own: other flags would have the main one
/// built again.
fn check(target: &str) -> Result<()> {
    let arguments = [
        "clippy",
        "--quiet",
        "--target-dir",
        "target/platforms",
        "--target",
        target,
        "--package",
        "berkeley-core",
        "--package",
        "berkeley",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ];
    output("cargo", &arguments).map(drop)
}

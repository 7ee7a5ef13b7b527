//! Test binaries and examples: built by cargo as `cargo test` does, so that nothing is compiled twice.

use anyhow::{Context, Result, bail, ensure};
use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Builds the test `name` of `package`, and returns the binary.
pub(super) fn test_binary(package: &str, name: &str) -> Result<PathBuf> {
    built(&["test", "--no-run"], package, &["--test", name])
}

/// Builds the example `name` of `package`, and returns the binary.
pub(super) fn example(package: &str, name: &str) -> Result<PathBuf> {
    built(&["build"], package, &["--example", name])
}

/// The program that cargo builds by this command.
fn built(command: &[&str], package: &str, target: &[&str]) -> Result<PathBuf> {
    let what = target.join(" ");
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(command).args(["--quiet", "--message-format=json-render-diagnostics"]);
    cargo.args(["--package", package]).args(target);
    cargo.stdin(Stdio::null()).stderr(Stdio::inherit());
    // `cargo run` tells a program of its own package so. Build scripts that look at these
    // variables would run again, and again when cargo is called without us.
    for (variable, _) in env::vars_os() {
        let text = variable.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(variable);
        }
    }
    let done = cargo.output().context("cargo does not start")?;
    ensure!(done.status.success(), "{what} of {package} does not build");
    let messages = String::from_utf8_lossy(&done.stdout);
    match executable(&messages) {
        Some(path) => Ok(path.into()),
        None => bail!("cargo did not say where {what} of {package} is"),
    }
}

/// The one program that was built: libraries have `"executable":null`.
fn executable(messages: &str) -> Option<&str> {
    const KEY: &str = r#""executable":""#;
    let (path, _) = messages.rsplit_once(KEY).map(|(_, rest)| rest)?.split_once('"')?;
    // An escape would need a real parser of JSON; no path here has one.
    (!path.contains('\\')).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_found_among_cargos_messages() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"libc"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"families"},"executable":"/t/deps/families-1"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(executable(messages), Some("/t/deps/families-1"));
        assert_eq!(executable(r#"{"reason":"build-finished"}"#), None);
    }
}

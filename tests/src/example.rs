//! The examples, built if they are not.

use std::env;
use std::process::Command;
use std::sync::OnceLock;

/// An example, to be run. In the machine of `cargo xtask vm` it stands beside the tests; elsewhere
/// cargo builds it.
///
/// # Panics
/// When the examples do not build.
#[must_use]
pub fn example(name: &str) -> Command {
    // Here: target/PROFILE/deps/TEST-…; there: /tests/TEST.
    let this = env::current_exe().expect("this program");
    if env::var_os("BERKELEY_VM").is_some() {
        return Command::new(this.with_file_name("examples").join(name));
    }
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--package", "berkeley-examples", "--examples"]);
        let status = build.status().expect("cargo runs");
        assert!(status.success(), "the examples do not build");
    });
    let target = this.ancestors().nth(3).expect("cargo's target directory");
    Command::new(target.join("debug/examples").join(name))
}

//! The interpreter for contenders written in Python, and uvloop in a virtual environment of its
//! own under the target folder.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::contender::Loop;

/// The command that runs `file` under this event loop.
///
/// # Errors
///
/// Why it cannot be run here, in words.
pub(crate) fn command(file: &str, event_loop: Loop) -> io::Result<Command> {
    let interpreter = match event_loop {
        Loop::Asyncio => "python3".into(),
        Loop::Uvloop => with_uvloop()?,
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("contenders/python");
    let mut command = Command::new(interpreter);
    command.arg("-B").arg(folder.join(file));
    command.arg(if event_loop == Loop::Uvloop { "uvloop" } else { "asyncio" });
    Ok(command)
}

/// The interpreter that has uvloop: made once, and kept.
fn with_uvloop() -> io::Result<PathBuf> {
    static MADE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    MADE.get_or_init(|| make().map_err(|error| error.to_string())).clone().map_err(io::Error::other)
}

fn make() -> io::Result<PathBuf> {
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench").join("venv");
    let python = venv.join("bin/python");
    if !has_uvloop(&python) {
        quietly(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        let install = ["-m", "pip", "install", "--quiet", "--timeout", "5", "--retries", "0"];
        quietly(Command::new(&python).args(install).arg("uvloop"))?;
    }
    Ok(python)
}

fn has_uvloop(python: &Path) -> bool {
    quietly(Command::new(python).args(["-c", "import uvloop"])).is_ok()
}

fn quietly(command: &mut Command) -> io::Result<()> {
    let status =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if status.success() {
        return Ok(());
    }
    Err(io::Error::other("no uvloop: python3, its venv module and PyPI are needed"))
}

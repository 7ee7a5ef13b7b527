//! A Python 3.13 with its tests, on PATH or among those of pyenv.

use crate::command::output;
use anyhow::{Result, bail, ensure};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The version whose tests judge: others pin other texts.
const VERSION: &str = "3.13";

/// What a Python says of itself, a line each: its version, its kind of build, what files of its
/// modules end with, where its library and itself are, and whether `_socket` is part of the program.
const QUESTION: &str = "\
import platform, sys, sysconfig
import test.test_socket
print(platform.python_version())
print(platform.python_implementation())
print(sysconfig.get_config_var('EXT_SUFFIX'))
print(sysconfig.get_path('stdlib'))
print(sys.executable)
print('_socket' in sys.builtin_module_names)";

/// An interpreter.
pub(super) struct Python {
    pub(super) program: PathBuf,
    /// Its library: the folder of its modules.
    pub(super) library: PathBuf,
    pub(super) version: String,
    /// What the file name of a module ends with: `.cpython-313-x86_64-linux-gnu.so`.
    pub(super) suffix: String,
    /// Whether `_socket` is part of the program, so that no path hides it.
    pub(super) builtin: bool,
}

pub(super) fn find() -> Result<Python> {
    let mut reasons = String::new();
    for program in candidates() {
        match ask(&program) {
            Ok(python) => return Ok(python),
            Err(error) => {
                let why = error.to_string();
                let why = why.lines().last().unwrap_or_default();
                reasons += &format!("\n  {}: {why}", program.display());
            }
        }
    }
    bail!(
        "no Python {VERSION} with its tests: `pyenv install {VERSION}` makes one, or Debian 13's \
         packages python3.13 and libpython3.13-testsuite{reasons}"
    )
}

/// Where one may be: on PATH, and the newest of pyenv first.
fn candidates() -> Vec<PathBuf> {
    let name = format!("python{VERSION}");
    let path = env::var_os("PATH").unwrap_or_default();
    let mut found: Vec<_> = env::split_paths(&path).map(|folder| folder.join(&name)).collect();
    let home = env::var_os("HOME").map(|home| Path::new(&home).join(".pyenv"));
    let root = env::var_os("PYENV_ROOT").map(PathBuf::from).or(home).unwrap_or_default();
    let versions = fs::read_dir(root.join("versions")).into_iter().flatten().flatten();
    let mut versions: Vec<_> = versions.map(|version| version.path()).collect();
    versions.sort();
    found.extend(versions.iter().rev().map(|version| version.join("bin").join(&name)));
    found.retain(|program| program.is_file());
    found
}

fn ask(program: &Path) -> Result<Python> {
    let said = output(&program.to_string_lossy(), &["-c", QUESTION])?;
    let [version, kind, suffix, library, program, builtin] = said.lines().collect::<Vec<_>>()[..]
    else {
        bail!("it says of itself {said:?}");
    };
    ensure!(version.starts_with(VERSION), "it is {version}");
    ensure!(kind == "CPython", "it is {kind}");
    Ok(Python {
        program: program.into(),
        library: library.into(),
        version: version.to_owned(),
        suffix: suffix.to_owned(),
        builtin: builtin == "True",
    })
}

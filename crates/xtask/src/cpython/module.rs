//! The module `_socket`, built and put where a Python finds it before its own.

use super::python::Python;
use anyhow::{Context, Result, ensure};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the module's package is, seen from the workspace.
pub(super) const PACKAGE: &str = "tests/cpython";

/// Loads the module into a Python that has one built in: no path would come before that.
const LOADER: &str = "\
import importlib.util, os, sys
path = os.path.join(os.path.dirname(__file__), '_socketSUFFIX')
spec = importlib.util.spec_from_file_location('_socket', path)
sys.modules['_socket'] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules['_socket'])
";

/// Builds the module, and returns the folder for PYTHONPATH.
pub(super) fn build(cache: &Path, python: &Python) -> Result<PathBuf> {
    cargo("build", cache, python, &[])?;
    let folder = cache.join("module");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let library = cache.join("build/debug/lib_socket.so");
    let file = folder.join(format!("_socket{}", python.suffix));
    // A new file: the old one may be mapped.
    let _ = fs::remove_file(&file);
    fs::copy(&library, &file).with_context(|| library.display().to_string())?;
    let loader = folder.join("sitecustomize.py");
    let _ = fs::remove_file(&loader);
    if python.builtin {
        fs::write(&loader, LOADER.replace("SUFFIX", &python.suffix))?;
    }
    Ok(folder)
}

/// Reads the module as CI reads the workspace: its form, and clippy.
pub(super) fn lint(cache: &Path, python: &Python) -> Result<()> {
    let manifest = manifest()?;
    let status = Command::new("cargo")
        .args(["fmt", "--check", "--manifest-path"])
        .arg(manifest)
        .status()
        .context("cargo does not start")?;
    ensure!(status.success(), "the module {PACKAGE} is not formatted");
    cargo("clippy", cache, python, &["--", "-D", "warnings"])
}

fn cargo(task: &str, cache: &Path, python: &Python, arguments: &[&str]) -> Result<()> {
    let status = Command::new("cargo")
        .args([task, "--quiet", "--manifest-path"])
        .arg(manifest()?)
        .arg("--target-dir")
        .arg(cache.join("build"))
        .args(arguments)
        .env("PYO3_PYTHON", &python.program)
        .status()
        .context("cargo does not start")?;
    ensure!(status.success(), "cargo {task} of {PACKAGE} failed");
    Ok(())
}

fn manifest() -> Result<PathBuf> {
    let xtask = env::var_os("CARGO_MANIFEST_DIR").context("run it as cargo xtask")?;
    let workspace = Path::new(&xtask).ancestors().nth(2).context("xtask is in crates/")?;
    Ok(workspace.join(PACKAGE).join("Cargo.toml"))
}

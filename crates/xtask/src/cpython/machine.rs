//! The classes of `test_socket` whose families few kernels have, in the machine of `cargo xtask vm`:
//! this computer's Python goes into its image, with what that suite needs of the library.

use super::Mode;
use super::python::Python;
use super::suite::{Run, outcomes};
use crate::vm::{self, Image, Report};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// What is tested there, as `python -m test -m` takes it.
const CLASSES: [&str; 13] = [
    "BasicCANTest",
    "CANTest",
    "ISOTPTest",
    "J1939Test",
    "LinuxKernelCryptoAPI",
    "TIPC*Test",
    "BasicRDSTest",
    "RDSTest",
    "BasicQIPCRTRTest",
    "BasicBluetoothTest",
    "BasicVSOCKTest",
    "ThreadedVSOCKSocketStreamTest",
    "*SCTP*Test",
];

/// Of the library, what the suite does not need, and is large.
const LEFT_OUT: [&str; 9] = [
    "__pycache__",
    "dist-packages",
    "ensurepip",
    "idlelib",
    "lib2to3",
    "pydoc_data",
    "site-packages",
    "tkinter",
    "turtledemo",
];

/// Of the folder of tests, what is needed.
const TESTS: [&str; 6] =
    ["__init__.py", "__main__.py", "libregrtest", "regrtest.py", "support", "test_socket.py"];

/// How long the machine may take; emulated, it needs minutes.
const LIMIT: Duration = Duration::from_secs(1200);

/// The suite in the machine: with the stock module, and with ours in both modes.
pub(super) fn run(python: &Python, module: &Path) -> Result<[Run; 3]> {
    let options = vm::Options { timeout: LIMIT, ..vm::Options::default() };
    let mut report = Report::default();
    let mut said = String::new();
    let fill = |image: &mut Image| {
        library(image, &python.library, true)?;
        image.program(text(&python.program)?, &python.program)?;
        let file = format!("_socket{}", python.suffix);
        image.program(&format!("/module/{file}"), &module.join(&file))?;
        script(python)
    };
    let troubles = vm::boot(&options, fill, &mut report, |line| {
        if line.starts_with(AGAIN) {
            println!("{line}");
        }
        said += line;
        said.push('\n');
    })?;
    if let [trouble, ..] = &*troubles {
        bail!("{trouble}; the machine said:\n{}", crate::command::tail(&said, 20));
    }
    let part = |name: &str| -> Result<Run> {
        let (_, rest) = said.split_once(&begin(name)).context("a run did not begin")?;
        let (xml, _) = rest.split_once(&begin("the next")).context("a run did not end")?;
        Ok(Run { outcomes: outcomes(xml)?, ..Run::default() })
    };
    Ok([part("stock")?, part("sync")?, part("async")?])
}

/// What is written when a run has no end: CPython's RDSTest.testPeek sometimes waits for ever, with its
/// own module too.
const AGAIN: &str = "the suite did not end, and is run again";

/// What is written before a report.
fn begin(name: &str) -> String {
    format!("--- the report: {name}\n")
}

fn script(python: &Python) -> Result<String> {
    let program = text(&python.program)?;
    let classes: String = CLASSES.iter().map(|class| format!(" -m '{class}'")).collect();
    let mut script = "export PYTHONDONTWRITEBYTECODE=1\n".to_owned();
    let modes = Mode::ALL.map(|mode| (mode.to_string(), "PYTHONPATH=/module "));
    for (name, path) in [("stock".to_owned(), "")].into_iter().chain(modes) {
        script += &format!(
            "rm -f /tmp/report\n\
             for attempt in 1 2 3; do\n\
             {path}BERKELEY_MODE={name} {program} -m test -v --timeout 90 -u none \
             --junit-xml /tmp/report{classes} test_socket >/tmp/said 2>&1\n\
             test -s /tmp/report && break\n\
             echo '{AGAIN} ({name})'; cat /tmp/said\n\
             done\n\
             echo '{}'; cat /tmp/report; echo; echo '{}'\n",
            begin(&name).trim_end(),
            begin("the next").trim_end()
        );
    }
    Ok(script)
}

/// The files of a folder of the library, at the same place in the machine.
fn library(image: &mut Image, folder: &Path, is_root: bool) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if LEFT_OUT.contains(&&*name) || name.starts_with("config-") {
            continue;
        }
        if is_root && name == "test" {
            for wanted in TESTS {
                let path = path.join(wanted);
                if path.is_dir() { library(image, &path, false)? } else { add(image, &path)? }
            }
        } else if path.is_dir() {
            library(image, &path, false)?;
        } else {
            add(image, &path)?;
        }
    }
    Ok(())
}

fn add(image: &mut Image, path: &Path) -> Result<()> {
    let name = text(path)?;
    // A module that needs a library which is not here is one that the suite does not need.
    if name.ends_with(".so") && image.program(name, path).is_ok() {
        return Ok(());
    }
    image.file(name, fs::read(path).with_context(|| name.to_owned())?);
    Ok(())
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("not UTF-8: {}", path.display()))
}

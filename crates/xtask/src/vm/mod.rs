//! `cargo xtask vm`: tests on a real kernel, in a virtual machine.
//!
//! A machine is an image of files and the commands that run there. `guest.rs` says both: another
//! test binary is a `command` more there, another program or file a line. All else is plumbing:
//!
//! | file | what |
//! |---|---|
//! | `guest.rs` | what is in the machine: kernel modules, programs, tests |
//! | `init.sh` | the machine's first process: sets it up, runs the commands, says how they ended |
//! | `debian.rs` | packages: installed, or unpacked into the cache `target/vm` |
//! | `build.rs` | test binaries, by cargo |
//! | `modules.rs` | which kernel modules need which, and so in what order they go in |
//! | `image.rs` | the initramfs |
//! | `qemu.rs` | the machine: booted, read, always ended |
//! | `report.rs` | what the lines of tests and kernel mean |

mod build;
mod debian;
mod guest;
mod image;
mod modules;
mod qemu;
mod report;

pub(crate) use image::Image;
pub(crate) use qemu::Accel;
pub(crate) use report::Report;

use crate::command::{tail, target_directory};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::time::{Duration, Instant};

/// How many of the kernel's last lines are shown when something went wrong.
const KERNEL_LINES: usize = 40;

/// How long a kernel may take to its first line under KVM; it takes a second.
const GREETING: Duration = Duration::from_secs(20);

/// What the command line says.
#[derive(Debug)]
pub(crate) struct Options {
    /// How the processor runs; `None` for the best there is.
    pub(crate) accel: Option<Accel>,
    /// From switching the machine on to its end.
    pub(crate) timeout: Duration,
    /// For the test binary.
    pub(crate) arguments: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { accel: None, timeout: Duration::from_secs(600), arguments: Vec::new() }
    }
}

/// Runs the tests in a machine; whether all is well.
///
/// # Errors
/// When the machine cannot be made.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let mut report = Report::default();
    let fill = |image: &mut Image| guest::tests(image, &options.arguments);
    let troubles = boot(options, fill, &mut report, |line| println!("{line}"))?;
    println!("{}", report.counts());
    Ok(troubles.is_empty() && report.has_tests())
}

/// Boots a machine, whose files beyond those of every machine `fill` adds, and whose work it
/// returns as a script. `on_line` gets what the work writes. Returns what went wrong, and has said
/// so.
///
/// # Errors
/// When the machine cannot be made.
pub(crate) fn boot(
    options: &Options,
    fill: impl FnOnce(&mut Image) -> Result<String>,
    report: &mut Report,
    mut on_line: impl FnMut(&str),
) -> Result<Vec<String>> {
    ensure!(std::env::consts::ARCH == "x86_64", "this needs a computer that is x86-64");
    let qemu = debian::program("qemu-system-x86_64", "qemu-system-x86")?;
    let cache = target_directory()?.join("vm");
    let kernel = debian::kernel(&cache)?;
    let mut image = guest::every_machine(&cache, &kernel)?;
    let work = fill(&mut image)?;
    image.file("/work", work);
    let initramfs = cache.join("initramfs");
    fs::write(&initramfs, image.archive()?).with_context(|| initramfs.display().to_string())?;

    let mut machine = qemu::Machine {
        qemu,
        accel: options.accel.unwrap_or_else(Accel::best),
        kernel: kernel.file.clone(),
        initramfs,
        log: cache.join("kernel.log"),
        // Who asks for one accelerator gets it, however long it takes.
        greeting: if options.accel.is_some() { options.timeout } else { GREETING },
    };
    let mut run = |machine: &qemu::Machine| {
        println!("Linux {} under {}", kernel.version, machine.accel);
        machine.run(options.timeout, |line| {
            if report.line(line) {
                on_line(line);
            }
        })
    };
    let start = Instant::now();
    let mut end = run(&machine)?;
    // There are computers whose KVM is there, but runs kernels of its own kind alone.
    if options.accel.is_none() && machine.accel == Accel::Kvm && !machine.has_greeted()? {
        eprintln!("KVM does not start this kernel here ({end}): it is emulated instead");
        machine.accel = Accel::Tcg;
        machine.greeting = options.timeout;
        end = run(&machine)?;
    }

    let log = machine.log()?;
    let troubles = report.troubles(&end, &log);
    if report.is_kernel_suspect(&log) && !log.is_empty() {
        eprintln!("\nThe kernel's last lines (all are in {}):", machine.log.display());
        eprintln!("{}\n", tail(&log, KERNEL_LINES));
    }
    for trouble in &troubles {
        eprintln!("xtask: {trouble}");
    }
    println!("the machine ran for {:.1} s", start.elapsed().as_secs_f64());
    Ok(troubles)
}

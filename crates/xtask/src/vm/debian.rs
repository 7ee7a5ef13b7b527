//! Packages of Debian: QEMU is installed, what only the machine needs is unpacked into the cache.
//! What is in the cache is not asked for again; `rm -r target/vm` gets it anew.

use crate::command;
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A kernel, unpacked.
pub(super) struct Kernel {
    /// As `uname -r` says it: 6.1.0-1-amd64.
    pub(super) version: String,
    /// The kernel itself.
    pub(super) file: PathBuf,
    /// Its folder of modules, with the table of what needs what.
    pub(super) modules: PathBuf,
}

/// The program `name`, installed with `package` if it is not there.
pub(super) fn program(name: &str, package: &str) -> Result<PathBuf> {
    if let Some(path) = find(name) {
        return Ok(path);
    }
    let install = ["install", "-y", "--no-install-recommends", package];
    ensure!(
        is_root() && find("apt-get").is_some(),
        "{name} is not installed; as root on Debian: apt-get {}",
        install.join(" ")
    );
    eprintln!("installing {package}");
    updating(|| command::output("apt-get", &install))?;
    find(name).with_context(|| format!("{package} is installed, but it has no {name}"))
}

/// The package `name`, unpacked.
pub(super) fn unpacked(cache: &Path, name: &str) -> Result<PathBuf> {
    let folder = cache.join(name);
    if !folder.exists() {
        in_place(&folder, |scratch| updating(|| download(scratch, name)))
            .with_context(|| format!("the package {name} cannot be had"))?;
    }
    Ok(folder)
}

/// Debian's kernel for this release.
pub(super) fn kernel(cache: &Path) -> Result<Kernel> {
    let folder = cache.join("linux");
    if !folder.exists() {
        // Its depmod writes the table of modules, which packages do not have.
        let busybox = busybox(cache)?;
        in_place(&folder, |scratch| {
            updating(|| download(scratch, &kernel_package()?))?;
            let version = version(scratch)?;
            let base = base(scratch);
            command::output(text(&busybox)?, &["depmod", "-b", text(&base)?, &version]).map(drop)
        })
        .context("Debian's kernel cannot be had")?;
    }
    let version = version(&folder)?;
    let file = folder.join("boot").join(format!("vmlinuz-{version}"));
    let modules = base(&folder).join("lib/modules").join(&version);
    Ok(Kernel { version, file, modules })
}

/// A busybox without libraries.
pub(super) fn busybox(cache: &Path) -> Result<PathBuf> {
    let folder = unpacked(cache, "busybox-static")?;
    let places = ["bin/busybox", "usr/bin/busybox"].map(|place| folder.join(place));
    places.into_iter().find(|place| place.is_file()).context("busybox-static has no busybox")
}

/// Where a program is. Not all of these folders are in everybody's PATH.
fn find(name: &str) -> Option<PathBuf> {
    let mut folders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"].iter().map(Path::new);
    folders.find_map(|folder| Some(folder.join(name)).filter(|path| path.is_file()))
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// Asks apt, and if that fails once more with new lists of packages.
fn updating<T>(ask: impl Fn() -> Result<T>) -> Result<T> {
    ensure!(find("apt-get").is_some(), "there is no apt-get here: the kernel is Debian's");
    match ask() {
        Ok(answer) => Ok(answer),
        Err(error) if !is_root() => {
            Err(error.context("are apt's lists of packages old? as root: apt-get update"))
        }
        Err(_) => {
            eprintln!("updating the lists of packages");
            command::output("apt-get", &["update"]).context("is there no network?")?;
            ask()
        }
    }
}

/// Fills a folder, which is there wholly or not at all.
fn in_place(folder: &Path, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let scratch = folder.with_extension("new");
    // What an interrupted run left.
    if scratch.exists() {
        fs::remove_dir_all(&scratch).with_context(|| scratch.display().to_string())?;
    }
    fs::create_dir_all(&scratch).with_context(|| scratch.display().to_string())?;
    fill(&scratch)?;
    fs::rename(&scratch, folder).with_context(|| folder.display().to_string())
}

/// Downloads a package and unpacks it into `folder`.
fn download(folder: &Path, package: &str) -> Result<()> {
    eprintln!("downloading {package}");
    let place = text(folder)?;
    // apt-get downloads to where it runs. As root it would become a user who may not write there.
    let sandbox = "APT::Sandbox::User=root";
    command::output("env", &["-C", place, "apt-get", "-o", sandbox, "download", package])?;
    let entry = fs::read_dir(folder)?.next().context("apt-get downloaded nothing")?;
    let file = entry?.path();
    command::output("dpkg-deb", &["-x", text(&file)?, place])?;
    Ok(fs::remove_file(file)?)
}

/// The package that is the kernel now: `linux-image-amd64` has nothing but a dependency on it.
fn kernel_package() -> Result<String> {
    let said = command::output("apt-cache", &["depends", "--important", "linux-image-amd64"])?;
    match dependency(&said) {
        Some(package) => Ok(package.to_owned()),
        None => bail!("apt knows no kernel linux-image-amd64: is this Debian?"),
    }
}

fn dependency(said: &str) -> Option<&str> {
    let package = said.lines().find_map(|line| line.trim().strip_prefix("Depends: "))?;
    package.starts_with("linux-image-").then_some(package)
}

/// The folder with `lib/modules` in it: Debian 13 has it in `usr`.
fn base(folder: &Path) -> PathBuf {
    let merged = folder.join("usr");
    if merged.join("lib/modules").is_dir() { merged } else { folder.to_owned() }
}

fn version(folder: &Path) -> Result<String> {
    let modules = base(folder).join("lib/modules");
    let entry = fs::read_dir(modules).ok().and_then(|mut entries| entries.next());
    let entry = entry.context("the kernel's package has no modules")??;
    Ok(text(Path::new(&entry.file_name()))?.to_owned())
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("not UTF-8: {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_is_what_its_metapackage_depends_on() {
        let said = "linux-image-amd64\n  Depends: linux-image-6.1.0-9-amd64\n";
        assert_eq!(dependency(said), Some("linux-image-6.1.0-9-amd64"));
        assert_eq!(dependency(""), None);
        assert_eq!(dependency("linux-image-amd64\n  Depends: <nothing>\n"), None);
    }
}

//! An initramfs: files that the kernel unpacks into memory and starts from, as one archive. The
//! format is the "newc" one of the kernel's Documentation/driver-api/early-userspace.

use crate::command;
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The files of a machine, by absolute path. Folders on the way are made.
#[derive(Default)]
pub(crate) struct Image {
    // Sorted, so that a folder comes before what is in it.
    entries: BTreeMap<String, Entry>,
}

struct Entry {
    /// Type and permissions, as stat(2) has them.
    mode: u32,
    /// For a device: major and minor number.
    device: (u32, u32),
    bytes: Vec<u8>,
}

impl Image {
    /// A file with these bytes.
    pub(crate) fn file(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.put(path, 0o100_644, (0, 0), bytes.into());
    }

    /// A file that may be executed.
    pub(super) fn executable(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.put(path, 0o100_755, (0, 0), bytes.into());
    }

    /// An empty folder.
    pub(super) fn folder(&mut self, path: &str) {
        self.put(path, 0o040_755, (0, 0), Vec::new());
    }

    /// A symbolic link.
    pub(super) fn link(&mut self, path: &str, target: &str) {
        self.put(path, 0o120_777, (0, 0), target.into());
    }

    /// A character device.
    pub(super) fn device(&mut self, path: &str, major: u32, minor: u32) {
        self.put(path, 0o020_600, (major, minor), Vec::new());
    }

    /// This computer's `program` as `path`, and the shared libraries that it needs.
    pub(crate) fn program(&mut self, path: &str, program: &Path) -> Result<()> {
        self.executable(path, read(program)?);
        let program = program.to_str().with_context(|| program.display().to_string())?;
        for library in libraries(&command::output("ldd", &[program])?)? {
            self.executable(library, read(Path::new(library))?);
        }
        Ok(())
    }

    fn put(&mut self, path: &str, mode: u32, device: (u32, u32), bytes: Vec<u8>) {
        let mut folder = path;
        while let Some((parent, _)) =
            folder.rsplit_once('/').filter(|(parent, _)| !parent.is_empty())
        {
            let empty = || Entry { mode: 0o040_755, device: (0, 0), bytes: Vec::new() };
            self.entries.entry(parent.to_owned()).or_insert_with(empty);
            folder = parent;
        }
        self.entries.insert(path.to_owned(), Entry { mode, device, bytes });
    }

    /// The archive.
    pub(super) fn archive(&self) -> Result<Vec<u8>> {
        let mut archive = Vec::new();
        for (number, (path, entry)) in self.entries.iter().enumerate() {
            append(&mut archive, number + 1, path.trim_start_matches('/'), entry)?;
        }
        let end = Entry { mode: 0, device: (0, 0), bytes: Vec::new() };
        append(&mut archive, 0, "TRAILER!!!", &end)?;
        Ok(archive)
    }
}

/// A header of hexadecimal numbers, the name with a NUL, and the bytes; both padded to four.
fn append(archive: &mut Vec<u8>, inode: usize, name: &str, entry: &Entry) -> Result<()> {
    let number = |n: usize| u32::try_from(n).with_context(|| format!("{name} is too large"));
    let (major, minor) = entry.device;
    archive.extend_from_slice(b"070701");
    for field in [
        number(inode)?,
        entry.mode,
        0, // the owner
        0, // the group
        1, // names
        0, // time of change
        number(entry.bytes.len())?,
        0, // the device that it is on, major
        0, // and minor
        major,
        minor,
        number(name.len() + 1)?,
        0, // a checksum that this format does not have
    ] {
        archive.extend_from_slice(format!("{field:08x}").as_bytes());
    }
    archive.extend_from_slice(name.as_bytes());
    archive.push(0);
    pad(archive);
    archive.extend_from_slice(&entry.bytes);
    pad(archive);
    Ok(())
}

fn pad(archive: &mut Vec<u8>) {
    archive.resize(archive.len().next_multiple_of(4), 0);
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| path.display().to_string())
}

/// The files in what ldd says.
fn libraries(said: &str) -> Result<Vec<&str>> {
    let mut libraries = Vec::new();
    for line in said.lines() {
        ensure!(!line.contains("not found"), "a shared library is missing: {}", line.trim());
        // libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…), and the loader without an arrow.
        // The kernel's own, linux-vdso.so.1, is no file.
        libraries.extend(line.split_whitespace().find(|word| word.starts_with('/')));
    }
    Ok(libraries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_has_a_folder_before_what_is_in_it_and_is_padded() {
        let mut image = Image::default();
        image.link("/bin/sh", "busybox");
        image.file("/etc/deep/odd", "three");
        image.device("/dev/console", 5, 1);
        let archive = image.archive().unwrap();
        assert_eq!(archive.len() % 4, 0);
        let text = String::from_utf8_lossy(&archive).into_owned();
        let names = ["bin\0", "bin/sh\0", "dev\0", "dev/console\0", "etc\0", "etc/deep\0"];
        let places: Vec<_> = names.map(|name| text.find(name).unwrap()).into();
        assert!(places.is_sorted(), "a folder is before what is in it: {places:?}");
        // Mode, owner, group, names, time, size of the one file.
        assert!(text.contains("000081a400000000000000000000000100000000000000050"), "{text}");
        assert!(text.contains("\0three\x00\x00\x00070701"), "bytes are padded to four: {text}");
        assert!(text.ends_with("TRAILER!!!\0\0\0\0"), "{text}");
    }

    #[test]
    fn libraries_are_the_paths_that_ldd_says() {
        let said = "\tlinux-vdso.so.1 (0x01)\n\tlibc.so.6 => /lib/libc.so.6 (0x02)\n\t/lib64/ld.so (0x03)\n";
        assert_eq!(libraries(said).unwrap(), ["/lib/libc.so.6", "/lib64/ld.so"]);
        assert!(libraries("\tstatically linked\n").unwrap().is_empty());
        assert!(libraries("\tlibx.so => not found\n").is_err());
    }
}

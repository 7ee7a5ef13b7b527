//! Directories and names that no other test has.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A name that nobody else has, for abstract Unix addresses.
#[must_use]
pub fn unique_name() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("berkeley-{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A directory that is removed with all in it on drop. Its path is short enough for Unix sockets.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes the directory.
    ///
    /// # Panics
    /// When it cannot.
    #[must_use]
    pub fn new() -> Self {
        let directory = Path::new("/tmp").join(unique_name());
        // Left by a test that was killed, in a process that had this one's number.
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir(&directory).expect("a directory in /tmp");
        Self(directory)
    }

    /// The path of `name` in it.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A path in it of exactly `len` bytes.
    ///
    /// # Panics
    /// When the directory's own path is longer.
    #[must_use]
    pub fn path_of_len(&self, len: usize) -> PathBuf {
        let used = self.0.as_os_str().len() + 1;
        self.path(&"p".repeat(len.checked_sub(used).expect("room for a name")))
    }

    /// The text of the address of `name` in it: `unix:` and the path.
    #[must_use]
    pub fn address(&self, name: &str) -> String {
        format!("unix:{}", self.path(name).display())
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

//! Files of /etc of a test's own: man 7 mount_namespaces. The machine's are not touched.

use crate::{Scratch, skip};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use std::fs;
use std::path::{Path, PathBuf};

/// Runs `body` with these files (a name in /etc, and what is in it) instead of the machine's, for
/// this thread and the threads and programs that it starts; skips it with a printed reason where
/// the process may not.
///
/// The C library keeps what it reads for the whole process, so that this belongs into a process of
/// a test's own ([`in_child`](crate::in_child)).
///
/// # Panics
/// As the body does, and where skips are failures.
pub fn with_etc(files: &[(&str, &str)], body: impl FnOnce()) {
    if let Err(e) = unshare(CloneFlags::CLONE_NEWNS) {
        return skip(&format!("no right to make a mount namespace: {e}"));
    }
    let nothing = None::<&str>;
    mount(nothing, "/", nothing, MsFlags::MS_REC | MsFlags::MS_PRIVATE, nothing).expect("private");
    let scratch = Scratch::new();
    for (name, content) in files {
        let (own, path) = (scratch.path(name), Path::new("/etc").join(name));
        fs::write(&own, content).expect("a file");
        // A link, as resolv.conf often is, is followed: mount(2) does so for both.
        let path: PathBuf = fs::canonicalize(&path).unwrap_or(path);
        let bound = mount(Some(&own), &path, nothing, MsFlags::MS_BIND, nothing);
        bound.unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }
    body();
}

//! Versions of what was measured, out of the workspace's Cargo.lock.

use std::fs;
use std::path::Path;

/// The newest of the lock file; none where there is no such file, or none of this package.
pub(super) fn version(package: &str) -> Option<String> {
    if package.is_empty() {
        return None;
    }
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let lock = manifest
        .ancestors()
        .find_map(|folder| fs::read_to_string(folder.join("Cargo.lock")).ok())?;
    let (_, after) = lock.rsplit_once(&format!("name = \"{package}\"\nversion = \""))?;
    Some(after.split('"').next()?.to_owned())
}

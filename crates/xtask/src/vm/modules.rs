//! Kernel modules: which needs which, by the tables `modules.dep` and `modules.builtin`.

use anyhow::{Context, Result, bail};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

/// The modules of a kernel, by name, with `_` for `-` as the kernel itself has it.
pub(super) struct Modules {
    files: HashMap<String, File>,
    builtin: HashSet<String>,
}

struct File {
    /// Within the folder of modules.
    path: String,
    /// Names of modules that must be there before.
    needs: Vec<String>,
}

impl Modules {
    /// Those of the kernel whose modules are in `folder`.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let table = |name| {
            let path = folder.join(name);
            fs::read_to_string(&path).with_context(|| path.display().to_string())
        };
        Self::parse(&table("modules.dep")?, &table("modules.builtin")?)
    }

    fn parse(dependencies: &str, builtin: &str) -> Result<Self> {
        let mut files = HashMap::new();
        for line in dependencies.lines() {
            // kernel/net/can/can-raw.ko: kernel/net/can/can.ko
            let (path, needs) =
                line.split_once(':').with_context(|| format!("no colon: {line}"))?;
            let needs = needs.split_whitespace().map(name).collect();
            files.insert(name(path), File { path: path.to_owned(), needs });
        }
        Ok(Self { files, builtin: builtin.lines().map(name).collect() })
    }

    /// The files of the modules `wanted` and of all that they need, each once and after what it
    /// needs. What is built into the kernel needs no file.
    pub(super) fn in_order(&self, wanted: &[&str]) -> Result<Vec<&str>> {
        let mut seen = HashSet::new();
        let mut order = Vec::new();
        for name in wanted {
            self.visit(&name.replace('-', "_"), &mut seen, &mut order)?;
        }
        Ok(order)
    }

    fn visit<'a>(
        &'a self,
        name: &str,
        seen: &mut HashSet<String>,
        order: &mut Vec<&'a str>,
    ) -> Result<()> {
        if self.builtin.contains(name) || !seen.insert(name.to_owned()) {
            return Ok(());
        }
        let Some(file) = self.files.get(name) else { bail!("this kernel has no module {name}") };
        for needed in &file.needs {
            self.visit(needed, seen, order)?;
        }
        order.push(&file.path);
        Ok(())
    }
}

/// The name of the module in a file: `…/can-raw.ko` or `…/can-raw.ko.xz` is `can_raw`.
fn name(path: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.split_once(".ko").map_or(file, |(stem, _)| stem);
    stem.replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEPENDENCIES: &str = "\
kernel/net/can/can.ko:
kernel/net/can/can-raw.ko: kernel/net/can/can.ko
kernel/drivers/net/can/vcan.ko.xz: kernel/drivers/net/can/dev/can-dev.ko.xz
kernel/drivers/net/can/dev/can-dev.ko.xz:
kernel/a.ko: kernel/b.ko
kernel/b.ko: kernel/net/can/can-raw.ko kernel/c.ko
kernel/c.ko: kernel/net/can/can.ko
";

    fn order(wanted: &[&str]) -> Vec<String> {
        let modules = Modules::parse(DEPENDENCIES, "kernel/crypto/md5.ko\n").unwrap();
        modules.in_order(wanted).unwrap().into_iter().map(name).collect()
    }

    #[test]
    fn what_a_module_needs_comes_before_it_and_once() {
        assert_eq!(order(&["can-raw"]), ["can", "can_raw"]);
        assert_eq!(
            order(&["a", "can", "vcan"]),
            ["can", "can_raw", "c", "b", "a", "can_dev", "vcan"]
        );
    }

    #[test]
    fn names_have_a_dash_or_an_underscore() {
        assert_eq!(order(&["can_raw"]), order(&["can-raw"]));
    }

    #[test]
    fn what_is_built_in_needs_no_file_and_what_is_missing_is_an_error() {
        assert!(order(&["md5"]).is_empty());
        let modules = Modules::parse(DEPENDENCIES, "").unwrap();
        let error = modules.in_order(&["md5"]).unwrap_err().to_string();
        assert!(error.contains("no module md5"), "{error}");
    }
}

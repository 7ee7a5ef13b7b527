//! Which functions a part of a process calls, as callgrind (of valgrind) sees it.
//!
//! A build without optimisation has every lock, clock and allocation of the source as a call:
//! nothing is inlined. (So it is the debug build that is looked at; the paths are the same.)

use berkeley_tests::{PATIENCE, Process, Scratch, bounded, peer, skip};
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::hint::black_box;
use std::process::Command;

/// How often which function called which.
pub(crate) struct Calls(BTreeMap<(String, String), u64>);

/// From here on it is looked at, until the [`end`].
#[inline(never)]
pub(crate) fn begin() {
    black_box(());
}

/// See [`begin`].
#[inline(never)]
pub(crate) fn end() {
    black_box(());
}

/// Runs `part`, all calls of which are counted.
#[inline(never)]
pub(crate) fn counted<T>(part: impl FnOnce() -> T) -> T {
    part()
}

/// Which part of a process is looked at.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    /// All between [`begin`] and [`end`].
    All,
    /// Of that, what is [`counted`].
    Counted,
}

const MARKER: &str = "BERKELEY_COSTS_CHILD";

/// The calls in a part of `body`, which runs in a process of its own: this binary again, with the
/// one test `name`. `None` in that process, and without valgrind.
pub(crate) fn calls_of(name: &str, part: Part, body: fn()) -> Option<Calls> {
    if env::var_os(MARKER).is_some_and(|child| child == name) {
        bounded(PATIENCE / 2, body);
        return None;
    }
    if !cfg!(debug_assertions) {
        skip("calls are inlined in this build: cargo test, without --release");
        return None;
    }
    let valgrind = peer("valgrind")?;
    let directory = Scratch::new();
    let file = directory.path("calls");
    let mut command = Command::new(valgrind);
    command.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", file.display()));
    command.args(["--zero-before=costs::calls::begin", "--dump-before=costs::calls::end"]);
    if let Part::Counted = part {
        command.args(["--collect-atstart=no", "--toggle-collect=costs::calls::counted"]);
    }
    command.arg(env::current_exe().expect("the test binary"));
    command.args(["--exact", name, "--nocapture", "--test-threads=1"]).env(MARKER, name);
    let mut child = Process::spawn(&mut command);
    child.end_input();
    let status = child.finish();
    let errors = child.errors_to_end();
    assert!(status.success(), "{name} failed in its process ({status}):\n{errors}");
    // The first dump. The last one, at the end of the process, has the plain name.
    let dump = file.with_extension("1");
    Some(Calls::read(&fs::read_to_string(&dump).expect("what callgrind has written")))
}

impl Calls {
    /// Reads what callgrind writes: a line `fn=` for each function, and for each that it calls a
    /// line `cfn=` and a line `calls=`. A name is written once, with a number that stands for it.
    fn read(text: &str) -> Self {
        let (mut names, mut calls) = (BTreeMap::new(), BTreeMap::new());
        let (mut caller, mut callee) = (String::new(), String::new());
        for line in text.lines() {
            let Some((key, value)) = line.split_once('=') else { continue };
            match key {
                "fn" => caller = name_of(value, &mut names),
                "cfn" => callee = name_of(value, &mut names),
                "calls" => {
                    let count = value.split(' ').next().and_then(|count| count.parse().ok());
                    let count: u64 = count.expect("a number of calls");
                    *calls.entry((callee.clone(), caller.clone())).or_default() += count;
                }
                _ => {}
            }
        }
        Self(calls)
    }

    /// Who called functions of this sort, and how often. For one of `through`, that is who called
    /// it.
    pub(crate) fn callers(
        &self,
        is_meant: fn(&str) -> bool,
        through: &[&str],
    ) -> BTreeMap<&str, u64> {
        let mut callers = BTreeMap::new();
        for ((callee, caller), count) in &self.0 {
            let is_counted = is_meant(callee) || through.contains(&callee.as_str());
            if is_counted && !is_meant(caller) && !through.contains(&caller.as_str()) {
                *callers.entry(caller.as_str()).or_default() += count;
            }
        }
        callers
    }
}

/// The name in `(number) name`, or that of `(number)`.
fn name_of(value: &str, names: &mut BTreeMap<String, String>) -> String {
    match value.split_once(' ') {
        Some((number, name)) => {
            // Of a C library: without its version.
            let name = name.split_once("@@").map_or(name, |(name, _)| name);
            names.insert(number.to_owned(), name.to_owned());
            name.to_owned()
        }
        None => names.get(value).cloned().unwrap_or_default(),
    }
}

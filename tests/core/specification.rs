//! docs/specification.md cannot lie: each item of the specification has one row, and the tests,
//! public items and constants that it names exist. Nor can the known faults of README.md: the tests
//! that they name exist.

use berkeley_core::constant;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The letters of the items, and how many of each there are.
const ITEMS: [(char, usize); 10] = [
    ('A', 28),
    ('E', 12),
    ('C', 44),
    ('F', 12),
    ('G', 34),
    ('M', 38),
    ('O', 7),
    ('T', 14),
    ('X', 15),
    ('K', 22),
];

/// States that say why there need not be a test, with a reason behind them.
const ELSEWHERE: [&str; 3] = ["other system: ", "Python: ", "missing: "];

const EVENTS: usize = 13;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn table() -> String {
    fs::read_to_string(root().join("docs/specification.md")).unwrap()
}

/// The cells of the lines of the table whose first one is a number or an event.
fn rows(table: &str) -> Vec<Vec<&str>> {
    table
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix('|'))
        .map(|line| line.split('|').map(str::trim).collect::<Vec<_>>())
        .filter(|row| is_number(row[0]) || row[0].starts_with("`socket."))
        .collect()
}

fn is_number(cell: &str) -> bool {
    let mut letters = cell.chars();
    letters.next().is_some_and(|letter| ITEMS.iter().any(|(known, _)| *known == letter))
        && !letters.as_str().is_empty()
        && letters.all(|digit| digit.is_ascii_digit())
}

/// What is between backticks, and the word before.
fn quoted(cell: &str) -> Vec<(&str, &str)> {
    let parts: Vec<_> = cell.split('`').collect();
    parts.chunks_exact(2).map(|pair| (pair[0].trim_matches([',', ' ']), pair[1])).collect()
}

/// A source of the library: where it is, and what it has.
struct Source {
    path: PathBuf,
    /// Public items, variants and rows of macros.
    declared: BTreeSet<String>,
    /// Types that have methods here.
    implemented: BTreeSet<String>,
    has_macro: bool,
    has_example: bool,
}

impl Source {
    fn new(path: PathBuf, text: &str) -> Self {
        let lines = || text.lines().map(str::trim_start);
        let implementing = lines().filter(|line| line.starts_with("impl"));
        let words = |line| str::split(line, |letter: char| !is_of_a_name(letter));
        Self {
            path,
            declared: lines().filter_map(declared).map(str::to_owned).collect(),
            implemented: implementing.flat_map(words).map(str::to_owned).collect(),
            has_macro: text.contains("macro_rules!"),
            has_example: lines().any(|line| line.starts_with("//") && line.ends_with("```")),
        }
    }
}

/// What a line declares: a public item, a constant, a variant or a row of a macro.
fn declared(line: &str) -> Option<&str> {
    const KINDS: [&str; 8] = ["const fn", "fn", "struct", "enum", "trait", "const", "mod", "type"];
    let item = line.strip_prefix("pub ").unwrap_or("");
    let item = KINDS.iter().find_map(|kind| item.strip_prefix(kind)?.strip_prefix(' '));
    let flag = line.strip_prefix("const ");
    let end = |line: &str| line.find(|letter| !is_of_a_name(letter)).unwrap_or(line.len());
    if let Some(line) = item.or(flag) {
        return Some(&line[..end(line)]);
    }
    let (name, rest) = line.split_at(end(line));
    let is_row = [": ", "(", ",", " =", " {"].iter().any(|next| rest.starts_with(next));
    (is_row && name.starts_with(char::is_uppercase)).then_some(name)
}

fn is_of_a_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The sources of the library, but for what the platforms provide, which is not public.
struct Sources(Vec<Source>);

impl Sources {
    fn read() -> Self {
        let top = root().join("crates/berkeley-core/src");
        let (mut sources, mut folders) = (Vec::new(), vec![top.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let inside = path.strip_prefix(&top).unwrap().to_owned();
                if path.is_dir() && inside != Path::new("sys") {
                    folders.push(path);
                } else if path.extension().is_some_and(|end| end == "rs") {
                    sources.push(Source::new(inside, &fs::read_to_string(path).unwrap()));
                }
            }
        }
        Self(sources)
    }

    /// The files of a module and of those below it.
    fn module(&self, path: &[&str]) -> Vec<&Source> {
        let folder: PathBuf = path.iter().collect();
        let file = folder.with_extension("rs");
        let within = |at: &Path| at.starts_with(&folder) || at == file;
        self.0.iter().filter(|source| within(&source.path)).collect()
    }

    /// The files that declare the item that a path names: `Socket::send`, `option::tcp::NoDelay`.
    fn declaring(&self, path: &str) -> Vec<&Source> {
        let segments: Vec<_> = path.split("::").collect();
        let (name, before) = segments.split_last().unwrap();
        let is_module = |segment: &&&str| segment.starts_with(char::is_lowercase);
        let (modules, types) = before.split_at(before.iter().take_while(is_module).count());
        let mut files = self.module(modules);
        for of in types {
            files.retain(|file| {
                // Some members of a type are made by a macro of its module.
                file.has_macro || file.declared.contains(*of) || file.implemented.contains(*of)
            });
        }
        files.retain(|file| file.declared.contains(*name));
        files
    }

    /// Whether there is an example in the documentation of a module, or where an item is.
    fn has_example(&self, path: &str) -> bool {
        let module = self.module(&path.split("::").collect::<Vec<_>>());
        let files = if module.is_empty() { self.declaring(path) } else { module };
        files.iter().any(|file| file.has_example)
    }
}

/// The names of the tests in a file; those of the async crate that are run on every driver too.
fn tests_in(file: &str) -> BTreeSet<String> {
    let source = fs::read_to_string(root().join(file)).unwrap_or_default();
    let functions = source.split("#[test]").skip(1).filter_map(|rest| rest.split("fn ").nth(1));
    let lists =
        source.split("on_every_driver! {").skip(1).filter_map(|rest| rest.split('}').next());
    functions
        .filter_map(|rest| rest.split('(').next())
        .chain(lists.flat_map(str::split_whitespace))
        .map(str::to_owned)
        .collect()
}

/// All that is wrong with a table.
fn faults(table: &str, sources: &Sources) -> Vec<String> {
    let (mut faults, mut seen) = (Vec::new(), Vec::new());
    let (mut events, mut files) = (BTreeSet::new(), BTreeMap::new());
    for row in rows(table) {
        let number = row[0];
        let mut fault = |what: String| faults.push(format!("{number}: {what}"));
        let items = if is_number(number) { row.get(2) } else { row.get(1) };
        for (_, item) in quoted(items.unwrap_or(&"")) {
            if sources.declaring(item).is_empty() {
                fault(format!("there is no {item}"));
            }
        }
        let tests = if is_number(number) { row.get(3) } else { row.get(2) };
        for (word, test) in quoted(tests.unwrap_or(&"")) {
            if word == "doctest" {
                if !sources.has_example(test) {
                    fault(format!("{test} has no example"));
                }
                continue;
            }
            let Some((file, names)) = test.split_once(": ") else {
                fault(format!("{test:?} is no file and test"));
                continue;
            };
            let there = files.entry(file).or_insert_with(|| tests_in(file));
            for name in names.split(", ").filter(|name| !there.contains(*name)) {
                fault(format!("{file} has no test {name}"));
            }
        }
        if !is_number(number) {
            if tests.is_none_or(|tests| tests.is_empty()) {
                fault("no test says so".to_owned());
            }
            events.insert(number);
            continue;
        }
        seen.push(number);
        let [_, what, items, tests, state] = row[..] else {
            fault(format!("{} cells", row.len()));
            continue;
        };
        for (_, name) in quoted(what) {
            if number.starts_with('C') && constant::platforms(name).is_none() {
                fault(format!("no system has {name}"));
            }
        }
        let excused = ELSEWHERE.iter().any(|excuse| state.starts_with(excuse));
        match state {
            "works" if items.is_empty() => fault("it works, and is nowhere".to_owned()),
            "works" if tests.is_empty() => fault("it works, and no test says so".to_owned()),
            "works" => {}
            _ if excused => {}
            _ => fault(format!("{state:?} is no state")),
        }
    }
    let expected =
        ITEMS.iter().flat_map(|(letter, count)| (1..=*count).map(move |n| format!("{letter}{n}")));
    for number in expected {
        let count = seen.iter().filter(|seen| **seen == number).count();
        if count != 1 {
            faults.push(format!("{number}: {count} rows"));
        }
    }
    let count: usize = ITEMS.iter().map(|(_, count)| count).sum();
    if seen.len() != count {
        faults.push(format!("{} rows for {count} items", seen.len()));
    }
    if events.len() != EVENTS {
        faults.push(format!("{} audit events", events.len()));
    }
    faults
}

#[test]
fn every_item_of_the_specification_has_one_row() {
    assert_eq!(faults(&table(), &Sources::read()), [""; 0]);
}

#[test]
fn a_table_that_lies_is_found_out() {
    let (table, sources) = (table(), Sources::read());
    let row = |number: &str| {
        let start = format!("| {number} | ");
        table.lines().find(|line| line.starts_with(&start)).unwrap().to_owned() + "\n"
    };
    let m1 = row("M1");
    let lies = [
        ("a row that is absent", table.replace(&m1, ""), "M1: 0 rows"),
        ("a row twice", table.replace(&m1, &m1.repeat(2)), "M1: 2 rows"),
        (
            "a row too many",
            table.replace(&m1, &(m1.clone() + &m1.replace("M1", "M39"))),
            "227 rows",
        ),
        (
            "a test",
            table.replace(": accept_tells_who_connected", ": accept_tells_nothing"),
            "no test accept_tells_nothing",
        ),
        (
            "a file",
            table.replace("tests/core/accept.rs", "tests/core/nothing.rs"),
            "nothing.rs has no test accept_tells",
        ),
        (
            "a method",
            table.replace("`Socket::accept`", "`Socket::acceptance`"),
            "no Socket::acceptance",
        ),
        (
            "a method of another type",
            table.replace("`Socket::bind`", "`Family::bind`"),
            "no Family::bind",
        ),
        (
            "an option",
            table.replace("option::tcp::NoDelay", "option::ip::NoDelay"),
            "no option::ip::NoDelay",
        ),
        ("a module", table.replace("resolve::fqdn", "nothing::fqdn"), "no nothing::fqdn"),
        (
            "an example",
            table.replace("doctest `SocketFile`", "doctest `Shutdown`"),
            "Shutdown has no example",
        ),
        ("a constant", table.replace("`SHUT_RD`", "`SHUT_UP`"), "no system has SHUT_UP"),
        (
            "a row without a test",
            table.replace(&m1, "| M1 | accept | `Socket::accept` |  | works |\n"),
            "no test says so",
        ),
        (
            "a row without an item",
            table.replace(
                &m1,
                "| M1 | accept |  | `tests/core/accept.rs: accept_is_for_listeners` | works |\n",
            ),
            "is nowhere",
        ),
        ("a state", table.replace(&m1, &m1.replace("| works |", "| almost |")), "is no state"),
        ("an event", table.replace("| `socket.bind` |", "| `socket.connect` |"), "12 audit events"),
    ];
    for (what, lie, told) in lies {
        assert_ne!(lie, table, "{what} is not in the table");
        let faults = faults(&lie, &sources);
        assert!(faults.iter().any(|fault| fault.contains(told)), "{what}: {faults:?}");
    }
}

/// The tests that a table of known faults names, `module::test`, and that are not there.
fn absent_tests(faults: &str, folder: &str) -> Vec<String> {
    let rows = faults.lines().filter(|line| line.starts_with("| "));
    let tests = rows.flat_map(quoted).filter_map(|(_, test)| Some((test, test.rsplit_once("::")?)));
    let is_absent = |module: &str, name: &str| match module.strip_suffix("::tests") {
        Some(unit) => {
            let file = format!("crates/berkeley-core/src/{}.rs", unit.replace("::", "/"));
            !tests_in(&file).contains(name)
        }
        None => {
            let file = format!("tests/{folder}/{}", module.replace("::", "/"));
            ![".rs", "/mod.rs"].iter().any(|end| tests_in(&(file.clone() + end)).contains(name))
        }
    };
    tests
        .filter(|(_, (module, name))| is_absent(module, name))
        .map(|(test, _)| test.to_owned())
        .collect()
}

#[test]
fn every_known_fault_names_tests_that_exist() {
    let readme = fs::read_to_string(root().join("tests/README.md")).unwrap();
    let (_, tables) = readme.split_once("## Known faults").unwrap();
    let (core, tables) = tables.split_once("### On every driver").unwrap();
    let (asynchronous, families) = tables.split_once("### Families").unwrap();
    assert_eq!(absent_tests(core, "core"), [""; 0]);
    assert_eq!(absent_tests(asynchronous, "asynchronous"), [""; 0]);
    assert_eq!(absent_tests(families, "families/awaited"), [""; 0]);
    let lie = core.replace("accept::accept_without_descriptors", "accept::without_descriptors");
    assert_eq!(absent_tests(&lie, "core").len(), 1, "a lie is found out");
}

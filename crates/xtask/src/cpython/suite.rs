//! A suite of CPython's tests, run by `python -m test`, and what came of each test.

use super::Mode;
use super::python::Python;
use crate::command::{output, tail};
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// A file of tests, and what of the machine it may use: `-u` of `python -m test`.
pub(super) struct Suite {
    pub(super) name: &'static str,
    resources: &'static str,
}

const fn suite(name: &'static str, resources: &'static str) -> Suite {
    Suite { name, resources }
}

/// All of them. "network" is what two of them call the loopback; with others it would leave this
/// machine.
static SUITES: [Suite; 11] = [
    suite("test_socket", "none"),
    suite("test_timeout", "network"),
    suite("test_socketserver", "network"),
    suite("test_select", "none"),
    suite("test_selectors", "none"),
    suite("test_eintr", "walltime"),
    suite("test_asyncio.test_sock_lowlevel", "none"),
    suite("test_ftplib", "none"),
    suite("test_smtplib", "none"),
    suite("test_httpservers", "none"),
    suite("test_ssl", "none"),
];

/// How long a suite may take, in seconds; the longest takes three quarters of a minute.
const LIMIT: &str = "600";

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Passed,
    Skipped,
    /// With the last line of what it says.
    Failed(String),
}

/// What came of a suite.
#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) outcomes: BTreeMap<String, Outcome>,
    pub(super) seconds: f64,
    /// How many sockets nobody closed: ResourceWarnings.
    pub(super) warnings: usize,
    /// The end of what it said, if it did not come to its own end.
    pub(super) crash: Option<String>,
}

impl Suite {
    /// Those with these names, or all.
    pub(super) fn chosen(names: &[String]) -> Result<Vec<&'static Self>> {
        if names.is_empty() {
            return Ok(SUITES.iter().collect());
        }
        let find = |name: &String| {
            let known = || SUITES.iter().map(|suite| suite.name).collect::<Vec<_>>().join(", ");
            let found = SUITES.iter().find(|suite| suite.name == name);
            found.with_context(|| format!("no suite {name}: there are {}", known()))
        };
        names.iter().map(find).collect()
    }

    /// What comes of the suite with the stock module: kept for this Python and this kernel.
    pub(super) fn baseline(&self, cache: &Path, python: &Python) -> Result<Run> {
        let kernel = output("uname", &["-srv"])?;
        let of = format!("{} {} {}\n", python.program.display(), python.version, kernel.trim());
        let file = cache.join("stock").join(self.name);
        if let Some(run) = fs::read_to_string(&file).ok().and_then(|text| Run::restore(&of, &text))
        {
            return Ok(run);
        }
        let run = self.run(cache, python, None)?;
        if let Some(crash) = &run.crash {
            bail!("{} does not end with the stock module:\n{crash}", self.name);
        }
        fs::create_dir_all(cache.join("stock"))?;
        fs::write(&file, run.store(&of)).with_context(|| file.display().to_string())?;
        Ok(run)
    }

    /// Runs the suite with our module in one of its modes, or with the stock one.
    pub(super) fn run(
        &self,
        cache: &Path,
        python: &Python,
        ours: Option<(&Path, Mode)>,
    ) -> Result<Run> {
        let with = ours.map_or_else(|| "stock".to_owned(), |(_, mode)| mode.to_string());
        eprintln!("{} ({with})", self.name);
        self.execute(cache, python, ours, &[])
    }

    /// Runs some of its tests again, with our module.
    pub(super) fn again(
        &self,
        cache: &Path,
        python: &Python,
        ours: (&Path, Mode),
        tests: &[&str],
    ) -> Result<Run> {
        let chosen: Vec<_> = tests.iter().flat_map(|test| ["-m", test]).collect();
        self.execute(cache, python, Some(ours), &chosen)
    }

    fn execute(
        &self,
        cache: &Path,
        python: &Python,
        ours: Option<(&Path, Mode)>,
        chosen: &[&str],
    ) -> Result<Run> {
        let report = cache.join("report.xml");
        let _ = fs::remove_file(&report);
        let mut command = Command::new("timeout");
        command.args(["--kill-after=10", LIMIT]).arg(&python.program);
        command.args(["-W", "default", "-m", "test", "-v", "-u", self.resources, "--junit-xml"]);
        command.arg(&report).args(chosen).arg(self.name).stdin(Stdio::null());
        // Tests write files where they run.
        command.current_dir(cache).env_remove("PYTHONPATH").env("PYTHONDONTWRITEBYTECODE", "1");
        if let Some((module, mode)) = ours {
            command.env("PYTHONPATH", module).env("BERKELEY_MODE", mode.to_string());
        }
        let start = Instant::now();
        let done = command.output().context("timeout does not start")?;
        let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
        let log = ours.map_or_else(|| "stock".to_owned(), |(_, mode)| mode.to_string());
        let log = cache.join(format!("{}.{log}.log", self.name));
        fs::write(&log, &said).with_context(|| log.display().to_string())?;
        let mut run = Run { seconds: start.elapsed().as_secs_f64(), ..Run::default() };
        run.warnings =
            said.lines().filter(|line| line.contains("ResourceWarning: unclosed")).count();
        match fs::read_to_string(&report) {
            Ok(xml) => run.outcomes = outcomes(&xml)?,
            Err(_) => run.crash = Some(format!("{}\n{}", done.status, tail(&said, 30))),
        }
        Ok(run)
    }
}

impl Run {
    /// As text, with what it is of in the first line.
    fn store(&self, of: &str) -> String {
        let mut text = of.to_owned();
        let _ = writeln!(text, "{} {}", self.seconds, self.warnings);
        for (test, outcome) in &self.outcomes {
            let _ = match outcome {
                Outcome::Passed => writeln!(text, "passed {test}"),
                Outcome::Skipped => writeln!(text, "skipped {test}"),
                Outcome::Failed(why) => writeln!(text, "failed {test} {why}"),
            };
        }
        text
    }

    /// From that text, if it is of the same.
    fn restore(of: &str, text: &str) -> Option<Self> {
        let mut lines = text.strip_prefix(of)?.lines();
        let (seconds, warnings) = lines.next()?.split_once(' ')?;
        let (seconds, warnings) = (seconds.parse().ok()?, warnings.parse().ok()?);
        let mut run = Self { seconds, warnings, ..Self::default() };
        for line in lines {
            let (outcome, rest) = line.split_once(' ')?;
            let (test, why) = rest.split_once(' ').unwrap_or((rest, ""));
            let outcome = match outcome {
                "passed" => Outcome::Passed,
                "skipped" => Outcome::Skipped,
                _ => Outcome::Failed(why.to_owned()),
            };
            run.outcomes.insert(test.to_owned(), outcome);
        }
        Some(run)
    }
}

/// The tests in a report: elements `testcase` with a name, and in them what came of each.
pub(super) fn outcomes(xml: &str) -> Result<BTreeMap<String, Outcome>> {
    let mut outcomes = BTreeMap::new();
    for element in xml.split("<testcase ").skip(1) {
        let name = element.split_once("name=\"").and_then(|(_, rest)| rest.split_once('"'));
        let (name, rest) = name.context("a test without a name in the report")?;
        let outcome = if rest.contains("<error") || rest.contains("<failure") {
            Outcome::Failed(last_line(rest))
        } else if rest.contains("<skipped") || rest.contains("result=\"skipped\"") {
            Outcome::Skipped
        } else {
            Outcome::Passed
        };
        // A test that has failed and been cleaned up after is there twice.
        let place = outcomes.entry(plain(name)).or_insert_with(|| outcome.clone());
        if matches!(outcome, Outcome::Failed(_)) {
            *place = outcome;
        }
    }
    ensure!(!outcomes.is_empty(), "the report has no tests");
    Ok(outcomes)
}

/// The last line of what a test that failed says.
fn last_line(element: &str) -> String {
    let text = element.split("</failure>").next().unwrap_or_default();
    let text = text.split("</error>").next().unwrap_or_default();
    plain(text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default())
}

/// Without the escapes of XML.
fn plain(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = "<testsuite><testcase name=\"t.A.a\" result=\"completed\" time=\"1\" />\
        <testcase name=\"t.A.b\" result=\"completed\"><failure type=\"X\">Traceback\n\
        AssertionError: 1 &lt; 2\n</failure></testcase>\
        <testcase name=\"t.A.c\" result=\"skipped\"><skipped>no network</skipped></testcase>\
        <testcase name=\"t.A.b\" result=\"completed\" /></testsuite>";

    #[test]
    fn a_report_tells_what_came_of_each_test() {
        let outcomes = outcomes(XML).unwrap();
        assert_eq!(outcomes["t.A.a"], Outcome::Passed);
        assert_eq!(outcomes["t.A.b"], Outcome::Failed("AssertionError: 1 < 2".to_owned()));
        assert_eq!(outcomes["t.A.c"], Outcome::Skipped);
        assert_eq!(outcomes.len(), 3);
    }

    #[test]
    fn a_run_is_restored_for_the_same_python_alone() {
        let run = Run { outcomes: outcomes(XML).unwrap(), warnings: 2, ..Run::default() };
        let text = run.store("python 3.13\n");
        let restored = Run::restore("python 3.13\n", &text).unwrap();
        assert_eq!((restored.outcomes, restored.warnings), (run.outcomes, 2));
        assert!(Run::restore("python 3.14\n", &text).is_none());
    }

    #[test]
    fn a_suite_that_is_not_known_is_refused_with_those_that_are() {
        assert_eq!(Suite::chosen(&[]).unwrap().len(), SUITES.len());
        let error = Suite::chosen(&["test_tcp".to_owned()]).err().unwrap().to_string();
        assert!(error.contains("test_socket"), "{error}");
    }
}

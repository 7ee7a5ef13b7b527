//! What the benchmark asks of the machine: CPUs to run on, clocks to read, descriptors to open.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage, setrlimit};
use nix::sys::time::{TimeVal, TimeValLike};
use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

use super::contender::Threads;

/// Whether server and generator share a CPU.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Where {
    SameCore,
    Across,
}

impl Where {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SameCore => "same core",
            Self::Across => "across cores",
        }
    }
}

/// Which CPUs the server and the generator run on.
#[derive(Clone)]
pub(crate) struct Placement {
    pub(crate) place: Where,
    pub(crate) server: usize,
    pub(crate) generator: usize,
    /// For servers of several threads, beside `server`: a free CPU, or else the generator's.
    second: usize,
}

impl Placement {
    /// Takes the first CPUs this process may use. With one alone, everything is on that.
    pub(crate) fn choose(place: Where) -> io::Result<Self> {
        let allowed = allowed_cpus()?;
        let server =
            *allowed.first().ok_or_else(|| io::Error::other("no CPU to run on is visible"))?;
        let next = |at: usize| match place {
            Where::SameCore => server,
            Where::Across => allowed.get(at).or(allowed.get(1)).copied().unwrap_or(server),
        };
        Ok(Self { place, server, generator: next(1), second: next(2) })
    }

    pub(crate) fn for_server(&self, threads: Threads) -> Vec<usize> {
        match threads {
            Threads::One => vec![self.server],
            Threads::Several if self.second == self.server => vec![self.server],
            Threads::Several => vec![self.server, self.second],
        }
    }

    pub(crate) fn all(&self) -> BTreeSet<usize> {
        BTreeSet::from([self.server, self.generator, self.second])
    }
}

/// As this process was started: it is pinned to one of them later.
fn allowed_cpus() -> io::Result<&'static [usize]> {
    static ALLOWED: OnceLock<Vec<usize>> = OnceLock::new();
    let set = sched_getaffinity(Pid::from_raw(0))?;
    let usable = |&cpu: &usize| set.is_set(cpu).unwrap_or(false);
    Ok(ALLOWED.get_or_init(|| (0..CpuSet::count()).filter(usable).collect()))
}

/// Binds the calling thread, and the threads and processes it starts later, to these CPUs.
pub(crate) fn pin(cpus: &[usize]) -> io::Result<()> {
    let mut set = CpuSet::new();
    for &cpu in cpus {
        set.set(cpu)?;
    }
    Ok(sched_setaffinity(Pid::from_raw(0), &set)?)
}

/// A thousand connections are more descriptors than the usual soft limit. Returns how many a
/// process may have.
pub(crate) fn raise_descriptor_limit() -> io::Result<u64> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    // Only the privileged may raise the hard limit, and not even all of them.
    if setrlimit(Resource::RLIMIT_NOFILE, MOST, hard.max(MOST)).is_ok() {
        return Ok(MOST);
    }
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
    Ok(hard)
}

/// Enough for a hundred thousand connections.
const MOST: u64 = 101_500;

/// The CPU time of children that have ended and been collected.
pub(crate) fn of_children() -> io::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let (user, system) = (usage.user_time(), usage.system_time());
    let micros = |time: TimeVal| u64::try_from(time.num_microseconds()).unwrap_or(0);
    Ok(Duration::from_micros(micros(user) + micros(system)))
}

/// Bytes of a process in memory: its resident set.
pub(crate) fn resident(process: u32) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.map(|kib| kib << 10).ok_or_else(|| io::Error::other("VmRSS in /proc/PID/status"))
}

/// The CPU time a process has had: all its threads, user and system, in nanoseconds.
///
/// Of another process that runs right now, the kernel leaves out what has passed since its last
/// clock tick; of one that sleeps, nothing. So read it when the server has gone to sleep.
#[derive(Clone, Copy)]
pub(crate) struct CpuClock(ClockId);

impl CpuClock {
    pub(crate) fn of(process: u32) -> io::Result<Self> {
        let process = i32::try_from(process).map_err(io::Error::other)?;
        Ok(Self(clock_getcpuclockid(Pid::from_raw(process))?))
    }

    pub(crate) fn own() -> Self {
        Self(ClockId::CLOCK_PROCESS_CPUTIME_ID)
    }

    pub(crate) fn read(self) -> io::Result<Duration> {
        Ok(Duration::from(clock_gettime(self.0)?))
    }
}

/// The unit of /proc/stat: USER_HZ, 100 a second on every architecture this runs on.
const TICK: Duration = Duration::from_millis(10);

/// The time these CPUs together were busy since boot, or taken away by the hypervisor.
pub(crate) fn busy(cpus: &BTreeSet<usize>) -> io::Result<Duration> {
    let stat = fs::read_to_string("/proc/stat")?;
    let mut sum = Duration::ZERO;
    for cpu in cpus {
        let name = format!("cpu{cpu} ");
        // cpuN user nice system idle iowait irq softirq steal …: man 5 proc_stat
        let fields: Vec<u32> = stat
            .lines()
            .find_map(|line| line.strip_prefix(&name))
            .unwrap_or_default()
            .split_whitespace()
            .map_while(|field| field.parse().ok())
            .collect();
        if fields.len() < 8 {
            return Err(io::Error::other(format!("/proc/stat says too little of CPU {cpu}")));
        }
        sum += [0, 1, 2, 5, 6, 7].iter().map(|&field| TICK * fields[field]).sum::<Duration>();
    }
    Ok(sum)
}

/// Processor and kernel in one line, for the report.
pub(crate) fn describe() -> String {
    let processor = fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        })
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let cpus = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{processor}, {cpus} CPUs, Linux {}", kernel.trim())
}

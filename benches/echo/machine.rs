//! What the benchmark asks of the machine: CPUs to run on, clocks to read, descriptors to open.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::time::Duration;

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

use crate::contender::Threads;

/// Which CPUs the server and the generator run on.
#[derive(Clone)]
pub(crate) struct Placement {
    pub(crate) server: usize,
    pub(crate) generator: usize,
    /// For servers of several threads, beside `server`: a free CPU, or else the generator's.
    second: usize,
}

impl Placement {
    /// Takes the first CPUs this process may use. With one alone, everything is on that.
    pub(crate) fn choose(same_core: bool) -> io::Result<Self> {
        let allowed = allowed_cpus()?;
        let server =
            *allowed.first().ok_or_else(|| io::Error::other("no CPU to run on is visible"))?;
        let generator = if same_core { server } else { allowed.get(1).copied().unwrap_or(server) };
        let second = if same_core { server } else { allowed.get(2).copied().unwrap_or(generator) };
        Ok(Self { server, generator, second })
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

fn allowed_cpus() -> io::Result<Vec<usize>> {
    let set = sched_getaffinity(Pid::from_raw(0))?;
    Ok((0..CpuSet::count()).filter(|&cpu| set.is_set(cpu).unwrap_or(false)).collect())
}

/// Binds the calling thread, and the threads and processes it starts later, to these CPUs.
pub(crate) fn pin(cpus: &[usize]) -> io::Result<()> {
    let mut set = CpuSet::new();
    for &cpu in cpus {
        set.set(cpu)?;
    }
    Ok(sched_setaffinity(Pid::from_raw(0), &set)?)
}

/// A thousand connections are more descriptors than the usual soft limit.
pub(crate) fn raise_descriptor_limit() -> io::Result<()> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    Ok(setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?)
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

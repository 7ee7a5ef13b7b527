//! One round of a cell: every contender measured.
//!
//! Under load, all servers run at once, each with its connections open; those not being asked
//! sleep, and cost nothing. The load goes from one to the next every few hundredths of a second,
//! round and round. Two slices with the same number are close in time, so whatever changes (clock
//! speed, heat, a neighbour on the same hardware) changes for both; `summary` compares only such
//! pairs.

use std::collections::BTreeSet;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

use super::cell::{Cell, Load, Station, Until, Work};
use super::cli::Options;
use super::contender::Contender;
use super::machine::{CpuClock, Placement, busy, of_children};
use super::process::Start;

/// Time for a server that has nothing left to do to fall asleep, which makes its CPU clock exact.
const SETTLE: Duration = Duration::from_millis(1);

/// What one contender did and used in one turn, in the order of the cell's figures.
pub(crate) type Turn = Vec<f64>;

/// The turns of one contender in one round.
pub(crate) type Sample = Vec<Turn>;

pub(crate) struct Round {
    /// In the order of the contenders.
    pub(crate) samples: Vec<io::Result<Sample>>,
    /// CPU time that others had while it lasted, as a share of one CPU.
    pub(crate) foreign: f64,
}

pub(crate) fn round(
    contenders: &[&'static Contender],
    cell: &'static Cell,
    options: &Options,
    placement: &Placement,
) -> io::Result<Round> {
    let start = |&contender| Start { cell, contender, placement };
    let starts: Vec<_> = contenders.iter().map(start).collect();
    match cell.work {
        Work::Load { open, .. } => loaded(&starts, open, options),
        Work::Once { measure, .. } => {
            let watch = Watch::begin(placement.all())?;
            let one = |&start| Ok(vec![measure(start, options.effort)?]);
            let samples = starts.iter().map(one).collect();
            Ok(Round { samples, foreign: watch.foreign(Duration::ZERO)? })
        }
    }
}

fn loaded(
    starts: &[Start<'_>],
    open: fn(Start<'_>) -> io::Result<Station>,
    options: &Options,
) -> io::Result<Round> {
    let ready = |&start| Turns::open(open(start)?, options.warm_up);
    let mut stations: Vec<io::Result<Turns>> = starts.iter().map(ready).collect();
    thread::sleep(SETTLE);

    let cpus = starts.first().map(|start| start.placement.all()).unwrap_or_default();
    let servers_before = cpu_of(&stations)?;
    let watch = Watch::begin(cpus)?;
    for _ in 0..options.slices {
        for station in &mut stations {
            if let Ok(open) = station
                && let Err(error) = open.slice(options.slice)
            {
                *station = Err(error);
            }
        }
    }
    let foreign = watch.foreign(cpu_of(&stations)?.saturating_sub(servers_before))?;
    let samples = stations.into_iter().map(|station| Ok(station?.sample)).collect();
    Ok(Round { samples, foreign })
}

/// The CPU time of the servers that still run.
fn cpu_of(stations: &[io::Result<Turns>]) -> io::Result<Duration> {
    stations.iter().flatten().map(|station| station.clock.read()).sum()
}

/// Watches for other processes.
struct Watch {
    cpus: BTreeSet<usize>,
    began: Instant,
    busy: Duration,
    ours: Duration,
}

impl Watch {
    fn begin(cpus: BTreeSet<usize>) -> io::Result<Self> {
        let (busy, ours) = (busy(&cpus)?, Self::ours()?);
        Ok(Self { cpus, began: Instant::now(), busy, ours })
    }

    /// The share of a CPU that went neither to this process and its ended children, nor to the
    /// servers that still run.
    fn foreign(self, servers: Duration) -> io::Result<f64> {
        let ours = Self::ours()?.saturating_sub(self.ours) + servers;
        let others = busy(&self.cpus)?.saturating_sub(self.busy).saturating_sub(ours);
        Ok(others.as_secs_f64() / self.began.elapsed().as_secs_f64())
    }

    fn ours() -> io::Result<Duration> {
        Ok(CpuClock::own().read()? + of_children()?)
    }
}

/// A station that is measured.
struct Turns {
    station: Station,
    clock: CpuClock,
    sample: Sample,
}

impl Turns {
    fn open(mut station: Station, warm_up: Duration) -> io::Result<Self> {
        station.load.run(Until::after(warm_up))?;
        let clock = station.server.cpu_clock()?;
        Ok(Self { station, clock, sample: Sample::new() })
    }

    fn slice(&mut self, time: Duration) -> io::Result<()> {
        let load: &mut dyn Load = &mut *self.station.load;
        load.run(Until::Units(load.run_in()))?;
        thread::sleep(SETTLE);
        let generator = CpuClock::own();
        let server_before = self.clock.read()?;
        let generator_before = generator.read()?;
        let began = Instant::now();
        let units = load.run(Until::after(time))?;
        let elapsed = began.elapsed().as_secs_f64();
        let generator_cpu = generator.read()? - generator_before;
        thread::sleep(SETTLE);
        let server_cpu = (self.clock.read()? - server_before).as_secs_f64();
        let units = f64::from(u32::try_from(units).map_err(io::Error::other)?);
        // As `LOADED` names them.
        self.sample.push(vec![
            server_cpu * 1e9 / units,
            units / elapsed,
            server_cpu / elapsed,
            generator_cpu.as_secs_f64() / elapsed,
        ]);
        Ok(())
    }
}

//! One round: every contender measured in one cell, in slices that take turns.
//!
//! All servers run at once, each with its connections open; those not being asked sleep, and cost
//! nothing. The load goes from one to the next every few hundredths of a second, round and round.
//! Two slices with the same number are close in time, so whatever changes (clock speed, heat, a
//! neighbour on the same hardware) changes for both; `summary` compares only such pairs.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use crate::cell::Cell;
use crate::cli::Options;
use crate::contender::Contender;
use crate::load::{Check, Load, Until};
use crate::machine::{CpuClock, Placement, busy};
use crate::server::Server;

/// Time for a server that has nothing left to do to fall asleep, which makes its CPU clock exact.
const SETTLE: Duration = Duration::from_millis(1);

/// What one contender did and used in one turn.
#[derive(Clone, Copy)]
pub(crate) struct Slice {
    pub(crate) requests: f64,
    pub(crate) elapsed: Duration,
    pub(crate) server_cpu: Duration,
    pub(crate) generator_cpu: Duration,
}

/// The turns of one contender in one round.
pub(crate) type Sample = Vec<Slice>;

impl Slice {
    pub(crate) fn ns_per_request(&self) -> f64 {
        self.server_cpu.as_secs_f64() * 1e9 / self.requests
    }

    pub(crate) fn requests_per_second(&self) -> f64 {
        self.requests / self.elapsed.as_secs_f64()
    }

    pub(crate) fn server_share(&self) -> f64 {
        self.server_cpu.as_secs_f64() / self.elapsed.as_secs_f64()
    }

    pub(crate) fn generator_share(&self) -> f64 {
        self.generator_cpu.as_secs_f64() / self.elapsed.as_secs_f64()
    }
}

pub(crate) struct Round {
    /// In the order of the contenders.
    pub(crate) samples: Vec<io::Result<Sample>>,
    /// CPU time that others had while it lasted, as a share of one CPU.
    pub(crate) foreign: f64,
}

pub(crate) fn round(
    contenders: &[&'static Contender],
    cell: Cell,
    options: &Options,
    placement: &Placement,
) -> io::Result<Round> {
    let mut stations: Vec<_> = contenders
        .iter()
        .map(|contender| Station::open(contender, cell, options, placement))
        .collect();
    thread::sleep(SETTLE);

    let cpus = placement.all();
    let start = Instant::now();
    let busy_before = busy(&cpus)?;
    let ours_before = cpu_of_all(&stations)?;
    for _ in 0..options.slices {
        for station in &mut stations {
            if let Ok(open) = station
                && let Err(error) = open.slice(options.slice)
            {
                *station = Err(error);
            }
        }
    }
    let ours = cpu_of_all(&stations)?.saturating_sub(ours_before);
    let others = (busy(&cpus)? - busy_before).saturating_sub(ours);

    Ok(Round {
        foreign: others.as_secs_f64() / start.elapsed().as_secs_f64(),
        samples: stations.into_iter().map(|station| Ok(station?.sample)).collect(),
    })
}

/// The CPU time of the servers that still run, and of the generator.
fn cpu_of_all(stations: &[io::Result<Station>]) -> io::Result<Duration> {
    let servers = stations.iter().flatten().map(|station| station.clock.read());
    servers.sum::<io::Result<Duration>>().and_then(|sum| Ok(sum + CpuClock::own().read()?))
}

/// A server, and the load that is kept ready for it.
struct Station {
    // Before the server: the client closes first, as clients do.
    load: Load,
    clock: CpuClock,
    /// Requests before each slice that are not counted, one for each connection: after the turns
    /// of all the others, neither code nor sockets are in the CPU's caches.
    run_in: u64,
    sample: Sample,
    _server: Server,
}

impl Station {
    fn open(
        contender: &Contender,
        cell: Cell,
        options: &Options,
        placement: &Placement,
    ) -> io::Result<Self> {
        let server = Server::start(contender, placement)?;
        let mut load = Load::connect(server.address, cell)?;
        load.run(Until::Elapsed(options.warm_up), Check::Contents)?;
        let clock = server.cpu_clock()?;
        let run_in = u64::try_from(cell.connections).map_err(io::Error::other)?.max(100);
        Ok(Self { load, clock, run_in, sample: Sample::new(), _server: server })
    }

    fn slice(&mut self, time: Duration) -> io::Result<()> {
        self.load.run(Until::Requests(self.run_in), Check::Length)?;
        thread::sleep(SETTLE);
        let generator = CpuClock::own();
        let server_before = self.clock.read()?;
        let generator_before = generator.read()?;
        let ran = self.load.run(Until::Elapsed(time), Check::Length)?;
        let generator_cpu = generator.read()? - generator_before;
        thread::sleep(SETTLE);
        self.sample.push(Slice {
            requests: f64::from(u32::try_from(ran.requests).map_err(io::Error::other)?),
            elapsed: ran.elapsed,
            server_cpu: self.clock.read()? - server_before,
            generator_cpu,
        });
        Ok(())
    }
}

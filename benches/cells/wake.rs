//! A task woken from another thread: two threads pass a baton to and fro, each asleep until it
//! comes.

use std::future::poll_fn;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::eventfd::{EfdFlags, EventFd};

use crate::contenders::tokio::current_thread;
use crate::harness::cell::{Cell, Effort, Figure, Work};
use crate::harness::contender::{berkeley, floor, smol, threads, tokio, tokio_multi};
use crate::harness::machine::{CpuClock, pin};
use crate::harness::process::{Start, argument, cpus, figures};

const PATIENCE: Duration = Duration::from_secs(20);

pub(super) static CELL: Cell = Cell {
    name: "wake",
    title: "A task woken from another thread",
    contenders: &[
        floor("an eventfd and an epoll on each thread", by_eventfd).on_several(),
        berkeley(|| on_two_threads(berkeley::block_on)).on_several(),
        tokio(|| on_two_threads(|task| current_thread()?.block_on(task))).on_several(),
        tokio_multi(in_tokio_multi)
            .called("tokio-multi", "multi_thread, 2 workers, which may keep both tasks on one"),
        smol(|| on_two_threads(smol::block_on))
            .called("smol", "smol::block_on on each thread")
            .on_several(),
        threads(by_parking).called("threads", "park and unpark").on_several(),
    ],
    work: Work::Once {
        figures: &[
            Figure { name: "ns for each wake", digits: 0 },
            Figure { name: "CPU ns for each wake", digits: 0 },
        ],
        placed: true,
        measure: |start: Start<'_>, effort: Effort| {
            let count = if effort == Effort::Quick { 5_000 } else { 50_000 };
            start.figures(&count.to_string(), PATIENCE)
        },
    },
};

/// How often each side has the baton.
fn rounds() -> io::Result<u32> {
    argument().parse().map_err(io::Error::other)
}

/// Pins the calling thread: side 0 to the first CPU, side 1 to the second, if there is one.
fn take_place(side: usize) -> io::Result<()> {
    let cpus = cpus();
    pin(&[cpus[side % cpus.len()]])
}

fn measured(play: impl FnOnce(u32) -> io::Result<()>) -> io::Result<()> {
    let rounds = rounds()?;
    let clock = CpuClock::own();
    let (began, cpu) = (Instant::now(), clock.read()?);
    play(rounds)?;
    let wakes = f64::from(rounds) * 2.0;
    let each = |time: Duration| time.as_secs_f64() * 1e9 / wakes;
    figures(&[each(began.elapsed()), each(clock.read()? - cpu)]);
    Ok(())
}

/// Who is next, and who waits.
#[derive(Default)]
struct Baton {
    next: AtomicUsize,
    waiting: [Mutex<Option<Waker>>; 2],
}

impl Baton {
    async fn play(self: Arc<Self>, side: usize, rounds: u32) -> io::Result<()> {
        for _ in 0..rounds {
            poll_fn(|cx| {
                let mut waiting = lock(&self.waiting[side]);
                if self.next.load(Ordering::Acquire) == side {
                    return Poll::Ready(());
                }
                *waiting = Some(cx.waker().clone());
                Poll::Pending
            })
            .await;
            self.next.store(1 - side, Ordering::Release);
            let waker = lock(&self.waiting[1 - side]).take();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

type Task = std::pin::Pin<Box<dyn Future<Output = io::Result<()>> + Send>>;

fn on_two_threads(run: fn(Task) -> io::Result<()>) -> io::Result<()> {
    let baton = Arc::new(Baton::default());
    measured(|rounds| {
        let there = Box::pin(baton.clone().play(1, rounds));
        let other = thread::spawn(move || {
            take_place(1)?;
            run(there)
        });
        take_place(0)?;
        run(Box::pin(baton.play(0, rounds)))?;
        other.join().map_err(|_| io::Error::other("a side panicked"))?
    })
}

fn in_tokio_multi() -> io::Result<()> {
    let next = AtomicUsize::new(0);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .on_thread_start(move || {
            // Unpinned, it still measures the same.
            let _ = take_place(next.fetch_add(1, Ordering::Relaxed));
        })
        .build()?;
    let baton = Arc::new(Baton::default());
    measured(|rounds| {
        let there = runtime.spawn(baton.clone().play(1, rounds));
        let here = runtime.spawn(baton.play(0, rounds));
        let (there, here) = runtime.block_on(async { tokio::try_join!(there, here) })?;
        there.and(here)
    })
}

fn by_eventfd() -> io::Result<()> {
    let ends = Arc::new([Side::new()?, Side::new()?]);
    measured(|rounds| {
        let theirs = ends.clone();
        let other = thread::spawn(move || {
            take_place(1)?;
            (0..rounds).try_for_each(|_| {
                theirs[1].wait()?;
                theirs[0].wake()
            })
        });
        take_place(0)?;
        (0..rounds).try_for_each(|_| {
            ends[1].wake()?;
            ends[0].wait()
        })?;
        other.join().map_err(|_| io::Error::other("a side panicked"))?
    })
}

struct Side {
    epoll: Epoll,
    event: EventFd,
}

impl Side {
    fn new() -> io::Result<Self> {
        let event = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?;
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        epoll.add(&event, EpollEvent::new(EpollFlags::EPOLLIN | EpollFlags::EPOLLET, 0))?;
        Ok(Self { epoll, event })
    }

    /// Each write is an edge: it need not be read.
    fn wait(&self) -> io::Result<()> {
        let mut events = [EpollEvent::empty()];
        while self.epoll.wait(&mut events, EpollTimeout::NONE)? == 0 {}
        Ok(())
    }

    fn wake(&self) -> io::Result<()> {
        self.event.write(1)?;
        Ok(())
    }
}

fn by_parking() -> io::Result<()> {
    let next = Arc::new(AtomicUsize::new(0));
    measured(|rounds| {
        let here = thread::current();
        let theirs = next.clone();
        let other = thread::spawn(move || {
            take_place(1)?;
            park(&theirs, 1, rounds, &here);
            Ok(())
        });
        take_place(0)?;
        park(&next, 0, rounds, other.thread());
        other.join().map_err(|_| io::Error::other("a side panicked"))?
    })
}

fn park(next: &AtomicUsize, side: usize, rounds: u32, other: &Thread) {
    for _ in 0..rounds {
        while next.load(Ordering::Acquire) != side {
            thread::park();
        }
        next.store(1 - side, Ordering::Release);
        other.unpark();
    }
}

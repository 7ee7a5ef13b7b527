//! Connections that come, are served one request of 64 bytes, and go: 64 at a time.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::socket::{setsockopt, sockopt};

use super::stream::STALL;
use crate::contenders::{berkeley as ours, floor as raw, mio as by_mio, monoio as by_monoio};
use crate::contenders::{
    smol as by_smol, threads as by_threads, tokio as by_tokio, uring as by_uring,
};
use crate::harness::cell::{Cell, Load, Station, Until, Work};
use crate::harness::contender::{
    asyncio, berkeley, berkeley_in_tokio, floor, mio, monoio, smol, threads, tokio, tokio_multi,
    uring, uvloop,
};
use crate::harness::process::Start;

const AT_ONCE: usize = 64;
const BYTES: usize = 64;
const STALL_EPOLL: u16 = 5_000;

pub(super) static CELL: Cell = Cell {
    name: "churn",
    title: "Connections accepted, served 64 bytes, and closed",
    contenders: &[
        floor("epoll by hand, accept until there is none", raw::churn),
        berkeley(ours::churn),
        berkeley_in_tokio(ours::churn_in_tokio),
        tokio(by_tokio::churn),
        tokio_multi(by_tokio::churn_multi),
        smol(by_smol::churn),
        monoio(by_monoio::churn),
        #[cfg(feature = "all-peers")]
        crate::harness::contender::compio(crate::contenders::compio::churn),
        #[cfg(feature = "all-peers")]
        crate::harness::contender::glommio(crate::contenders::glommio::churn),
        mio(by_mio::churn),
        uring(by_uring::churn),
        threads(by_threads::churn),
        asyncio("churn.py"),
        uvloop("churn.py"),
    ],
    work: Work::Load { unit: "connection", traced: 2_000, open },
};

fn open(start: Start<'_>) -> io::Result<Station> {
    let server = start.server("")?;
    let address = server.address()?;
    let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
    let open = (0..AT_ONCE).map(|_| None).collect();
    Station::new(server, Churn { address, epoll, open })
}

/// Each connection sends a request, reads the answer and the server's end, and goes with a reset:
/// so nothing of it stays behind in TIME_WAIT, on either side.
struct Churn {
    address: SocketAddr,
    epoll: Epoll,
    open: Vec<Option<Connection>>,
}

struct Connection {
    stream: TcpStream,
    answered: usize,
}

impl Load for Churn {
    fn run(&mut self, until: Until) -> io::Result<u64> {
        let limit = until.limit();
        let mut begun = 0;
        let mut served = 0;
        let mut events = [EpollEvent::empty(); AT_ONCE];
        for place in 0..AT_ONCE {
            if begun < limit {
                self.begin(place)?;
                begun += 1;
            }
        }
        let mut is_open = true;
        while served < begun {
            let got = match self.epoll.wait(&mut events, EpollTimeout::from(STALL_EPOLL)) {
                Ok(0) => return Err(io::Error::new(ErrorKind::TimedOut, "no answer came")),
                Ok(got) => got,
                Err(Errno::EINTR) => continue,
                Err(error) => return Err(error.into()),
            };
            for event in &events[..got] {
                let place = usize::try_from(event.data()).map_err(io::Error::other)?;
                let Some(connection) = &mut self.open[place] else { continue };
                if connection.is_served()? {
                    self.open[place] = None;
                    served += 1;
                    if is_open && begun < limit {
                        self.begin(place)?;
                        begun += 1;
                    }
                }
            }
            is_open = !until.is_over(begun);
        }
        Ok(served)
    }

    fn run_in(&self) -> u64 {
        64
    }
}

impl Churn {
    /// On loopback a connection is made before connect returns: it need not be non-blocking.
    fn begin(&mut self, place: usize) -> io::Result<()> {
        let mut stream = TcpStream::connect_timeout(&self.address, STALL)?;
        let reset = nix::libc::linger { l_onoff: 1, l_linger: 0 };
        setsockopt(&stream, sockopt::Linger, &reset)?;
        stream.set_nonblocking(true)?;
        stream.write_all(&[b'x'; BYTES])?;
        let token = u64::try_from(place).map_err(io::Error::other)?;
        self.epoll.add(&stream, EpollEvent::new(EpollFlags::EPOLLIN, token))?;
        self.open[place] = Some(Connection { stream, answered: 0 });
        Ok(())
    }
}

impl Connection {
    fn is_served(&mut self) -> io::Result<bool> {
        let mut buffer = [0; BYTES + 1];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) if self.answered == BYTES => return Ok(true),
                Ok(0) => return Err(super::stream::short(BYTES as u64, self.answered as u64)),
                Ok(more) => self.answered += more,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
    }
}

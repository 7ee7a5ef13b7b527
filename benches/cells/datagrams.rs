//! Datagrams of 1,200 bytes into the server and out of it. None is lost: no more are under way
//! than the receiver's buffer holds, and every one is counted.

use std::io::{self, IoSlice};
use std::net::{SocketAddr, UdpSocket};

use berkeley_core::control::SendBuffer;
use berkeley_core::{Address, Family, Kind, MsgFlags, Outgoing, Protocol, Socket, option};

use super::stream::STALL;
use crate::contenders::{DATAGRAM, WINDOW, udp};
use crate::contenders::{berkeley as ours, floor as raw, mio as by_mio, monoio as by_monoio};
use crate::contenders::{
    smol as by_smol, threads as by_threads, tokio as by_tokio, uring as by_uring,
};
use crate::harness::cell::{Cell, Load, Station, Until, Work};
use crate::harness::contender::{
    asyncio, berkeley, berkeley_in_tokio, floor, mio, monoio, smol, threads, tokio, uring,
    uring_multishot, uvloop,
};
use crate::harness::process::Start;

/// Windows under way at once, so that nobody waits for the way back.
const WINDOWS: usize = 2;

pub(super) static IN: Cell = Cell {
    name: "datagrams/in",
    title: "Datagrams into the server",
    contenders: &[
        floor("recvfrom, one by one", raw::datagrams_in),
        floor("recvmmsg", raw::datagrams_in_batched).beside("floor-batched"),
        floor("recvmsg with UDP_GRO", raw::datagrams_in_segmented).beside("floor-segmented"),
        berkeley(ours::datagrams_in),
        berkeley(ours::datagrams_in_batched).called("berkeley-batched", "recv_many"),
        berkeley(ours::datagrams_in_segmented).called("berkeley-segmented", "recv_segmented"),
        berkeley_in_tokio(ours::datagrams_in_tokio),
        tokio(by_tokio::datagrams_in),
        tokio(by_tokio::datagrams_in_quinn)
            .called("tokio-quinn-udp", "current_thread, quinn-udp: recvmmsg with UDP_GRO")
            .of_package("quinn-udp"),
        smol(by_smol::datagrams_in),
        monoio(by_monoio::datagrams_in),
        #[cfg(feature = "all-peers")]
        crate::harness::contender::compio(crate::contenders::compio::datagrams_in),
        mio(by_mio::datagrams_in),
        uring(by_uring::datagrams_in),
        uring_multishot(by_uring::datagrams_in_multishot),
        uring_multishot(by_uring::datagrams_in_segmented)
            .called("uring-segmented", "io_uring by hand, multishot with UDP_GRO"),
        threads(by_threads::datagrams_in),
        asyncio("datagrams_in.py"),
        uvloop("datagrams_in.py"),
    ],
    work: Work::Load { unit: "datagram", traced: 4_096, open: open_in },
};

pub(super) static LIKEWISE: Cell = Cell {
    name: "datagrams/likewise",
    title: "Datagrams into the server, sent the way they are received",
    contenders: &[
        floor("sendto, recvfrom", raw::datagrams_in),
        floor("sendmmsg, recvmmsg", raw::datagrams_in_batched).beside("floor-batched"),
        floor("UDP_SEGMENT, UDP_GRO", raw::datagrams_in_segmented).beside("floor-segmented"),
        berkeley(ours::datagrams_in),
        berkeley(ours::datagrams_in_batched).called("berkeley-batched", "recv_many"),
        berkeley(ours::datagrams_in_segmented).called("berkeley-segmented", "recv_segmented"),
        berkeley_in_tokio(ours::datagrams_in_tokio),
        tokio(by_tokio::datagrams_in),
        mio(by_mio::datagrams_in),
    ],
    work: Work::Load { unit: "datagram", traced: 4_096, open: open_likewise },
};

pub(super) static OUT: Cell = Cell {
    name: "datagrams/out",
    title: "Datagrams out of the server",
    contenders: &[
        floor("sendto, one by one", raw::datagrams_out),
        floor("sendmmsg", raw::datagrams_out_batched).beside("floor-batched"),
        floor("sendmsg with UDP_SEGMENT", raw::datagrams_out_segmented).beside("floor-segmented"),
        berkeley(ours::datagrams_out),
        berkeley(ours::datagrams_out_batched).called("berkeley-batched", "send_many"),
        berkeley(ours::datagrams_out_segmented).called("berkeley-segmented", "send_segmented"),
        tokio(by_tokio::datagrams_out),
        tokio(by_tokio::datagrams_out_quinn)
            .called("tokio-quinn-udp", "current_thread, quinn-udp: sendmsg with UDP_SEGMENT")
            .of_package("quinn-udp"),
        smol(by_smol::datagrams_out),
        monoio(by_monoio::datagrams_out),
        uring(by_uring::datagrams_out),
        uring(by_uring::datagrams_out_segmented)
            .called("uring-segmented", "io_uring by hand, sendmsg with UDP_SEGMENT"),
        threads(by_threads::datagrams_out),
    ],
    work: Work::Load { unit: "datagram", traced: 4_096, open: open_out },
};

fn open_in(start: Start<'_>) -> io::Result<Station> {
    let server = start.server("")?;
    let near = Near::to(server.address()?)?;
    Station::new(server, Into::new(Way::Segments, near))
}

fn open_likewise(start: Start<'_>) -> io::Result<Station> {
    let way = match start.contender.name.rsplit('-').next() {
        Some("segmented") => Way::Segments,
        Some("batched") => Way::Batch,
        _ => Way::OneByOne,
    };
    let server = start.server("")?;
    let near = Near::to(server.address()?)?;
    Station::new(server, Into::new(way, near))
}

fn open_out(start: Start<'_>) -> io::Result<Station> {
    let server = start.server("")?;
    let near = Near::to(server.address()?)?;
    near.socket.set(option::udp::ReceiveOffload, true)?;
    Station::new(server, Out { near, room: vec![0; 65_536] })
}

/// The generator's socket. Berkeley's own synchronous half sends and receives segments here, for
/// every contender alike.
struct Near {
    socket: Socket,
    there: Address,
}

impl Near {
    fn to(there: SocketAddr) -> io::Result<Self> {
        let socket: UdpSocket = udp()?;
        let (family, kind, protocol) = (Family::INET, Kind::DGRAM, Protocol::UDP);
        let socket = Socket::from_fd_as(socket.into(), family, kind, protocol)?;
        socket.set_timeout(Some(STALL))?;
        Ok(Self { socket, there: Address::from(there) })
    }
}

/// Datagrams sent between two looks at the clock.
const BURST: usize = 32;

/// How the generator sends them.
#[derive(Clone, Copy)]
enum Way {
    OneByOne,
    Batch,
    Segments,
}

struct Into {
    way: Way,
    near: Near,
    datagrams: Vec<u8>,
}

impl Load for Into {
    fn run(&mut self, until: Until) -> io::Result<u64> {
        let limit = until.limit();
        let mut sent = 0_usize;
        let mut acknowledged = 0;
        // Whole windows: what is short of one would not be acknowledged.
        while sent == 0 || !sent.is_multiple_of(WINDOW) || !is_over(until, limit, sent) {
            if sent - acknowledged > (WINDOWS - 1) * WINDOW + WINDOW - BURST {
                acknowledged += self.acknowledgement()?;
            }
            self.burst()?;
            sent += BURST;
        }
        while acknowledged < sent {
            acknowledged += self.acknowledgement()?;
        }
        u64::try_from(sent).map_err(io::Error::other)
    }

    fn run_in(&self) -> u64 {
        1_024
    }
}

impl Into {
    fn new(way: Way, near: Near) -> Self {
        Self { way, near, datagrams: vec![0; BURST * DATAGRAM] }
    }

    fn burst(&self) -> io::Result<()> {
        let Near { socket, there } = &self.near;
        match self.way {
            Way::OneByOne => {
                for datagram in self.datagrams.chunks(DATAGRAM) {
                    socket.send_to(datagram, there)?;
                }
            }
            Way::Batch => {
                let buffers = [IoSlice::new(&self.datagrams[..DATAGRAM])];
                let batch = [Outgoing::new(&buffers).to(*there); BURST];
                let mut sent = 0;
                while sent < BURST {
                    sent += socket.send_many(&batch[sent..], MsgFlags::empty())?;
                }
            }
            Way::Segments => {
                let size = u16::try_from(DATAGRAM).map_err(io::Error::other)?;
                socket.send_segmented(&self.datagrams, size, &SendBuffer::new(), Some(there))?;
            }
        }
        Ok(())
    }

    fn acknowledgement(&self) -> io::Result<usize> {
        self.near.socket.recv(&mut [0; 16])?;
        Ok(WINDOW)
    }
}

struct Out {
    near: Near,
    room: Vec<u8>,
}

impl Load for Out {
    fn run(&mut self, until: Until) -> io::Result<u64> {
        let limit = until.limit();
        let mut asked = 0;
        let mut came = 0;
        loop {
            while asked - came <= (WINDOWS - 1) * WINDOW
                && (asked == 0 || !is_over(until, limit, asked))
            {
                self.near.socket.send_to(b"more", self.near.there)?;
                asked += WINDOW;
            }
            if came == asked {
                return u64::try_from(came).map_err(io::Error::other);
            }
            let more = self.near.socket.recv_segmented(&mut self.room)?;
            came += more.received.len.div_ceil(DATAGRAM);
        }
    }

    fn run_in(&self) -> u64 {
        1_024
    }
}

fn is_over(until: Until, limit: u64, done: usize) -> bool {
    u64::try_from(done).is_ok_and(|done| done >= limit || until.is_over(done))
}

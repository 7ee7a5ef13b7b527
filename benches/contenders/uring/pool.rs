//! Rooms that the kernel picks from when something has come: a provided-buffer ring
//! (man 3 io_uring_setup_buf_ring). A connection that waits has none.

// The kernel is told the ring's address once, and reads it from then on.
#![allow(unsafe_code)]

use std::io;
use std::sync::atomic::{AtomicU16, AtomicU32, AtomicU64, Ordering};

use super::operation::{Room, room};
use super::ring::Ring;

/// What has come of a thousand connections at once has its place.
pub(super) const MANY: u16 = 1_024;

/// Given to the kernel at first. It takes them in turn: a room of few is still in the caches when
/// it is its turn again.
const FEW: u16 = 128;

/// `struct io_uring_buf`, a room that the kernel may pick. The tail of the ring is where the first
/// of them has nothing.
#[derive(Default)]
#[repr(C)]
struct Free {
    address: AtomicU64,
    length: AtomicU32,
    id: AtomicU16,
    tail: AtomicU16,
}

#[repr(C, align(4096))]
struct Table([Free; MANY as usize]);

pub(super) struct Pool {
    table: &'static Table,
    memory: Room,
    rooms: u16,
    /// The kernel has had as many; the others it gets when they do not suffice.
    given: u16,
    size: usize,
    tail: u16,
    free: usize,
}

impl Pool {
    /// The kernel's name for the only pool of a ring.
    pub(super) const GROUP: u16 = 0;

    /// So many rooms of this size: a power of two, and not more than `MANY`.
    pub(super) fn new(ring: &Ring, rooms: u16, size: usize) -> io::Result<Self> {
        assert!(rooms.is_power_of_two() && rooms <= MANY, "a ring's size");
        let table = Table(std::array::from_fn(|_| Free::default()));
        let table: &Table = Box::leak(Box::new(table));
        let address = (&raw const *table).addr() as u64;
        // SAFETY: the table stays for ever, is aligned to a page, and has at least so many entries
        // of the kernel's own layout.
        unsafe { ring.kernel().register_buf_ring_with_flags(address, rooms, Self::GROUP, 0) }?;
        let memory = room(size * usize::from(rooms));
        let mut pool = Self { table, memory, rooms, given: 0, size, tail: 0, free: 0 };
        pool.give_more(FEW);
        Ok(pool)
    }

    /// When the kernel has found none: as many again, as long as there are any.
    pub(super) fn grow(&mut self) {
        self.give_more(self.given);
    }

    fn give_more(&mut self, more: u16) {
        let more = more.min(self.rooms - self.given);
        let ids = self.given..self.given + more;
        self.given += more;
        ids.for_each(|id| self.give(id));
    }

    pub(super) fn room(&self, id: u16) -> Room {
        &self.memory[usize::from(id) * self.size..][..self.size]
    }

    /// How many the kernel can pick from, as far as its completions have told.
    pub(super) fn free(&self) -> usize {
        self.free
    }

    /// To be told of each room that the kernel has picked.
    pub(super) fn is_taken(&mut self) {
        self.free -= 1;
    }

    /// Gives a room back, which no operation may name any more.
    pub(super) fn give(&mut self, id: u16) {
        let room = self.room(id);
        let free = &self.table.0[usize::from(self.tail % self.rooms)];
        free.address.store(room.as_ptr().addr() as u64, Ordering::Relaxed);
        free.length.store(u32::try_from(self.size).unwrap_or(u32::MAX), Ordering::Relaxed);
        free.id.store(id, Ordering::Relaxed);
        self.tail = self.tail.wrapping_add(1);
        // What the kernel finds at the new tail has been written before.
        self.table.0[0].tail.store(self.tail, Ordering::Release);
        self.free += 1;
    }
}

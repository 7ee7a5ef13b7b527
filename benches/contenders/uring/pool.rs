//! Rooms that the kernel picks from when something has come: a provided-buffer ring
//! (man 3 io_uring_setup_buf_ring). A connection that waits has none.

// The kernel is told the ring's address once, and reads it from then on.
#![allow(unsafe_code)]

use std::io;
use std::sync::atomic::{AtomicU16, AtomicU32, AtomicU64, Ordering};

use super::operation::{Room, room};
use super::ring::Ring;

/// Rooms that can be free at once: what has come of a thousand connections together has its place.
pub(super) const MANY: u16 = 1_024;

/// Rooms at first. The kernel takes them in turn: one of few is still in the caches when it is its
/// turn again.
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
    capacity: u16,
    /// By their numbers, each of `size` bytes.
    rooms: Vec<Room>,
    size: usize,
    tail: u16,
    /// In the table, as far as completions have told.
    free: u16,
    /// Free as well, but the table was full.
    spare: Vec<u16>,
}

impl Pool {
    /// The kernel's name for the only pool of a ring.
    pub(super) const GROUP: u16 = 0;

    /// With a table for so many: a power of two, and not more than `MANY`.
    pub(super) fn new(ring: &Ring, capacity: u16, size: usize) -> io::Result<Self> {
        assert!(capacity.is_power_of_two() && capacity <= MANY, "a ring's size");
        let table = Table(std::array::from_fn(|_| Free::default()));
        let table: &Table = Box::leak(Box::new(table));
        let address = (&raw const *table).addr() as u64;
        // SAFETY: the table stays for ever, is aligned to a page, and has at least so many entries
        // of the kernel's own layout.
        unsafe { ring.kernel().register_buf_ring_with_flags(address, capacity, Self::GROUP, 0) }?;
        let (rooms, spare) = (Vec::new(), Vec::new());
        let mut pool = Self { table, capacity, rooms, size, tail: 0, free: 0, spare };
        pool.add(FEW);
        Ok(pool)
    }

    /// When the kernel has found none: twice as many. Connections that hold rooms, because their
    /// peers do not read, take none from the others.
    pub(super) fn grow(&mut self) {
        self.add(u16::try_from(self.rooms.len()).unwrap_or(0));
    }

    fn add(&mut self, more: u16) {
        for _ in 0..more.min(self.capacity - self.free) {
            // More than there are numbers, it stays with those it has.
            let Ok(id) = u16::try_from(self.rooms.len()) else { return };
            self.rooms.push(room(self.size));
            self.give(id);
        }
    }

    pub(super) fn room(&self, id: u16) -> Room {
        self.rooms[usize::from(id)]
    }

    /// How many the kernel can pick from.
    pub(super) fn free(&self) -> u16 {
        self.free
    }

    /// To be told of each room that the kernel has picked.
    pub(super) fn is_taken(&mut self) {
        self.free -= 1;
        if let Some(id) = self.spare.pop() {
            self.give(id);
        }
    }

    /// Gives a room back, which no operation may name any more.
    pub(super) fn give(&mut self, id: u16) {
        if self.free == self.capacity {
            self.spare.push(id);
            return;
        }
        let room = self.room(id);
        let free = &self.table.0[usize::from(self.tail % self.capacity)];
        free.address.store(room.as_ptr().addr() as u64, Ordering::Relaxed);
        free.length.store(u32::try_from(self.size).unwrap_or(u32::MAX), Ordering::Relaxed);
        free.id.store(id, Ordering::Relaxed);
        self.tail = self.tail.wrapping_add(1);
        // What the kernel finds at the new tail has been written before.
        self.table.0[0].tail.store(self.tail, Ordering::Release);
        self.free += 1;
    }
}

//! The store of timers: a 4-ary heap whose entries know their place in it, so that any of them
//! can be moved or taken out at once, and nothing stays behind.
//!
//! Deadlines of like length come in order, and then arming one is a push and one comparison. Four
//! children a node make the heap half as deep as two would, and a node's children share a cache
//! line.

use super::Deadline;
use slab::Slab;
use std::num::NonZero;

const CHILDREN: usize = 4;

/// The place of an entry that is not armed.
const IDLE: usize = usize::MAX;

/// Timers that carry a `T` each. A timer that fired keeps its key and can be armed again.
#[derive(Debug)]
pub(crate) struct Timers<T> {
    entries: Slab<Entry<T>>,
    /// Armed timers in heap order: no node is later than its children.
    heap: Vec<Node>,
}

#[derive(Debug)]
struct Entry<T> {
    payload: T,
    place: usize,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    at: Deadline,
    key: TimerKey,
}

/// Names a timer from its making to its removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TimerKey(NonZero<usize>);

impl TimerKey {
    fn of(index: usize) -> Self {
        Self(NonZero::<usize>::MIN.saturating_add(index))
    }

    fn index(self) -> usize {
        self.0.get() - 1
    }
}

impl<T> Timers<T> {
    pub(crate) const fn new() -> Self {
        Self { entries: Slab::new(), heap: Vec::new() }
    }

    /// Makes a timer that is not armed.
    pub(crate) fn insert(&mut self, payload: T) -> TimerKey {
        TimerKey::of(self.entries.insert(Entry { payload, place: IDLE }))
    }

    /// Takes a timer out, armed or not.
    pub(crate) fn remove(&mut self, key: TimerKey) -> T {
        self.disarm(key);
        self.entries.remove(key.index()).payload
    }

    pub(crate) fn payload_mut(&mut self, key: TimerKey) -> &mut T {
        &mut self.entries[key.index()].payload
    }

    /// What all timers carry.
    pub(crate) fn payloads_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.entries.iter_mut().map(|(_, entry)| &mut entry.payload)
    }

    /// Arms a timer, or moves it if it is armed.
    pub(crate) fn arm(&mut self, key: TimerKey, at: Deadline) {
        let place = self.entries[key.index()].place;
        let node = Node { at, key };
        if place == IDLE {
            self.heap.push(node);
            self.sift_up(self.heap.len() - 1, node);
        } else {
            let place = self.sift_up(place, node);
            self.sift_down(place, node);
        }
    }

    /// The earliest deadline.
    pub(crate) fn next(&self) -> Deadline {
        self.heap.first().map_or(Deadline::NEVER, |node| node.at)
    }

    /// Takes the earliest timer off, if it is due at `now`, and shows what it carries.
    pub(crate) fn pop_due(&mut self, now: u64) -> Option<(TimerKey, &mut T)> {
        let first = *self.heap.first().filter(|node| node.at.0 <= now)?;
        self.disarm(first.key);
        Some((first.key, self.payload_mut(first.key)))
    }

    /// How many timers there are, armed or not.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.entries.len()
    }

    fn disarm(&mut self, key: TimerKey) {
        let place = std::mem::replace(&mut self.entries[key.index()].place, IDLE);
        if place == IDLE {
            return;
        }
        self.heap.swap_remove(place);
        if let Some(&moved) = self.heap.get(place) {
            let place = self.sift_up(place, moved);
            self.sift_down(place, moved);
        }
    }

    /// Puts `node` at `place` or nearer to the root, and returns where.
    fn sift_up(&mut self, mut place: usize, node: Node) -> usize {
        while place > 0 {
            let parent = (place - 1) / CHILDREN;
            if self.heap[parent].at <= node.at {
                break;
            }
            self.put(place, self.heap[parent]);
            place = parent;
        }
        self.put(place, node);
        place
    }

    /// Puts `node` at `place` or farther from the root.
    fn sift_down(&mut self, mut place: usize, node: Node) {
        loop {
            let first = place * CHILDREN + 1;
            let children = first..(first + CHILDREN).min(self.heap.len());
            let Some(earliest) = children.min_by_key(|&child| self.heap[child].at) else { break };
            if node.at <= self.heap[earliest].at {
                break;
            }
            self.put(place, self.heap[earliest]);
            place = earliest;
        }
        self.put(place, node);
    }

    fn put(&mut self, place: usize, node: Node) {
        self.heap[place] = node;
        self.entries[node.key.index()].place = place;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Numbers without a pattern, the same in every run.
    fn shuffled(seed: &mut u64) -> u32 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        u32::try_from(*seed >> 33).unwrap()
    }

    fn any_index(seed: &mut u64, len: usize) -> usize {
        usize::try_from(shuffled(seed)).unwrap() % len
    }

    #[test]
    fn arming_moving_and_removing_agree_with_a_sorted_map() {
        let mut seed = 7;
        let mut timers = Timers::new();
        let mut model: BTreeMap<TimerKey, u64> = BTreeMap::new();
        let mut keys = Vec::new();
        for step in 0..20_000 {
            match shuffled(&mut seed) % 8 {
                0..=2 => keys.push(timers.insert(step)),
                3..=5 if !keys.is_empty() => {
                    let key = keys[any_index(&mut seed, keys.len())];
                    let at = u64::from(shuffled(&mut seed) % 1_000);
                    timers.arm(key, Deadline(at));
                    model.insert(key, at);
                }
                6 if !keys.is_empty() => {
                    let key = keys.swap_remove(any_index(&mut seed, keys.len()));
                    timers.remove(key);
                    model.remove(&key);
                }
                _ => {
                    let now = u64::from(shuffled(&mut seed) % 500);
                    while let Some((key, _)) = timers.pop_due(now) {
                        let at = model.remove(&key).expect("armed");
                        assert!(at <= now);
                        assert!(model.values().all(|other| *other >= at), "earliest first");
                    }
                    assert!(model.values().all(|at| *at > now));
                }
            }
            let next = model.values().min().map_or(Deadline::NEVER, |at| Deadline(*at));
            assert_eq!(timers.next(), next);
            assert_eq!(timers.len(), keys.len());
        }
    }

    #[test]
    fn a_removed_timer_leaves_nothing_behind() {
        let mut timers = Timers::new();
        for at in 0..1_000 {
            let key = timers.insert(());
            timers.arm(key, Deadline(at));
            timers.remove(key);
        }
        assert_eq!((timers.len(), timers.heap.len()), (0, 0));
        assert_eq!(timers.next(), Deadline::NEVER);
    }
}

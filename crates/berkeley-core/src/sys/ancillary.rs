//! Control data as the kernel lays it out: headers, payloads, padding, and the descriptors that
//! come with it. man 3 cmsg.
#![allow(unsafe_code)] // Views of aligned words as bytes, and ownership of received descriptors.

use super::from_raw;
use super::platform::ControlLength;
use std::fmt;
use std::mem::size_of;
use std::os::fd::OwnedFd;

/// Bytes from the start of a control message to its payload.
// SAFETY: takes an integer only.
const HEADER: usize = unsafe { libc::CMSG_LEN(0) } as usize;

/// Payloads are padded to a multiple of this.
// SAFETY: takes an integer only.
const ALIGNMENT: usize = unsafe { libc::CMSG_SPACE(1) } as usize - HEADER;

/// Where the level lies behind the length, and the type behind the level.
const LEVEL: usize = size_of::<ControlLength>();
const KIND: usize = LEVEL + 4;

const _: () = assert!(KIND + 4 <= HEADER && ALIGNMENT.is_power_of_two() && ALIGNMENT <= 8);

const fn align(len: usize) -> Option<usize> {
    match len.checked_add(ALIGNMENT - 1) {
        Some(padded) => Some(padded & !(ALIGNMENT - 1)),
        None => None,
    }
}

/// Bytes of a control message whose payload has `payload` bytes, without padding.
pub(crate) const fn control_len(payload: usize) -> Option<usize> {
    HEADER.checked_add(payload)
}

/// Bytes that a control message takes, padding and all.
pub(crate) const fn control_space(payload: usize) -> Option<usize> {
    match align(payload) {
        Some(padded) => HEADER.checked_add(padded),
        None => None,
    }
}

/// One control message among received bytes.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'b> {
    pub(crate) level: i32,
    pub(crate) kind: i32,
    pub(crate) payload: &'b [u8],
}

/// The control messages in bytes that the kernel wrote, or anyone else: no length is trusted.
#[derive(Clone)]
pub(crate) struct Walk<'b>(&'b [u8]);

impl<'b> Walk<'b> {
    pub(crate) const fn new(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }
}

impl<'b> Iterator for Walk<'b> {
    type Item = Entry<'b>;

    fn next(&mut self) -> Option<Entry<'b>> {
        let bytes = std::mem::take(&mut self.0);
        let len = ControlLength::from_ne_bytes(*bytes.first_chunk()?) as usize;
        let level = i32::from_ne_bytes(*bytes.get(LEVEL..)?.first_chunk()?);
        let kind = i32::from_ne_bytes(*bytes.get(KIND..)?.first_chunk()?);
        // A length that does not even cover its header would never move on; one that runs past
        // the buffer is that of a message which did not fit (macOS does not correct it).
        let payload = bytes.get(HEADER..len.min(bytes.len()))?;
        self.0 = align(len).and_then(|next| bytes.get(next..)).unwrap_or_default();
        Some(Entry { level, kind, payload })
    }
}

/// Bytes aligned for control data: within, as long as they are no more than most receives and sends
/// need, so that those allocate nothing.
#[derive(Clone, Default)]
struct Aligned {
    within: [u64; WITHIN],
    /// Used once it is not empty.
    beyond: Vec<u64>,
}

const WITHIN: usize = 32;

impl Aligned {
    fn with_len(bytes: usize) -> Self {
        let mut aligned = Self::default();
        aligned.grow(bytes);
        aligned
    }

    /// Has room for so many bytes from now on, and keeps those that are there.
    fn grow(&mut self, bytes: usize) {
        let len = bytes.div_ceil(8);
        if len > self.words().len() {
            if self.beyond.is_empty() {
                self.beyond.extend(self.within);
            }
            self.beyond.resize(len, 0);
        }
    }

    fn words(&self) -> &[u64] {
        if self.beyond.is_empty() { &self.within } else { &self.beyond }
    }

    fn bytes(&self) -> &[u8] {
        let words = self.words();
        // SAFETY: a slice of u64 is valid for reads as eight times as many bytes.
        unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), words.len() * 8) }
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        let words = if self.beyond.is_empty() { &mut self.within[..] } else { &mut self.beyond };
        // SAFETY: a slice of u64 is valid for writes as eight times as many bytes, and any bytes
        // are a u64.
        unsafe { std::slice::from_raw_parts_mut(words.as_mut_ptr().cast(), words.len() * 8) }
    }
}

/// The payload of a control message that is being made, which lies where it is sent from.
pub struct Payload<'o> {
    storage: &'o mut Aligned,
    end: usize,
}

impl Payload<'_> {
    /// Appends bytes.
    pub fn extend_from_slice(&mut self, bytes: &[u8]) {
        let start = self.end;
        self.end += bytes.len();
        self.storage.grow(self.end);
        self.storage.bytes_mut()[start..self.end].copy_from_slice(bytes);
    }
}

impl fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payload").finish_non_exhaustive()
    }
}

/// Control messages to be sent.
#[derive(Clone, Default)]
pub(crate) struct ControlOut {
    storage: Aligned,
    len: usize,
}

impl ControlOut {
    /// Adds a message whose payload `write` appends. Padding is zero. `None` when it is longer than
    /// any length can say.
    pub(crate) fn push_with(
        &mut self,
        level: i32,
        kind: i32,
        write: impl FnOnce(&mut Payload<'_>),
    ) -> Option<()> {
        let start = self.len;
        let mut payload = Payload { storage: &mut self.storage, end: start.checked_add(HEADER)? };
        payload.storage.grow(payload.end);
        write(&mut payload);
        let payload = payload.end - start - HEADER;
        let len = ControlLength::try_from(control_len(payload)?).ok()?;
        let end = start.checked_add(control_space(payload)?)?;
        self.storage.grow(end);
        let entry = &mut self.storage.bytes_mut()[start..end];
        entry[..LEVEL].copy_from_slice(&len.to_ne_bytes());
        entry[LEVEL..KIND].copy_from_slice(&level.to_ne_bytes());
        entry[KIND..KIND + 4].copy_from_slice(&kind.to_ne_bytes());
        entry[KIND + 4..HEADER].fill(0);
        entry[HEADER + payload..].fill(0);
        self.len = end;
        Some(())
    }

    /// Adds a message with this payload.
    pub(crate) fn push(&mut self, level: i32, kind: i32, payload: &[u8]) -> Option<()> {
        control_space(payload.len())?;
        self.push_with(level, kind, |sink| sink.extend_from_slice(payload))
    }

    /// Forgets the messages and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.storage.bytes()[..self.len]
    }
}

/// Room for control messages to come, and those that came. Owns every descriptor among them from
/// the moment that the system call returns.
#[derive(Default)]
pub(crate) struct ControlIn {
    storage: Aligned,
    capacity: usize,
    len: usize,
    truncated: bool,
    rights: Vec<OwnedFd>,
    process: Option<OwnedFd>,
}

impl ControlIn {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self { storage: Aligned::with_len(capacity), capacity, ..Self::default() }
    }

    pub(crate) const fn capacity(&self) -> usize {
        self.capacity
    }

    pub(crate) const fn is_truncated(&self) -> bool {
        self.truncated
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.storage.bytes()[..self.len]
    }

    pub(crate) fn rights(&self) -> &[OwnedFd] {
        &self.rights
    }

    pub(crate) fn take_rights(&mut self) -> Vec<OwnedFd> {
        std::mem::take(&mut self.rights)
    }

    pub(crate) const fn process(&self) -> Option<&OwnedFd> {
        self.process.as_ref()
    }

    pub(crate) fn take_process(&mut self) -> Option<OwnedFd> {
        self.process.take()
    }

    /// Forgets what came, and closes the descriptors that nobody took.
    pub(crate) fn clear(&mut self) {
        self.len = 0;
        self.truncated = false;
        self.rights.clear();
        self.process = None;
    }

    /// Where the kernel may write.
    pub(super) fn room(&mut self) -> &mut [u8] {
        &mut self.storage.bytes_mut()[..self.capacity]
    }

    /// Takes in what a successful receive wrote into [`room`](Self::room), its descriptors first.
    /// To be called once for each.
    pub(super) fn arrived(&mut self, len: usize, flags: i32) {
        self.len = len.min(self.capacity);
        self.truncated = flags & libc::MSG_CTRUNC != 0;
        for entry in Walk::new(&self.storage.bytes()[..self.len]) {
            if entry.level != libc::SOL_SOCKET {
                continue;
            }
            if entry.kind == libc::SCM_RIGHTS {
                // A payload that was cut may end in part of a number, which is no descriptor.
                let (numbers, _) = entry.payload.as_chunks();
                self.rights.extend(numbers.iter().map(|n| from_raw(i32::from_ne_bytes(*n))));
            } else if Some(entry.kind) == super::platform::PIDFD_MESSAGE {
                // A negative number is the errno that kept the kernel from making one.
                let number = entry.payload.first_chunk().map(|n| i32::from_ne_bytes(*n));
                self.process = number.filter(|n| *n >= 0).map(from_raw);
            }
        }
        #[cfg(not(any(linux_like, bsd)))]
        for fd in self.rights.iter().chain(&self.process) {
            // There is no MSG_CMSG_CLOEXEC here. A flag of an open descriptor can be set.
            let _ = super::set_inheritable(std::os::fd::AsFd::as_fd(fd), false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_pushed_is_walked() {
        let mut out = ControlOut::default();
        for (kind, payload) in [(1, &b"a"[..]), (2, b""), (3, b"abcdefgh"), (4, b"abcdefghi")] {
            out.push(7, kind, payload).unwrap();
        }
        let walked: Vec<_> = Walk::new(out.bytes()).map(|e| (e.level, e.kind, e.payload)).collect();
        assert_eq!(
            walked,
            [(7, 1, &b"a"[..]), (7, 2, b""), (7, 3, b"abcdefgh"), (7, 4, b"abcdefghi")]
        );
        out.clear();
        assert_eq!(Walk::new(out.bytes()).count(), 0);
    }

    #[test]
    fn what_outgrows_the_room_within_is_kept() {
        let mut out = ControlOut::default();
        let count = 3 * WITHIN;
        for kind in 0..count {
            out.push(7, i32::try_from(kind).unwrap(), &[u8::try_from(kind).unwrap(); 5]).unwrap();
        }
        let walked: Vec<_> = Walk::new(out.bytes()).map(|e| (e.kind, e.payload[4])).collect();
        assert_eq!(walked.len(), count);
        assert!(walked.iter().zip(0..).all(|(entry, n)| *entry == (i32::from(n), n)));
        assert_eq!(ControlIn::with_capacity(8 * WITHIN + 1).room().len(), 8 * WITHIN + 1);
    }

    #[test]
    fn a_walk_of_any_length_ends_and_stays_inside() {
        let mut out = ControlOut::default();
        out.push(1, 2, &[3; 5]).unwrap();
        let whole = out.bytes().to_vec();
        for cut in 0..whole.len() {
            let payload: usize = Walk::new(&whole[..cut]).map(|e| e.payload.len()).sum();
            assert!(payload <= 5);
        }
        for len in [0, 1, HEADER - 1, HEADER, usize::MAX - 3, usize::MAX] {
            let mut bytes = whole.clone();
            let len = ControlLength::try_from(len).unwrap_or(ControlLength::MAX);
            bytes[..LEVEL].copy_from_slice(&len.to_ne_bytes());
            assert!(Walk::new(&bytes).count() <= whole.len());
        }
    }

    #[test]
    fn lengths_are_those_of_the_c_macros() {
        for payload in 0..64_u32 {
            // SAFETY: takes an integer only.
            let len = unsafe { libc::CMSG_LEN(payload) };
            // SAFETY: takes an integer only.
            let space = unsafe { libc::CMSG_SPACE(payload) };
            assert_eq!(control_len(payload as usize), Some(len as usize));
            assert_eq!(control_space(payload as usize), Some(space as usize));
        }
        assert_eq!(control_space(usize::MAX), None);
        assert_eq!(control_len(usize::MAX), None);
    }
}

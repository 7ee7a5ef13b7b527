//! Bytes that do not pass through this process one `send` at a time: batches, segments, files and
//! pipes, awaited.

use super::{Socket, receives};
use crate::budget;
use crate::driver::Done;
use crate::op::{Attempt, Op, RetryAfter, SendTo};
use berkeley_core::{self as core, Interest, MessageSlot, MsgFlags, Outgoing, SendFileError};
use std::fs::File;
use std::io::{self, Seek, SeekFrom};

#[cfg(linux_like)]
use berkeley_core::control::SendBuffer;
#[cfg(linux_like)]
use berkeley_core::{Address, Pipe, ReceivedSegments, SendAllError};

/// The most bytes of a file for which one system call is made, so that other tasks have their turn.
const FILE_STEP: usize = 1 << 20;

impl Socket {
    /// Sends messages, each whole, and returns how many of them went: sendmmsg(2). Waits until the
    /// first can go.
    ///
    /// # Errors
    /// As [`core::Socket::send_many`].
    ///
    /// # Cancel safety
    /// A dropped send has sent nothing.
    pub fn send_many<'a>(
        &'a self,
        messages: &'a [Outgoing<'a>],
        flags: MsgFlags,
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a>> {
        let is_named = messages.iter().any(|message| message.address.is_some());
        let attempt = SendTo::new(is_named, move |core: &core::Socket| {
            core.send_many(messages, flags).map(Done::new)
        });
        self.op(Interest::Writable, attempt).with_flags(flags)
    }

    /// Receives messages into slots and returns how many came: recvmmsg(2). Waits for the first,
    /// and takes with it what else is there.
    ///
    /// # Errors
    /// As [`core::Socket::recv_many`].
    ///
    /// # Cancel safety
    /// A dropped receive has taken nothing.
    pub fn recv_many<'a, B: AsMut<[u8]>>(
        &'a self,
        slots: &'a mut [MessageSlot<B>],
        flags: MsgFlags,
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a, B>> {
        self.op(receives(flags), move |core: &core::Socket| {
            core.recv_many(slots, flags).map(Done::new)
        })
        .with_flags(flags)
    }

    /// Sends `bytes` as datagrams of `segment_size` bytes each, the last maybe shorter, within one
    /// timeout for the whole: UDP segmentation offload, with a fallback of its own.
    ///
    /// # Errors
    /// As [`core::Socket::send_segmented`].
    ///
    /// # Cancel safety
    /// A dropped send may have sent a part, in whole datagrams: poll it by reference and ask
    /// [`Op::sent`](Op::<SendSegmented>::sent) before it goes.
    ///
    /// # Platforms
    /// Linux.
    #[cfg(linux_like)]
    pub fn send_segmented<'a>(
        &'a self,
        bytes: &'a [u8],
        segment_size: u16,
        control: &'a SendBuffer<'a>,
        address: Option<&'a Address>,
    ) -> Op<'a, SendSegmented<'a>> {
        let attempt = SendSegmented { bytes, segment_size, control, address, sent: 0 };
        self.op(Interest::Writable, attempt)
    }

    /// Receives datagrams that the kernel has put together: UDP receive offload.
    ///
    /// # Errors
    /// As [`core::Socket::recv_segmented`].
    ///
    /// # Cancel safety
    /// A dropped receive has taken nothing.
    ///
    /// # Platforms
    /// Linux.
    #[cfg(linux_like)]
    pub fn recv_segmented<'a>(
        &'a self,
        buffer: &'a mut [u8],
    ) -> Op<'a, impl Attempt<Output = ReceivedSegments, Error = io::Error> + Unpin + use<'a>> {
        self.op(Interest::Readable, move |core: &core::Socket| {
            core.recv_segmented(buffer).map(Done::new)
        })
    }

    /// Sends `count` bytes of a file from `offset` on, or all until its end (`None`), within one
    /// timeout for the whole, and returns how many bytes went: sendfile(2).
    ///
    /// The file must have positions: a pipe is for [`splice_out`](Self::splice_out). Its position is
    /// behind what was sent when this ends, well or not. Reading it may wait for the disk, and the
    /// thread with it.
    ///
    /// # Errors
    /// As [`core::Socket::send_file`]: [`SendFileError::sent`] tells how many bytes went before.
    ///
    /// # Cancel safety
    /// A dropped `send_file` may have sent a part, and leaves the file's position: poll it by
    /// reference and ask [`Op::sent`](Op::<SendFile>::sent) before it goes.
    pub fn send_file<'a>(
        &'a self,
        file: &'a File,
        offset: u64,
        count: Option<u64>,
    ) -> Op<'a, SendFile<'a>> {
        let count = count.unwrap_or(u64::MAX);
        let attempt = SendFile { file, offset, count, sent: 0, is_complete: false };
        self.op(Interest::Writable, attempt)
    }

    /// Receives up to `most` bytes into a pipe, and returns how many came: splice(2). 0 is the end
    /// of the stream.
    ///
    /// # Errors
    /// As [`core::Socket::splice_in`]; `StorageFull` when the pipe has no room.
    ///
    /// # Cancel safety
    /// A dropped splice has taken nothing.
    ///
    /// # Platforms
    /// Linux.
    #[cfg(linux_like)]
    pub fn splice_in<'a>(
        &'a self,
        pipe: &'a mut Pipe,
        most: usize,
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a>> {
        self.op(Interest::Readable, move |core: &core::Socket| {
            core.splice_in(pipe, most).map(Done::new)
        })
    }

    /// Sends up to `most` bytes out of a pipe, and returns how many the kernel took: splice(2). What
    /// it did not take is still in the pipe.
    ///
    /// # Errors
    /// As [`core::Socket::splice_out`].
    ///
    /// # Cancel safety
    /// A dropped splice has sent nothing.
    ///
    /// # Platforms
    /// Linux.
    #[cfg(linux_like)]
    pub fn splice_out<'a>(
        &'a self,
        pipe: &'a mut Pipe,
        most: usize,
    ) -> Op<'a, impl Attempt<Output = usize, Error = io::Error> + Unpin + use<'a>> {
        self.op(Interest::Writable, move |core: &core::Socket| {
            core.splice_out(pipe, most).map(Done::new)
        })
    }
}

/// Sends a stretch of datagrams: [`Socket::send_segmented`].
#[cfg(linux_like)]
#[derive(Debug)]
pub struct SendSegmented<'a> {
    bytes: &'a [u8],
    segment_size: u16,
    control: &'a SendBuffer<'a>,
    address: Option<&'a Address>,
    sent: usize,
}

#[cfg(linux_like)]
impl Attempt for SendSegmented<'_> {
    type Output = ();
    type Error = SendAllError;

    fn attempt(&mut self, socket: &core::Socket, _: &mut RetryAfter<'_>) -> io::Result<Done<()>> {
        let rest = &self.bytes[self.sent..];
        match socket.send_segmented(rest, self.segment_size, self.control, self.address) {
            Ok(()) => {
                self.sent = self.bytes.len();
                Ok(Done::new(()))
            }
            Err(failed) => {
                self.sent += failed.sent;
                Err(failed.error)
            }
        }
    }

    fn fail(&self, error: io::Error) -> SendAllError {
        SendAllError::new(self.sent, error)
    }
}

#[cfg(linux_like)]
impl Op<'_, SendSegmented<'_>> {
    /// How many bytes the kernel has taken so far.
    #[must_use]
    pub fn sent(&self) -> usize {
        self.progress().sent
    }
}

/// Sends a file: [`Socket::send_file`].
#[derive(Debug)]
pub struct SendFile<'a> {
    file: &'a File,
    offset: u64,
    count: u64,
    sent: u64,
    is_complete: bool,
}

impl SendFile<'_> {
    /// Leaves the file's position behind what was sent.
    fn seek(&self) -> io::Result<()> {
        let mut file = self.file;
        file.seek(SeekFrom::Start(self.offset.saturating_add(self.sent))).map(drop)
    }
}

impl Attempt for SendFile<'_> {
    type Output = u64;
    type Error = SendFileError;

    fn attempt(&mut self, socket: &core::Socket, _: &mut RetryAfter<'_>) -> io::Result<Done<u64>> {
        let left = self.count - self.sent;
        let most = usize::try_from(left).map_or(FILE_STEP, |left| left.min(FILE_STEP));
        let at = self.offset.saturating_add(self.sent);
        let n = if most == 0 { 0 } else { socket.send_file_part(self.file, at, most)? };
        budget::charge(n);
        // No call sends more than it was asked for.
        self.sent += u64::try_from(n).unwrap_or_default();
        if n == 0 {
            self.seek()?;
            self.is_complete = true;
        }
        Ok(Done::new(self.sent))
    }

    fn is_complete(&self) -> bool {
        self.is_complete
    }

    fn fail(&self, error: io::Error) -> SendFileError {
        // The error at hand says more than one of seeking would.
        let _ = self.seek();
        SendFileError::new(self.sent, Vec::new(), error)
    }
}

impl Op<'_, SendFile<'_>> {
    /// How many bytes the kernel has taken so far.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.progress().sent
    }
}

//! The kernel's cryptography: Documentation/crypto/userspace-if.rst of the kernel.
//!
//! # Platforms
//! Linux.

use super::typed::typed_sockets;
use crate::option::alg::{AeadAuthSize, Key};
use crate::{MsgFlags, Socket};
use berkeley_core::address::AlgAddress;
use berkeley_core::{AlgRequest, Family, Kind, Protocol};
use std::io::{self, IoSlice};

typed_sockets! {
    /// An algorithm of the kernel, of which [operations](AlgOperation) are made. It has a key,
    /// where it needs one.
    ///
    /// ```no_run
    /// use berkeley::AlgRequest;
    /// use berkeley::control::alg::Operation;
    /// use berkeley::net::AlgSocket;
    ///
    /// # async fn example() -> std::io::Result<()> {
    /// let mut digest = [0; 32];
    /// let sha256 = AlgSocket::open("hash", "sha256")?;
    /// sha256.operation()?.hash(b"abc", &mut digest).await?;
    ///
    /// let cipher = AlgSocket::open("skcipher", "cbc(aes)")?;
    /// cipher.set_key(&[7; 16])?;
    /// let (mut operation, iv) = (cipher.operation()?, [0; 16]);
    /// let encrypt = AlgRequest::new(Operation::Encrypt).iv(&iv);
    /// let mut output = [0; 16];
    /// operation.request(&encrypt, b"Single block msg", &mut output).await?;
    /// # Ok(())
    /// # }
    /// ```
    AlgSocket: SEQPACKET of ALG, AlgAddress;
    /// One operation at a time of an algorithm, again and again.
    ///
    /// After an error or a drop in the middle, what was begun may still be in the kernel: take
    /// another operation.
    AlgOperation: SEQPACKET of ALG, AlgAddress;
}

impl AlgSocket {
    /// The algorithm of a type (`hash`, `skcipher`, `aead`, `rng`) and a name, such as `sha256` or
    /// `gcm(aes)`: /proc/crypto lists them.
    ///
    /// # Errors
    /// `NotFound` (`ENOENT`) when the kernel has none of that name, `InvalidInput` for a name that
    /// cannot be one, `EAFNOSUPPORT` where the kernel gives no cryptography to programs.
    pub fn open(kind: &str, name: &str) -> io::Result<Self> {
        let address = AlgAddress::new(kind, name);
        let address = address.map_err(|e| io::Error::new(io::ErrorKind::InvalidInput, e))?;
        let socket = Socket::new(Family::ALG, Kind::SEQPACKET, Protocol::DEFAULT)?;
        socket.bind(address)?;
        Ok(Self(socket))
    }

    /// Sets the key, or the seed of a generator: `ALG_SET_KEY`.
    ///
    /// # Errors
    /// `InvalidInput` (`EINVAL`) for a length that the algorithm does not have, `EBUSY` while there
    /// are operations of it.
    pub fn set_key(&self, key: &[u8]) -> io::Result<()> {
        self.0.set(Key, key)
    }

    /// Sets how long the tag is that authenticates, of an algorithm of type `aead`:
    /// `ALG_SET_AEAD_AUTHSIZE`.
    ///
    /// # Errors
    /// `InvalidInput` (`EINVAL`) for a length that the algorithm does not have, `EBUSY` while there
    /// are operations of it.
    pub fn set_tag_len(&self, bytes: usize) -> io::Result<()> {
        self.0.set(AeadAuthSize, bytes)
    }

    /// Makes a socket that operates: accept4(2), which never waits here.
    ///
    /// # Errors
    /// `EMFILE` when the process has no descriptors left.
    pub fn operation(&self) -> io::Result<AlgOperation> {
        self.0.try_accept_as::<_, crate::Address>(AlgOperation).map(|(operation, _)| operation)
    }
}

impl AlgOperation {
    /// The hash of `bytes`, of any length. Returns how long it is; a shorter `digest` gets its
    /// beginning.
    ///
    /// # Errors
    /// `ENOKEY` when the algorithm needs a key and has none.
    ///
    /// # Cancel safety
    /// A part may have gone: take another operation then.
    pub async fn hash(&mut self, bytes: &[u8], digest: &mut [u8]) -> io::Result<usize> {
        let mut rest = bytes;
        loop {
            let n = self.0.send_with_flags(rest, MsgFlags::MORE).await?;
            rest = &rest[n..];
            if rest.is_empty() {
                break;
            }
        }
        // The receive ends what was begun.
        self.0.recv(digest).await
    }

    /// Encrypts or decrypts `input` in one go, and returns how long the output is. Of an algorithm
    /// of type `aead`, the associated bytes stand before the input and the output, and the tag
    /// behind what is encrypted.
    ///
    /// # Errors
    /// `EBADMSG` for what is not authentic; `InvalidInput` (`EINVAL`) for an initialisation vector
    /// of a wrong length, or half a block; `ENOKEY`. `OutOfMemory` when the kernel does not take as
    /// much at once: it takes what [`SendBuffer`](crate::option::socket::SendBuffer) says, less
    /// its own needs.
    ///
    /// # Cancel safety
    /// It may have gone: take another operation then.
    pub async fn request(
        &mut self,
        request: &AlgRequest<'_>,
        input: &[u8],
        output: &mut [u8],
    ) -> io::Result<usize> {
        let buffers = [IoSlice::new(input)];
        let taken = self.0.send_alg(&buffers, request, MsgFlags::empty()).await?;
        if taken < input.len() {
            return Err(io::Error::new(
                io::ErrorKind::OutOfMemory,
                format!("the kernel takes {taken} of {} bytes at once", input.len()),
            ));
        }
        self.0.recv(output).await
    }

    /// Fills `bytes` with random ones, of an algorithm of type `rng`, which gives up to 128 at
    /// once.
    ///
    /// # Errors
    /// What the generator reports.
    ///
    /// # Cancel safety
    /// It changes nothing but the generator.
    pub async fn random(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let n = self.0.recv(rest).await?;
            if n == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            rest = &mut rest[n..];
        }
        Ok(())
    }
}

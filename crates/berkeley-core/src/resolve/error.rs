//! Why a lookup failed.

use crate::constant::EaiCode;
use crate::sys::hosts;
use crate::sys::names::LookupFailure;
use std::error::Error;
use std::fmt;
use std::io;

/// Why a host, a service or an address was not resolved.
///
/// Into an [`io::Error`] it goes whole: an errno as itself, the others as what
/// [`io::Error::downcast`] gives back.
#[derive(Debug)]
#[non_exhaustive]
pub enum ResolveError {
    /// What the C library answered; its words are the message: gai_strerror(3).
    #[doc(alias = "gaierror")]
    Failed(EaiCode),
    /// A system call failed on the way: `EAI_SYSTEM`.
    System(io::Error),
    /// A name that cannot be asked for; nothing was.
    Invalid(InvalidName),
}

impl ResolveError {
    /// The code of the C library's answer, if that is what it was.
    #[must_use]
    pub fn code(&self) -> Option<EaiCode> {
        match self {
            Self::Failed(code) => Some(*code),
            _ => None,
        }
    }

    /// The kind of error as which this goes into an [`io::Error`].
    #[must_use]
    pub fn kind(&self) -> io::ErrorKind {
        match self {
            Self::Failed(EaiCode::NONAME | EaiCode::SERVICE) => io::ErrorKind::NotFound,
            #[cfg(any(linux_like, apple, netbsd, openbsd))]
            Self::Failed(EaiCode::NODATA) => io::ErrorKind::NotFound,
            #[cfg(linux_like)]
            Self::Failed(EaiCode::ADDRFAMILY) => io::ErrorKind::NotFound,
            Self::Failed(EaiCode::FAMILY | EaiCode::SOCKTYPE) => io::ErrorKind::Unsupported,
            Self::Failed(EaiCode::BADFLAGS) => io::ErrorKind::InvalidInput,
            Self::Failed(EaiCode::MEMORY) => io::ErrorKind::OutOfMemory,
            Self::Failed(_) => io::ErrorKind::Other,
            Self::System(error) => error.kind(),
            Self::Invalid(_) => io::ErrorKind::InvalidInput,
        }
    }
}

impl From<LookupFailure> for ResolveError {
    fn from(failure: LookupFailure) -> Self {
        match failure {
            LookupFailure::Code(code) => Self::Failed(EaiCode::from_raw(code)),
            LookupFailure::System(error) => Self::System(error),
        }
    }
}

impl From<InvalidName> for ResolveError {
    fn from(error: InvalidName) -> Self {
        Self::Invalid(error)
    }
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(code) => write!(f, "{} ({code:?})", code.text()),
            Self::System(error) => error.fmt(f),
            Self::Invalid(error) => error.fmt(f),
        }
    }
}

impl Error for ResolveError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Failed(_) => None,
            Self::System(error) => Some(error),
            Self::Invalid(error) => Some(error),
        }
    }
}

impl From<ResolveError> for io::Error {
    fn from(error: ResolveError) -> Self {
        match error {
            ResolveError::System(error) => error,
            error => Self::new(error.kind(), error),
        }
    }
}

/// Why a host was not found in the way of gethostbyname(3) and gethostbyaddr(3).
///
/// Into an [`io::Error`] it goes whole, as [`ResolveError`] does.
#[derive(Debug)]
#[non_exhaustive]
#[doc(alias = "herror")]
#[doc(alias = "h_errno")]
pub enum HostError {
    /// There is no such host: `HOST_NOT_FOUND`.
    HostNotFound,
    /// The name server did not answer; try again later: `TRY_AGAIN`.
    TryAgain,
    /// The name server failed for good: `NO_RECOVERY`.
    NoRecovery,
    /// The host exists and has no address of this family: `NO_DATA`.
    NoData,
    /// Another `h_errno`.
    Other(i32),
    /// A system call failed on the way: `NETDB_INTERNAL`.
    System(io::Error),
    /// A name that cannot be asked for; nothing was.
    Invalid(InvalidName),
}

impl HostError {
    /// The number, `h_errno`: the same on every system.
    #[must_use]
    pub fn code(&self) -> Option<i32> {
        match self {
            Self::HostNotFound => Some(1),
            Self::TryAgain => Some(2),
            Self::NoRecovery => Some(3),
            Self::NoData => Some(4),
            Self::Other(code) => Some(*code),
            Self::System(_) | Self::Invalid(_) => None,
        }
    }

    /// The kind of error as which this goes into an [`io::Error`].
    #[must_use]
    pub fn kind(&self) -> io::ErrorKind {
        match self {
            Self::HostNotFound | Self::NoData => io::ErrorKind::NotFound,
            Self::TryAgain | Self::NoRecovery | Self::Other(_) => io::ErrorKind::Other,
            Self::System(error) => error.kind(),
            Self::Invalid(_) => io::ErrorKind::InvalidInput,
        }
    }
}

impl From<LookupFailure> for HostError {
    fn from(failure: LookupFailure) -> Self {
        match failure {
            LookupFailure::Code(1) => Self::HostNotFound,
            LookupFailure::Code(2) => Self::TryAgain,
            LookupFailure::Code(3) => Self::NoRecovery,
            LookupFailure::Code(4) => Self::NoData,
            LookupFailure::Code(code) => Self::Other(code),
            LookupFailure::System(error) => Self::System(error),
        }
    }
}

impl From<InvalidName> for HostError {
    fn from(error: InvalidName) -> Self {
        Self::Invalid(error)
    }
}

/// The words of the C library: hstrerror(3).
impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(error) => error.fmt(f),
            Self::Invalid(error) => error.fmt(f),
            other => f.write_str(&hosts::host_error_text(other.code().unwrap_or_default())),
        }
    }
}

impl Error for HostError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::System(error) => Some(error),
            Self::Invalid(error) => Some(error),
            _ => None,
        }
    }
}

impl From<HostError> for io::Error {
    fn from(error: HostError) -> Self {
        match error {
            HostError::System(error) => error,
            error => Self::new(error.kind(), error),
        }
    }
}

/// A name that cannot be asked for. Its message says why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidName {
    text: String,
    reason: &'static str,
}

impl InvalidName {
    pub(super) fn new(text: &str, reason: &'static str) -> Self {
        Self { text: text.to_owned(), reason }
    }
}

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} cannot be resolved: {}", self.text, self.reason)
    }
}

impl Error for InvalidName {}

//! What a subscriber of the `tracing` crate is told of a socket. Without the feature it is nothing:
//! a type without size, functions without code.
//!
//! | level | what | with |
//! |---|---|---|
//! | debug | the span `socket`, as long as the socket is open | `fd`, `family`, `kind` |
//! | debug | `connecting`, then `connected` or `connect failed` | `address`; `error` |
//! | debug | `deadline expired` | `interest` |
//! | debug | `connection lost before it was accepted` | `error` |
//! | warn | `accepting pauses` | `error`, `pause` |
//! | trace | `registered` | `driver` |

#[cfg(not(feature = "tracing"))]
mod off;
#[cfg(feature = "tracing")]
mod on;

#[cfg(not(feature = "tracing"))]
pub(crate) use off::Trace;
#[cfg(feature = "tracing")]
pub(crate) use on::Trace;

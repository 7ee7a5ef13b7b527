//! What goes over netlink: messages, their attributes, and the answers of the kernel. Pure values,
//! as the bytes that sockets of [`Family::NETLINK`](crate::Family::NETLINK) send and receive.
//!
//! | file | what |
//! |---|---|
//! | `message.rs` | messages: a header and a payload each, one or many in a datagram |
//! | `attribute.rs` | attributes, read and written |
//! | `answer.rs` | what the kernel answers: acknowledgements, errors that explain themselves, lists |
//! | `route/` | links, addresses and routes, read |
//! | `generic.rs` | families that have a name and get a number: generic netlink |
//!
//! This is the framing, complete, and a few readings of `NETLINK_ROUTE`. It is no library for
//! configuring networks: what has no type here is a [`Message`] with [`Attributes`] of your own.
//!
//! ```
//! use berkeley_core::address::NetlinkAddress;
//! use berkeley_core::netlink::route::Link;
//! use berkeley_core::netlink::{Listed, Replies};
//! use berkeley_core::{Family, Kind, Protocol, Socket};
//!
//! # fn main() -> std::io::Result<()> {
//! let socket = Socket::new(Family::NETLINK, Kind::RAW, Protocol::NETLINK_ROUTE)?;
//! socket.connect(NetlinkAddress::KERNEL)?;
//!
//! let request = Link::request().with_sequence(1);
//! socket.send(&request.encode()?)?;
//! let mut replies = Replies::to(&request);
//! let mut datagram = vec![0; 32_768];
//! while !replies.is_complete() {
//!     let n = socket.recv(&mut datagram)?;
//!     replies.add(&datagram[..n])?;
//! }
//! for link in replies.list::<Link>()? {
//!     println!("{}: {}", link.interface.index(), link.name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Platforms
//! Linux: man 7 netlink, Documentation/userspace-api/netlink of the kernel.

mod answer;
mod attribute;
pub mod generic;
mod message;
pub mod route;

pub use answer::{Answer, NetlinkError, Replies};
pub use attribute::{Attribute, AttributeBuffer, Attributes};
pub use message::{Message, MessageFlags, MessageKind, Messages};

use std::io;

/// Something that the kernel keeps many of and lists.
pub trait Listed: Sized {
    /// The request for all of them.
    fn request() -> Message<'static>;

    /// What one message of the answer says; `None` for a message of another kind.
    ///
    /// # Errors
    /// `InvalidData` for a message of the kind that is not laid out as it should be.
    fn decode(message: &Message<'_>) -> io::Result<Option<Self>>;
}

fn invalid_data(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

fn invalid_input(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

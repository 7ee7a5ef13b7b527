//! Addresses in a TIPC cluster: linux/tipc.h.

use super::error::Reason;
use super::layout::{Layout, field};
use super::open_number;
use super::text::Fields;
use crate::constant::{Family, Protocol};
use crate::sys::{RawAddress, c};
use std::fmt;

/// The address of a TIPC socket: `sockaddr_tipc`, linux/tipc.h.
///
/// A received message may say two addresses, that of the sender's socket and that of the service
/// it is bound to; this is the first.
///
/// ```
/// use berkeley_core::address::{Address, TipcAddress};
///
/// let address = TipcAddress::name(18_888, 17);
/// assert_eq!("tipc:name:18888:17".parse(), Ok(Address::from(address)));
/// ```
///
/// # Platforms
/// Linux.
#[doc(alias = "sockaddr_tipc")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TipcAddress {
    /// An instance of a service, to be sent or connected to: `TIPC_ADDR_NAME`, today
    /// `TIPC_SERVICE_ADDR`.
    Name {
        /// The type of service.
        service: u32,
        /// The instance of it.
        instance: u32,
        /// The node where it is looked for; 0 is everywhere.
        domain: u32,
        /// How far it is seen, in a bind.
        scope: TipcScope,
    },
    /// A range of instances of a service, to be bound to, or sent to as a group:
    /// `TIPC_ADDR_NAMESEQ`, today `TIPC_SERVICE_RANGE`.
    NameSeq {
        /// The type of service.
        service: u32,
        /// The first instance.
        lower: u32,
        /// The last instance.
        upper: u32,
        /// How far they are seen, in a bind.
        scope: TipcScope,
    },
    /// One socket: `TIPC_ADDR_ID`, today `TIPC_SOCKET_ADDR`. It has no scope.
    Id {
        /// The node.
        node: u32,
        /// The socket on it.
        reference: u32,
    },
}

open_number! {
    /// How far a bound service is seen. A bind with a negative scope undoes the one with the
    /// positive.
    pub struct TipcScope(i8);

    /// As far as [`CLUSTER`](Self::CLUSTER), today: `TIPC_ZONE_SCOPE`.
    ZONE = 1;
    /// In the whole cluster: `TIPC_CLUSTER_SCOPE`.
    CLUSTER = 2;
    /// On this node: `TIPC_NODE_SCOPE`.
    NODE = 3;
}

const TYPE_NAME_SEQ: u8 = 1;
const TYPE_NAME: u8 = 2;
const TYPE_ID: u8 = 3;

impl TipcAddress {
    /// An instance of a service, wherever it is in the cluster.
    #[must_use]
    pub const fn name(service: u32, instance: u32) -> Self {
        Self::Name { service, instance, domain: 0, scope: TipcScope::CLUSTER }
    }

    /// A range of instances of a service, seen in the whole cluster.
    #[must_use]
    pub const fn name_seq(service: u32, lower: u32, upper: u32) -> Self {
        Self::NameSeq { service, lower, upper, scope: TipcScope::CLUSTER }
    }

    /// Reads what follows `tipc:`.
    pub(super) fn parse(mut fields: Fields<'_>) -> Result<Self, Reason> {
        let address = match fields.take() {
            "name" => Self::Name {
                service: fields.number()?,
                instance: fields.number()?,
                domain: fields.number_or(0)?,
                scope: TipcScope::parse(&mut fields)?,
            },
            "nameseq" => Self::NameSeq {
                service: fields.number()?,
                lower: fields.number()?,
                upper: fields.number()?,
                scope: TipcScope::parse(&mut fields)?,
            },
            "id" => Self::Id { node: fields.number()?, reference: fields.number()? },
            _ => return Err(fields.wrong()),
        };
        fields.end().map(|()| address)
    }
}

impl TipcScope {
    fn parse(fields: &mut Fields<'_>) -> Result<Self, Reason> {
        Ok(match fields.take() {
            "zone" => Self::ZONE,
            "cluster" | "" => Self::CLUSTER,
            "node" => Self::NODE,
            // `i8::from_str` also takes a leading plus.
            number if number.starts_with('+') => return Err(fields.wrong()),
            number => Self(number.parse().map_err(|_| fields.wrong())?),
        })
    }
}

impl fmt::Display for TipcScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::ZONE => f.write_str("zone"),
            Self::CLUSTER => f.write_str("cluster"),
            Self::NODE => f.write_str("node"),
            Self(number) => number.fmt(f),
        }
    }
}

impl Layout for TipcAddress {
    const FAMILY: Family = Family::from_raw(c::AF_TIPC);

    /// `sockaddr_tipc` after its family: type, scope, and three numbers by the type.
    fn encode(&self) -> RawAddress {
        let (kind, scope, numbers) = match *self {
            Self::NameSeq { service, lower, upper, scope } => {
                (TYPE_NAME_SEQ, scope.raw(), [service, lower, upper])
            }
            Self::Name { service, instance, domain, scope } => {
                (TYPE_NAME, scope.raw(), [service, instance, domain])
            }
            Self::Id { node, reference } => (TYPE_ID, 0, [reference, node, 0]),
        };
        let mut tail = [0; 14];
        tail[0] = kind;
        tail[1..2].copy_from_slice(&scope.to_ne_bytes());
        for (bytes, number) in tail[2..].chunks_exact_mut(4).zip(numbers) {
            bytes.copy_from_slice(&number.to_ne_bytes());
        }
        Self::raw(&tail)
    }

    fn decode(tail: &[u8], _: Protocol) -> Option<Self> {
        let [kind] = field(tail, 0)?;
        let scope = TipcScope(i8::from_ne_bytes(field(tail, 1)?));
        let number = |offset| field(tail, offset).map(u32::from_ne_bytes);
        let (first, second, third) = (number(2)?, number(6)?, number(10)?);
        match kind {
            TYPE_NAME_SEQ => {
                Some(Self::NameSeq { service: first, lower: second, upper: third, scope })
            }
            TYPE_NAME => {
                Some(Self::Name { service: first, instance: second, domain: third, scope })
            }
            TYPE_ID => Some(Self::Id { reference: first, node: second }),
            _ => None,
        }
    }
}

/// `tipc:name:SERVICE:INSTANCE`, `tipc:nameseq:SERVICE:LOWER:UPPER` or `tipc:id:NODE:REFERENCE`,
/// the first two with `:DOMAIN:SCOPE` and `:SCOPE` where these are not the default.
impl fmt::Display for TipcAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Name { service, instance, domain, scope } => {
                write!(f, "tipc:name:{service}:{instance}")?;
                let default = (domain, scope) == (0, TipcScope::CLUSTER);
                if default { Ok(()) } else { write!(f, ":{domain}:{scope}") }
            }
            Self::NameSeq { service, lower, upper, scope } => {
                write!(f, "tipc:nameseq:{service}:{lower}:{upper}")?;
                if scope == TipcScope::CLUSTER { Ok(()) } else { write!(f, ":{scope}") }
            }
            Self::Id { node, reference } => write!(f, "tipc:id:{node}:{reference}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_type_is_none_of_these() {
        for kind in [0, 4, u8::MAX] {
            let mut tail = [0; 14];
            tail[0] = kind;
            assert_eq!(TipcAddress::decode(&tail, Protocol::DEFAULT), None);
        }
    }
}

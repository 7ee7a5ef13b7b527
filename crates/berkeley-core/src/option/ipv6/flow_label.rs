//! Leases of flow labels: Linux, linux/in6.h. The kernel sends a label for sockets that have leased
//! it (sysctl net.ipv6.flowlabel_consistency).

use crate::constant::open_constants;
use crate::option::codec::{Query, invalid_data, invalid_input};
use crate::sys;
use std::io;
use std::net::Ipv6Addr;
use std::os::fd::BorrowedFd;
use std::time::Duration;

open_constants! {
    /// What is asked of a lease: `IPV6_FL_A_*`.
    pub struct FlowLabelAction(i32);

    /// Give me the label: `IPV6_FL_A_GET`.
    GET = 0;
    /// I give it back: `IPV6_FL_A_PUT`.
    PUT = 1;
    /// I keep it longer: `IPV6_FL_A_RENEW`.
    RENEW = 2;
}

open_constants! {
    /// With whom a label is shared: `IPV6_FL_S_*`.
    pub struct FlowLabelShare(i32);

    /// As it is (to give it back or renew it): `IPV6_FL_S_NONE`.
    NONE = 0;
    /// With nobody: `IPV6_FL_S_EXCL`.
    EXCLUSIVE = 1;
    /// With sockets of this process: `IPV6_FL_S_PROCESS`.
    PROCESS = 2;
    /// With sockets of this user: `IPV6_FL_S_USER`.
    USER = 3;
    /// With everybody: `IPV6_FL_S_ANY`.
    ANY = 255;
}

bitflags::bitflags! {
    /// How a label is found: `IPV6_FL_F_*`. Bits without a name here are kept.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct FlowLabelFlags: u16 {
        /// Make a lease where there is none: `IPV6_FL_F_CREATE`.
        const CREATE = 1;
        /// Fail where there is one: `IPV6_FL_F_EXCL`.
        const EXCLUSIVE = 2;
        /// Answer with the label that the peer sends: `IPV6_FL_F_REFLECT`.
        const REFLECT = 4;
        /// Tell the label that the peer sends: `IPV6_FL_F_REMOTE`.
        const REMOTE = 8;

        const _ = !0;
    }
}

/// A lease of a flow label: `struct in6_flowlabel_req`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FlowLabelLease {
    /// What is asked.
    pub action: FlowLabelAction,
    /// Where packets with the label go.
    pub destination: Ipv6Addr,
    /// The label, 20 bits; `None` lets the kernel choose.
    pub label: Option<u32>,
    /// With whom it is shared.
    pub share: FlowLabelShare,
    /// How it is found.
    pub flags: FlowLabelFlags,
    /// How long the lease holds, whole seconds, 6 at first; more than 150 needs `CAP_NET_ADMIN`.
    pub expires: Duration,
    /// How long nobody else gets the label after that, whole seconds.
    pub linger: Duration,
}

/// What a label has room for.
const LABEL_BITS: u32 = 0xF_FFFF;

impl Query<'_> for FlowLabelLease {
    type Question = Self;
    type Answer = u32;

    fn ask(lease: Self) -> io::Result<Vec<u8>> {
        let label = lease.label.unwrap_or(0);
        if label > LABEL_BITS {
            return Err(invalid_input(format!("{label:#x} is no flow label: it has 20 bits")));
        }
        let byte = |raw: i32| {
            u8::try_from(raw).map_err(|_| invalid_input(format!("{raw} does not fit into a byte")))
        };
        let seconds = |time: Duration| {
            let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
            u16::try_from(seconds)
                .map_err(|_| invalid_input(format!("{time:?} is too long for a lease")))
        };
        Ok([
            &lease.destination.octets()[..],
            &label.to_be_bytes(),
            &[byte(lease.action.raw())?, byte(lease.share.raw())?],
            &lease.flags.bits().to_ne_bytes(),
            &seconds(lease.expires)?.to_ne_bytes(),
            &seconds(lease.linger)?.to_ne_bytes(),
            &[0; 4],
        ]
        .concat())
    }

    fn answer(bytes: &[u8]) -> io::Result<u32> {
        let label = bytes.get(16..).and_then(|rest| rest.first_chunk());
        let label = label.ok_or_else(|| invalid_data(bytes, "a lease of a flow label"))?;
        Ok(u32::from_be_bytes(*label) & LABEL_BITS)
    }

    /// By setsockopt(2), which writes the label back.
    fn query(fd: BorrowedFd<'_>, _level: i32, _name: i32, lease: Self) -> io::Result<u32> {
        let mut bytes = Self::ask(lease)?;
        sys::lease_flow_label(fd, &mut bytes)?;
        Self::answer(&bytes)
    }
}

//! Options of voice: level `SOL_SCO`, bluetooth/sco.h.

use super::ConnectionInfo;
use crate::option::options;

options! { SOL_SCO;
    /// The most bytes of a packet, once connected (`ENOTCONN` before): `SCO_OPTIONS`, a `struct
    /// sco_options`.
    #[doc(alias = "SCO_OPTIONS")]
    Mtu: u16, ReadOnly = SCO_OPTIONS;
    /// What the connection is to the controller: `SCO_CONNINFO`.
    #[doc(alias = "SCO_CONNINFO")]
    Connection: ConnectionInfo, ReadOnly = SCO_CONNINFO;
}

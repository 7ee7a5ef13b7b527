//! Options of serial lines: level `SOL_RFCOMM`, bluetooth/rfcomm.h.

use super::{ConnectionInfo, LinkMode};
use crate::option::codec::Flags;
use crate::option::options;

options! { SOL_RFCOMM;
    /// What the connection is to the controller: `RFCOMM_CONNINFO`.
    #[doc(alias = "RFCOMM_CONNINFO")]
    Connection: ConnectionInfo, ReadOnly = RFCOMM_CONNINFO;
    /// What is done with the link: `RFCOMM_LM`. [`Security`](super::Security) says it in newer
    /// words.
    #[doc(alias = "RFCOMM_LM")]
    Link: Flags<LinkMode>, ReadWrite = RFCOMM_LM;
}

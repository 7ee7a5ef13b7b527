//! TLS in the kernel: the kernel's tls.rst.

use super::numbers;

numbers! { SOL_TLS;
    /// The type of the record to be sent, 23 (application data) if not said: `TLS_SET_RECORD_TYPE`.
    #[doc(alias = "TLS_SET_RECORD_TYPE")]
    RecordType(u8 as u8): sent = TLS_SET_RECORD_TYPE;
    /// The type of the record that was received: `TLS_GET_RECORD_TYPE`.
    #[doc(alias = "TLS_GET_RECORD_TYPE")]
    ReceivedRecordType(u8 as u8): received = TLS_GET_RECORD_TYPE;
}

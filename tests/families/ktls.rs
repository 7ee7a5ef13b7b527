//! TLS in the kernel.

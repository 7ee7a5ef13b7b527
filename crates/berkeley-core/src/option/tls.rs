//! Keys of TLS that the kernel encrypts with: level `SOL_TLS`. Linux.

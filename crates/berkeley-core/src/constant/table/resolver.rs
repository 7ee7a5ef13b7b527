//! Lookups of names and of addresses.

use super::constants;

constants! {
    "lookup flags":
    [unix windows] AI_PASSIVE AI_CANONNAME AI_NUMERICHOST AI_NUMERICSERV AI_ADDRCONFIG;
    [linux_like apple freebsd dragonfly windows] AI_ALL AI_V4MAPPED;
    [android apple bsd] AI_MASK;
    [android apple freebsd dragonfly] AI_V4MAPPED_CFG AI_DEFAULT;

    "reverse lookup flags":
    [unix windows] NI_MAXHOST NI_MAXSERV NI_NOFQDN NI_NUMERICHOST NI_NAMEREQD NI_NUMERICSERV
        NI_DGRAM;
    [linux] NI_IDN;

    "lookup errors":
    [unix windows] EAI_AGAIN EAI_BADFLAGS EAI_FAIL EAI_FAMILY EAI_MEMORY EAI_NONAME EAI_SERVICE
        EAI_SOCKTYPE;
    [unix] EAI_ADDRFAMILY EAI_NODATA EAI_OVERFLOW EAI_SYSTEM;
    [android apple bsd] EAI_BADHINTS EAI_PROTOCOL;
    [android apple freebsd dragonfly netbsd] EAI_MAX;
}

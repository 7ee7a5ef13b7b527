//! The platform vocabulary of this crate: everything outside `sys/` says `linux_like`, `apple` or
//! `bsd`, never `target_os`.

fn main() {
    cfg_aliases::cfg_aliases! {
        linux_like: { any(target_os = "linux", target_os = "android") },
        linux: { target_os = "linux" },
        android: { target_os = "android" },
        apple: { target_vendor = "apple" },
        freebsd: { target_os = "freebsd" },
        dragonfly: { target_os = "dragonfly" },
        netbsd: { target_os = "netbsd" },
        openbsd: { target_os = "openbsd" },
        bsd: { any(target_os = "freebsd", target_os = "dragonfly", target_os = "netbsd", target_os = "openbsd") },
    }
}

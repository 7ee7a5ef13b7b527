//! Options as methods, where tokio and the standard library have them so.

/// A method that reads an option and one that writes it, a row each.
macro_rules! accessors {
    ($type:ident: $( $(#[doc = $doc:literal])* $get:ident, $set:ident: $value:ty = $option:expr; )*) => {
        impl $type { $(
            $(#[doc = $doc])*
            ///
            /// # Errors
            /// What the kernel reports.
            pub fn $get(&self) -> std::io::Result<$value> {
                self.0.get($option)
            }

            #[doc = concat!("Sets what [`", stringify!($get), "`](Self::", stringify!($get), ") reads.")]
            ///
            /// # Errors
            /// What the kernel reports.
            pub fn $set(&self, value: $value) -> std::io::Result<()> {
                self.0.set($option, value)
            }
        )* }
    };
}
pub(super) use accessors;

/// What IPv4 and IPv6 have an option each for.
macro_rules! internet_accessors {
    ($($type:ident)*) => { $(
        impl $type {
            /// How many hops a packet may take: `IP_TTL` or `IPV6_UNICAST_HOPS`.
            ///
            /// # Errors
            /// What the kernel reports.
            pub fn ttl(&self) -> std::io::Result<u32> {
                match self.0.family() {
                    $crate::Family::INET6 => self.0.get($crate::option::ipv6::UnicastHops),
                    _ => self.0.get($crate::option::ip::TimeToLive),
                }
            }

            /// Sets how many hops a packet may take: `IP_TTL` or `IPV6_UNICAST_HOPS`.
            ///
            /// # Errors
            /// What the kernel reports.
            pub fn set_ttl(&self, hops: u32) -> std::io::Result<()> {
                match self.0.family() {
                    $crate::Family::INET6 => self.0.set($crate::option::ipv6::UnicastHops, hops),
                    _ => self.0.set($crate::option::ip::TimeToLive, hops),
                }
            }
        }

        $crate::net::accessors::accessors! { $type:
            /// The type of service of packets of IPv4: `IP_TOS`.
            tos_v4, set_tos_v4: u32 = $crate::option::ip::TypeOfService;
            /// The traffic class of packets of IPv6: `IPV6_TCLASS`.
            tclass_v6, set_tclass_v6: u32 = $crate::option::ipv6::TrafficClass;
        }
    )* };
}
pub(super) use internet_accessors;

/// The interface that a socket is bound to, as tokio has it.
#[cfg(linux_like)]
macro_rules! device_accessors {
    ($($type:ident)*) => { $(
        impl $type {
            /// The name of the interface that all goes through: `SO_BINDTODEVICE`.
            ///
            /// # Errors
            /// What the kernel reports.
            ///
            /// # Platforms
            /// Linux.
            pub fn device(&self) -> std::io::Result<Option<Vec<u8>>> {
                let name = self.0.get($crate::option::socket::BindToDevice)?;
                Ok((!name.is_empty()).then(|| name.into_bytes()))
            }

            /// Has all go through the interface of this name, or any again: `SO_BINDTODEVICE`.
            ///
            /// # Errors
            /// `ENODEV` when there is none, `PermissionDenied` to change it without
            /// `CAP_NET_RAW`, `InvalidInput` for a name that is not UTF-8.
            ///
            /// # Platforms
            /// Linux.
            pub fn bind_device(&self, interface: Option<&[u8]>) -> std::io::Result<()> {
                let name = std::str::from_utf8(interface.unwrap_or_default());
                let name = name.map_err(|e| std::io::Error::new(std::io::ErrorKind::InvalidInput, e))?;
                self.0.set($crate::option::socket::BindToDevice, name)
            }
        }
    )* };
}
#[cfg(linux_like)]
pub(super) use device_accessors;

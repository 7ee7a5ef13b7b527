//! Families, kinds, and what is asked of every socket.

use super::constants;

constants! {
    "address families":
    [unix windows] AF_UNSPEC AF_INET AF_UNIX AF_IPX AF_APPLETALK AF_INET6 AF_DECnet AF_SNA;
    [unix] AF_ROUTE;
    [linux_like] AF_AX25 AF_NETROM AF_BRIDGE AF_ATMPVC AF_ALG AF_X25 AF_ROSE AF_NETBEUI AF_SECURITY
        AF_NETLINK AF_QIPCRTR AF_ASH AF_ECONET AF_ATMSVC AF_PPPOX AF_WANPIPE AF_LLC AF_RDS AF_PACKET
        AF_TIPC;
    [linux_like apple] AF_VSOCK;
    [linux_like netbsd] AF_CAN;
    [linux_like openbsd] AF_KEY;
    [linux_like windows] AF_IRDA;
    [linux_like bsd windows] AF_BLUETOOTH;
    [apple] AF_SYSTEM;
    [apple bsd windows] AF_LINK;
    [freebsd] AF_DIVERT;
    [windows] AF_HYPERV;
    [] AF_AAL5;

    "protocol families":
    [linux_like] PF_RDS PF_PACKET;
    [linux_like netbsd] PF_CAN;
    [apple] PF_SYSTEM;
    [freebsd] PF_DIVERT;

    "kinds of socket":
    [unix windows] SOCK_STREAM SOCK_DGRAM SOCK_RAW SOCK_SEQPACKET SOCK_RDM;
    [linux_like bsd] SOCK_CLOEXEC SOCK_NONBLOCK;

    "shutdown":
    [unix windows] SHUT_RD SHUT_WR SHUT_RDWR;

    "listen":
    [unix windows] SOMAXCONN;

    "levels of options":
    [unix windows] SOL_SOCKET SOL_IP SOL_TCP SOL_UDP;
    [linux_like] SOL_IPX SOL_AX25 SOL_ATALK SOL_NETROM SOL_ROSE;

    "socket options":
    [unix windows] SO_DEBUG SO_ACCEPTCONN SO_REUSEADDR SO_KEEPALIVE SO_DONTROUTE SO_BROADCAST
        SO_LINGER SO_OOBINLINE SO_SNDBUF SO_RCVBUF SO_SNDLOWAT SO_RCVLOWAT SO_SNDTIMEO SO_RCVTIMEO
        SO_ERROR SO_TYPE;
    [unix] SO_REUSEPORT;
    [linux_like] SO_INCOMING_CPU SO_PASSSEC SO_PEERSEC SO_BINDTODEVICE SO_BINDTOIFINDEX SO_PRIORITY
        SO_MARK;
    [linux_like dragonfly] SO_PASSCRED;
    [linux_like openbsd] SO_PEERCRED;
    [linux_like windows] SO_ORIGINAL_DST;
    [linux_like freebsd openbsd] SO_DOMAIN SO_PROTOCOL;
    [apple bsd windows] SO_USELOOPBACK;
    [freebsd] SO_REUSEPORT_LB SO_SETFIB SO_USER_COOKIE;
    [openbsd] SO_RTABLE;
    [windows] SO_EXCLUSIVEADDRUSE;

    "options of Unix sockets":
    [apple freebsd dragonfly] LOCAL_PEERCRED;
    [freebsd] LOCAL_CREDS_PERSISTENT;
    [freebsd netbsd] LOCAL_CREDS;

    "control messages":
    [unix] SCM_RIGHTS;
    [linux_like] SCM_CREDENTIALS;
    [apple freebsd dragonfly netbsd] SCM_CREDS;
    [freebsd] SCM_CREDS2;

    "message flags":
    [unix windows] MSG_OOB MSG_PEEK MSG_DONTROUTE MSG_TRUNC MSG_CTRUNC MSG_WAITALL;
    [unix] MSG_DONTWAIT MSG_EOR MSG_NOSIGNAL;
    [linux_like] MSG_CONFIRM MSG_MORE MSG_FASTOPEN;
    [linux_like bsd] MSG_CMSG_CLOEXEC;
    [linux_like windows] MSG_ERRQUEUE;
    [linux_like freebsd netbsd] MSG_NOTIFICATION;
    [apple freebsd dragonfly] MSG_EOF;
    [netbsd openbsd windows] MSG_BCAST MSG_MCAST;
    [] MSG_BTAG MSG_ETAG;
}

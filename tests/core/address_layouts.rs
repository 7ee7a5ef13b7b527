//! The bytes of addresses, as a C compiler lays them out from the system's headers.

use berkeley_core::{Address, Protocol};
use berkeley_tests::{PATIENCE, Process, Scratch, bounded, peer, skip};
use std::path::Path;
use std::process::Command;

/// What the program of [`assert_layouts`] begins with: `SHOW` prints a structure.
const HEAD: &str = r#"
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

static void show(const void *address, size_t len) {
    for (size_t i = 0; i < len; i++) printf("%02x", ((const unsigned char *)address)[i]);
    printf("\n");
}

#define SHOW(type, ...) do { \
        struct type a; \
        memset(&a, 0, sizeof a); \
        __VA_ARGS__; \
        show(&a, sizeof a); \
    } while (0)
"#;

/// Compiles a program whose `main` has this `body`, and compares each line that it prints with the
/// bytes of the address beside it, both ways.
#[track_caller]
fn assert_layouts(includes: &str, body: &str, expected: &[(&str, i32)]) {
    let Some(cc) = peer("cc") else { return };
    let scratch = Scratch::new();
    let (source, program) = (scratch.path("layouts.c"), scratch.path("layouts"));
    let code = format!("{HEAD}\n{includes}\nint main(void) {{\n{body}\nreturn 0;\n}}\n");
    std::fs::write(&source, code).unwrap();
    Process::spawn(Command::new(cc).arg("-o").arg(&program).arg(&source)).succeed();
    let output = String::from_utf8(Process::spawn(&mut Command::new(&program)).to_end()).unwrap();
    assert_eq!(output.lines().count(), expected.len());
    for (line, (text, protocol)) in output.lines().zip(expected) {
        let address: Address = text.parse().unwrap();
        let bytes = address.to_sockaddr();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, line, "{text}");
        let decoded = Address::from_sockaddr(&bytes, Protocol::from_raw(*protocol));
        assert_eq!(decoded, Some(address), "{text}");
    }
}

#[test]
fn addresses_lie_as_in_the_headers_of_linux() {
    bounded(PATIENCE, || {
        let includes = r#"
#include <linux/can.h>
#include <linux/if_alg.h>
#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <linux/netlink.h>
#include <linux/qrtr.h>
#include <linux/tipc.h>
#include <linux/vm_sockets.h>
#ifndef AF_QIPCRTR
#define AF_QIPCRTR 42
#endif
#ifndef AF_XDP
#define AF_XDP 44
#endif
"#;
        let body = r#"
SHOW(sockaddr_in, a.sin_family = AF_INET; a.sin_port = htons(0x1234);
    a.sin_addr.s_addr = htonl(0xc0000207));
SHOW(sockaddr_in6, a.sin6_family = AF_INET6; a.sin6_port = htons(0x1234); a.sin6_scope_id = 7;
    inet_pton(AF_INET6, "fe80::1:2", &a.sin6_addr));
SHOW(sockaddr_nl, a.nl_family = AF_NETLINK; a.nl_pid = 0x12345678; a.nl_groups = 0x9abcdef0);
SHOW(sockaddr_ll, a.sll_family = AF_PACKET; a.sll_protocol = htons(0x0806); a.sll_ifindex = 7;
    a.sll_hatype = 0x1234; a.sll_pkttype = PACKET_OUTGOING; a.sll_halen = 6;
    memcpy(a.sll_addr, "\1\2\3\4\5\6", 6));
SHOW(sockaddr_ll, a.sll_family = AF_PACKET; a.sll_protocol = htons(3); a.sll_halen = 8;
    memcpy(a.sll_addr, "\1\2\3\4\5\6\7\10", 8));
SHOW(sockaddr_vm, a.svm_family = AF_VSOCK; a.svm_cid = 0x12345678; a.svm_port = 0x9abcdef0;
    a.svm_flags = VMADDR_FLAG_TO_HOST);
SHOW(sockaddr_vm, a.svm_family = AF_VSOCK; a.svm_cid = VMADDR_CID_ANY;
    a.svm_port = VMADDR_PORT_ANY);
SHOW(sockaddr_can, a.can_family = AF_CAN; a.can_ifindex = 0x12345678);
SHOW(sockaddr_can, a.can_family = AF_CAN; a.can_ifindex = 7;
    a.can_addr.tp.rx_id = 0x123; a.can_addr.tp.tx_id = 0x18daf110 | CAN_EFF_FLAG);
SHOW(sockaddr_can, a.can_family = AF_CAN; a.can_ifindex = 7;
    a.can_addr.j1939.name = 0x0123456789abcdef; a.can_addr.j1939.pgn = 0x12345;
    a.can_addr.j1939.addr = 0x80);
SHOW(sockaddr_tipc, a.family = AF_TIPC; a.addrtype = TIPC_ADDR_NAME; a.scope = TIPC_NODE_SCOPE;
    a.addr.name.name.type = 1; a.addr.name.name.instance = 2; a.addr.name.domain = 3);
SHOW(sockaddr_tipc, a.family = AF_TIPC; a.addrtype = TIPC_ADDR_NAMESEQ;
    a.scope = TIPC_CLUSTER_SCOPE; a.addr.nameseq.type = 1; a.addr.nameseq.lower = 2;
    a.addr.nameseq.upper = 3);
SHOW(sockaddr_tipc, a.family = AF_TIPC; a.addrtype = TIPC_ADDR_NAMESEQ;
    a.scope = -TIPC_ZONE_SCOPE; a.addr.nameseq.type = 1);
SHOW(sockaddr_tipc, a.family = AF_TIPC; a.addrtype = TIPC_ADDR_ID; a.addr.id.node = 1;
    a.addr.id.ref = 2);
SHOW(sockaddr_alg, a.salg_family = AF_ALG; strcpy((char *)a.salg_type, "skcipher");
    strcpy((char *)a.salg_name, "cbc(aes)"); a.salg_feat = 0x12345678; a.salg_mask = 0x9abcdef0);
SHOW(sockaddr_qrtr, a.sq_family = AF_QIPCRTR; a.sq_node = QRTR_NODE_BCAST;
    a.sq_port = QRTR_PORT_CTRL);
SHOW(sockaddr_xdp, a.sxdp_family = AF_XDP; a.sxdp_flags = XDP_SHARED_UMEM | XDP_COPY;
    a.sxdp_ifindex = 7; a.sxdp_queue_id = 0x12345678; a.sxdp_shared_umem_fd = 9);
"#;
        let expected = [
            ("192.0.2.7:4660", 0),
            ("[fe80::1:2%7]:4660", 0),
            ("netlink:0x12345678:0x9abcdef0", 0),
            ("packet:7:0x0806:4:0x1234:01:02:03:04:05:06", 0),
            ("packet::3:0:0:01:02:03:04:05:06:07:08", 0),
            ("vsock:0x12345678:0x9abcdef0:1", 0),
            ("vsock::0xffffffff", 0),
            ("can:305419896", 1),
            ("isotp:7:0x123:0x98daf110", 6),
            ("j1939:7:0x0123456789abcdef:0x12345:0x80", 7),
            ("tipc:name:1:2:3:node", 0),
            ("tipc:nameseq:1:2:3", 0),
            ("tipc:nameseq:1:0:0:-1", 0),
            ("tipc:id:1:2", 0),
            ("alg:skcipher:cbc(aes):0x12345678:0x9abcdef0", 0),
            ("qipcrtr:0xffffffff:0xfffffffe", 0),
            ("xdp:7:0x12345678:3:9", 0),
        ];
        assert_layouts(includes, body, &expected);
    });
}

#[test]
fn bluetooth_addresses_lie_as_in_the_headers_of_bluez() {
    bounded(PATIENCE, || {
        if !Path::new("/usr/include/bluetooth/bluetooth.h").exists() {
            return skip("bluetooth/bluetooth.h is not installed (package libbluetooth-dev)");
        }
        let includes = r#"
#include <bluetooth/bluetooth.h>
#include <bluetooth/hci.h>
#include <bluetooth/l2cap.h>
#include <bluetooth/rfcomm.h>
#include <bluetooth/sco.h>
static const bdaddr_t device = {{0xab, 0x89, 0x67, 0x45, 0x23, 0x01}};
"#;
        // btohs and htobs: little-endian.
        let body = r#"
SHOW(sockaddr_l2, a.l2_family = AF_BLUETOOTH; a.l2_psm = htobs(0x1001); a.l2_bdaddr = device);
SHOW(sockaddr_l2, a.l2_family = AF_BLUETOOTH; a.l2_bdaddr = device; a.l2_cid = htobs(4);
    a.l2_bdaddr_type = BDADDR_LE_RANDOM);
SHOW(sockaddr_rc, a.rc_family = AF_BLUETOOTH; a.rc_bdaddr = device; a.rc_channel = 30);
SHOW(sockaddr_rc, a.rc_family = AF_BLUETOOTH; a.rc_bdaddr = *BDADDR_ANY; a.rc_channel = 1);
SHOW(sockaddr_sco, a.sco_family = AF_BLUETOOTH; a.sco_bdaddr = device);
SHOW(sockaddr_sco, a.sco_family = AF_BLUETOOTH; a.sco_bdaddr = *BDADDR_ALL);
SHOW(sockaddr_hci, a.hci_family = AF_BLUETOOTH; a.hci_dev = 0x1234);
SHOW(sockaddr_hci, a.hci_family = AF_BLUETOOTH; a.hci_dev = HCI_DEV_NONE;
    a.hci_channel = HCI_CHANNEL_CONTROL);
"#;
        let expected = [
            ("l2cap:01:23:45:67:89:ab:0x1001", 0),
            ("l2cap:01:23:45:67:89:AB:0:4:2", 0),
            ("rfcomm:01:23:45:67:89:AB:30", 3),
            ("rfcomm::1", 3),
            ("sco:01:23:45:67:89:AB", 2),
            ("sco:FF:FF:FF:FF:FF:FF", 2),
            ("hci:0x1234", 1),
            ("hci:65535:3", 1),
        ];
        assert_layouts(includes, body, &expected);
    });
}

//! The network interfaces of this machine, and then what happens to them.
//! `cargo run --release --example link_monitor`

use berkeley::Protocol;
use berkeley::net::NetlinkSocket;
use berkeley::net::netlink::RouteMonitor;
use berkeley::netlink::NetlinkError;
use berkeley::netlink::route::{self, Change, Link, LinkAddress};
use std::process;

fn main() {
    if let Err(error) = berkeley::block_on(monitor()) {
        eprintln!("link_monitor: {error}");
        process::exit(1);
    }
}

async fn monitor() -> Result<(), NetlinkError> {
    // First the monitor: what changes while the list is made is told after it.
    let groups = [route::LINKS, route::ADDRESSES_V4, route::ADDRESSES_V6];
    let mut monitor = RouteMonitor::open(&groups)?;
    show_all().await?;
    println!("watching");
    loop {
        match monitor.next().await {
            Ok(Change::Link(link)) => show("changed", &link),
            Ok(Change::LinkGone(link)) => show("gone", &link),
            Ok(Change::Address(address)) => println!("address {}", text(&address)),
            Ok(Change::AddressGone(address)) => println!("address gone {}", text(&address)),
            Ok(_) => {}
            Err(NetlinkError::Lost) => {
                println!("changes were lost; all anew:");
                show_all().await?;
            }
            Err(error) => return Err(error),
        }
    }
}

async fn show_all() -> Result<(), NetlinkError> {
    let mut socket = NetlinkSocket::open(Protocol::NETLINK_ROUTE)?;
    let links: Vec<Link> = socket.list().await?;
    links.iter().for_each(|link| show("link", link));
    let addresses: Vec<LinkAddress> = socket.list().await?;
    addresses.iter().for_each(|address| println!("address {}", text(address)));
    Ok(())
}

fn show(what: &str, link: &Link) {
    let state = match (link.is_up(), link.has_carrier()) {
        (false, _) => "down",
        (true, false) => "up, no carrier",
        (true, true) => "up",
    };
    println!("{what} {}: {} (mtu {}, {state})", link.interface.index(), link.name, link.mtu);
}

fn text(address: &LinkAddress) -> String {
    format!("{}/{} on {}", address.address, address.prefix_len, address.interface.index())
}

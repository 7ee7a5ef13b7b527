//! In which order addresses are tried: RFC 8305, section 4.

use std::collections::VecDeque;
use std::net::SocketAddr;

/// Has the families take turns, beginning with `first` addresses of that of the first address, or
/// of `lead` if it is given. Within a family the order stays.
pub(super) fn interleave(
    addresses: impl IntoIterator<Item = SocketAddr>,
    lead: Option<bool>,
    first: usize,
) -> VecDeque<SocketAddr> {
    let mut addresses = addresses.into_iter().peekable();
    let lead = lead.or_else(|| addresses.peek().map(SocketAddr::is_ipv6));
    let (ours, theirs): (Vec<_>, Vec<_>) =
        addresses.partition(|address| Some(address.is_ipv6()) == lead);
    let (mut ours, mut theirs) = (ours.into_iter(), theirs.into_iter());
    let mut order: VecDeque<_> = ours.by_ref().take(first).collect();
    loop {
        let turn = [theirs.next(), ours.next()];
        if turn == [None, None] {
            return order;
        }
        order.extend(turn.into_iter().flatten());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Addresses of IPv4 and IPv6 by their numbers, in the order given.
    fn listed(text: &str) -> Vec<SocketAddr> {
        let address = |word: &str| match word.split_at(1) {
            ("4", nth) => format!("192.0.2.{nth}:80").parse().unwrap(),
            (_, nth) => format!("[2001:db8::{nth}]:80").parse().unwrap(),
        };
        text.split_whitespace().map(address).collect()
    }

    #[track_caller]
    fn assert_order(given: &str, lead: Option<bool>, first: usize, expected: &str) {
        assert_eq!(interleave(listed(given), lead, first), listed(expected), "{given}");
    }

    #[test]
    fn families_take_turns_beginning_with_the_first() {
        assert_order("", None, 1, "");
        assert_order("61 62 63 41 42", None, 1, "61 41 62 42 63");
        assert_order("41 42 61 62 63", None, 1, "41 61 42 62 63");
        assert_order("41 42 43", None, 1, "41 42 43");
        assert_order("61 41 62 42", None, 2, "61 62 41 42");
        assert_order("61 62 63 41 42", None, 2, "61 62 41 63 42");
        assert_order("61 62 41", None, 9, "61 62 41");
    }

    #[test]
    fn a_family_that_is_to_lead_does_if_it_can() {
        assert_order("41 42 61 62", Some(true), 1, "61 41 62 42");
        assert_order("41 42", Some(true), 1, "41 42");
    }
}

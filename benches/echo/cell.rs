//! A cell of the benchmark: how many connections, and how large each message is.

use std::fmt;
use std::str::FromStr;

/// `64x4096` is 64 connections that each echo 4,096 bytes at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) connections: usize,
    pub(crate) bytes: usize,
}

/// The cells of a run that names none.
pub(crate) const DEFAULT: [Cell; 4] = [
    Cell { connections: 64, bytes: 64 },
    Cell { connections: 1, bytes: 64 },
    Cell { connections: 1_000, bytes: 64 },
    Cell { connections: 64, bytes: 4_096 },
];

/// The generator's descriptors: one a connection, well under any sensible limit.
const MOST_CONNECTIONS: usize = 10_000;
/// A message must fit into an empty send buffer, because the generator sends it in one piece.
const MOST_BYTES: usize = 65_536;

impl Cell {
    pub(crate) fn title(self) -> String {
        let plural = if self.connections == 1 { "" } else { "s" };
        format!("{} connection{plural} × {} bytes", grouped(self.connections), grouped(self.bytes))
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}x{}", self.connections, self.bytes))
    }
}

impl FromStr for Cell {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || {
            format!(
                "a cell is CONNECTIONSxBYTES, at most {MOST_CONNECTIONS}x{MOST_BYTES}, not {text:?}"
            )
        };
        let (connections, bytes) = text.split_once('x').ok_or_else(wrong)?;
        let connections = connections.parse().map_err(|_| wrong())?;
        let bytes = bytes.parse().map_err(|_| wrong())?;
        if (1..=MOST_CONNECTIONS).contains(&connections) && (1..=MOST_BYTES).contains(&bytes) {
            Ok(Self { connections, bytes })
        } else {
            Err(wrong())
        }
    }
}

/// `1000` as `1,000`.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

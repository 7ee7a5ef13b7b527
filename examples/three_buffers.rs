//! One receive into three buffers, the second a part of something larger.
//! `cargo run --example three_buffers`

use berkeley::{Family, Kind, MsgFlags, Protocol, Socket};
use std::io::{self, IoSliceMut};

fn main() -> io::Result<()> {
    berkeley::block_on(async {
        let (a, b) = Socket::pair(Family::UNIX, Kind::STREAM, Protocol::DEFAULT)?;
        let [mut one, mut two, mut three] =
            [&b"----"[..], b"0123456789", b"--------------"].map(<[u8]>::to_vec);
        a.send(b"Mary had a little lamb").await?;

        let buffers = &mut [&mut one[..], &mut two[2..9], &mut three].map(IoSliceMut::new);
        let received = b.recv_from_vectored(buffers, MsgFlags::empty()).await?;
        println!("{} bytes", received.len);
        for buffer in [one, two, three] {
            println!("{:?}", String::from_utf8_lossy(&buffer));
        }
        Ok(())
    })
}

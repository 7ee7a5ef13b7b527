//! Bluetooth: logical links (L2CAP) and serial lines (RFCOMM) between devices.
//!
//! # Platforms
//! Linux.

use super::typed::{connections, listeners, typed_sockets};
use berkeley_core::address::BluetoothAddress;

typed_sockets! {
    /// Accepts logical links that keep packets apart.
    ///
    /// ```no_run
    /// use berkeley::address::{BdAddr, BluetoothAddress};
    /// use berkeley::net::{L2capSeqpacket, L2capSeqpacketListener};
    ///
    /// # async fn example() -> std::io::Result<()> {
    /// let listener = L2capSeqpacketListener::bind(BluetoothAddress::l2cap(BdAddr::ANY, 0x1001))?;
    /// let (link, peer) = listener.accept().await?;
    /// link.send(b"a packet").await?;
    ///
    /// let device: BdAddr = "01:23:45:67:89:AB".parse().expect("an address");
    /// let link = L2capSeqpacket::connect(BluetoothAddress::l2cap(device, 0x1001)).await?;
    /// # Ok(())
    /// # }
    /// ```
    L2capSeqpacketListener: SEQPACKET of BLUETOOTH, BluetoothAddress, BTPROTO_L2CAP;
    /// A logical link that keeps packets apart.
    L2capSeqpacket: SEQPACKET of BLUETOOTH, BluetoothAddress, BTPROTO_L2CAP;
    /// Accepts logical links of streaming mode.
    L2capListener: STREAM of BLUETOOTH, BluetoothAddress, BTPROTO_L2CAP;
    /// A logical link of streaming or retransmission mode.
    L2capStream: STREAM of BLUETOOTH, BluetoothAddress, BTPROTO_L2CAP;
    /// Accepts serial lines.
    ///
    /// ```no_run
    /// use berkeley::address::{BdAddr, BluetoothAddress};
    /// use berkeley::net::{RfcommListener, RfcommStream};
    ///
    /// # async fn example() -> std::io::Result<()> {
    /// let listener = RfcommListener::bind(BluetoothAddress::rfcomm(BdAddr::ANY, 7))?;
    /// let (served, peer) = listener.accept().await?;
    ///
    /// let device: BdAddr = "01:23:45:67:89:AB".parse().expect("an address");
    /// let line = RfcommStream::connect(BluetoothAddress::rfcomm(device, 7)).await?;
    /// line.send_all(b"hello").await?;
    /// # Ok(())
    /// # }
    /// ```
    RfcommListener: STREAM of BLUETOOTH, BluetoothAddress, BTPROTO_RFCOMM;
    /// A serial line.
    RfcommStream: STREAM of BLUETOOTH, BluetoothAddress, BTPROTO_RFCOMM;
}

listeners! {
    L2capSeqpacketListener accepts L2capSeqpacket, BluetoothAddress;
    L2capListener accepts L2capStream, BluetoothAddress;
    RfcommListener accepts RfcommStream, BluetoothAddress;
}

connections! {
    L2capSeqpacketListener, L2capSeqpacket: SEQPACKET of BLUETOOTH, BluetoothAddress, BTPROTO_L2CAP;
    L2capListener, L2capStream: STREAM of BLUETOOTH, BluetoothAddress, BTPROTO_L2CAP;
    RfcommListener, RfcommStream: STREAM of BLUETOOTH, BluetoothAddress, BTPROTO_RFCOMM;
}

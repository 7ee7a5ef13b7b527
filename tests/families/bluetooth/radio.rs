//! Controllers that this process plays, by /dev/vhci of the kernel's `hci_vhci`, and the air
//! between them. The kernel takes them for hardware: what one sends by an address comes to the
//! other of that address. The words are those of the Bluetooth Core Specification, volume 4, part
//! E.

use berkeley_core::address::BdAddr;
use berkeley_tests::{eventually, kernel_lacks};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const COMMAND: u8 = 1;
const DATA: u8 = 2;
const VOICE: u8 = 3;
const EVENT: u8 = 4;
const VENDOR: u8 = 0xFF;

/// Links: of data, of voice, and of voice as newer controllers have it.
const ACL: u8 = 1;
const ESCO: u8 = 2;

const PAGE_TIMEOUT: u8 = 4;

/// Some controllers, and the thread that plays them.
pub(super) struct Radio {
    pub(super) controllers: Vec<Identity>,
    still: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    player: Option<JoinHandle<()>>,
}

/// What the kernel calls a controller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identity {
    pub(super) index: u16,
    pub(crate) address: BdAddr,
}

impl Radio {
    /// So many controllers; `None` after a printed skip.
    pub(super) fn new(count: usize) -> Option<Self> {
        let still = Arc::new(AtomicBool::new(false));
        let asked = Arc::new(AtomicUsize::new(0));
        let mut air = Air {
            controllers: Vec::new(),
            next_handle: 0x40,
            still: still.clone(),
            asked: asked.clone(),
            held: Vec::new(),
            given_up: Vec::new(),
        };
        for _ in 0..count {
            match Controller::new() {
                Ok(controller) => air.controllers.push(controller),
                Err(e) => {
                    kernel_lacks(&format!("no /dev/vhci: {e}"));
                    return None;
                }
            }
        }
        let controllers = air.controllers.iter().map(|controller| controller.identity).collect();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let player = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                air.play();
            }
        });
        Some(Self { controllers, still, asked, stop, player: Some(player) })
    }

    /// Whether the air holds requests for links back: nobody answers them.
    pub(super) fn be_still(&self, still: bool) {
        self.still.store(still, Ordering::Relaxed);
    }

    /// Waits until every request for a link is answered, and until the kernel is done with the
    /// links: an idle session of serial lines takes two seconds to end. A link that breaks under
    /// one makes Debian's 6.1.192 free it twice and panic.
    pub(super) fn settle(&self) {
        self.be_still(false);
        eventually("links are answered", || self.asked.load(Ordering::Relaxed) == 0);
        eventually("links are not in use", || {
            // Where it is not mounted, there is no such kernel.
            let links = fs::read_to_string("/sys/kernel/debug/bluetooth/l2cap");
            let ours = |line: &str| {
                let is_ours =
                    |address: BdAddr| line.starts_with(&address.to_string().to_lowercase());
                self.controllers.iter().any(|controller| is_ours(controller.address))
            };
            !links.is_ok_and(|links| links.lines().any(|line| ours(&line.to_lowercase())))
        });
    }
}

impl Drop for Radio {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(player) = self.player.take() {
            let _ = player.join();
        }
    }
}

struct Controller {
    device: File,
    identity: Identity,
    links: Vec<Link>,
}

/// One end of a link.
#[derive(Clone, Copy)]
struct Link {
    handle: u16,
    /// The other end: the number of the controller, and its handle.
    peer: (usize, u16),
}

impl Controller {
    fn new() -> std::io::Result<Self> {
        static NEXT: AtomicU8 = AtomicU8::new(1);
        let [.., high, middle, low] = process::id().to_be_bytes();
        let last = NEXT.fetch_add(1, Ordering::Relaxed);
        let address = BdAddr::new([0x02, 0xBE, high, middle, low, last]);
        let nonblocking = nix::libc::O_NONBLOCK;
        let mut options = OpenOptions::new();
        let mut device =
            options.read(true).write(true).custom_flags(nonblocking).open("/dev/vhci")?;
        // A controller of the usual kind, please. The answer tells its number.
        device.write_all(&[VENDOR, 0])?;
        let mut answer = [0; 4];
        let n = device.read(&mut answer)?;
        assert_eq!((n, answer[0]), (4, VENDOR), "{answer:?}");
        let index = u16::from_le_bytes([answer[2], answer[3]]);
        Ok(Self { device, identity: Identity { index, address }, links: Vec::new() })
    }

    /// The lowest byte first, as on the wire.
    fn address(&self) -> [u8; 6] {
        let mut bytes = self.identity.address.bytes();
        bytes.reverse();
        bytes
    }

    fn event(&mut self, code: u8, parameters: &[u8]) {
        let len = u8::try_from(parameters.len()).expect("an event is short");
        self.packet(&[&[EVENT, code, len], parameters].concat());
    }

    fn packet(&mut self, packet: &[u8]) {
        // Whole or not at all; a controller that is switched off is not listened to.
        if let Err(e) = self.device.write(packet) {
            eprintln!("{packet:?}: {e}");
        }
    }

    /// `HCI_Command_Complete`: the status, and what else it returns.
    fn complete(&mut self, command: u16, returns: &[u8]) {
        let [low, high] = command.to_le_bytes();
        self.event(0x0E, &[&[1, low, high, 0], returns].concat());
    }

    /// `HCI_Command_Status`: it has begun.
    fn begun(&mut self, command: u16) {
        let [low, high] = command.to_le_bytes();
        self.event(0x0F, &[0, 1, low, high]);
    }

    /// `HCI_Connection_Request`.
    fn request(&mut self, from: [u8; 6], kind: u8) {
        self.event(0x04, &[&from[..], &[0; 3], &[kind]].concat());
    }

    /// `HCI_Connection_Complete`, or `HCI_Synchronous_Connection_Complete` of voice.
    fn connected(&mut self, status: u8, handle: u16, with: [u8; 6], kind: u8) {
        let [low, high] = handle.to_le_bytes();
        let begin = [&[status, low, high], &with[..], &[kind]].concat();
        if kind == ACL {
            self.event(0x03, &[&begin[..], &[0]].concat());
        } else {
            // Interval, window, two lengths of packets, and coding.
            self.event(0x2C, &[&begin[..], &[6, 0, 60, 0, 60, 0, 2]].concat());
        }
    }
}

struct Air {
    controllers: Vec<Controller>,
    next_handle: u16,
    still: Arc<AtomicBool>,
    /// How many requests for links of data nobody has answered yet.
    asked: Arc<AtomicUsize>,
    /// Those that are held back: from whom, and to which controller.
    held: Vec<([u8; 6], usize)>,
    /// Requests to nobody: since when, from which controller, and to whom.
    given_up: Vec<(Instant, usize, [u8; 6])>,
}

impl Air {
    /// Waits a little for packets of the kernel, and does what they say.
    fn play(&mut self) {
        let ready = |controller: &Controller| {
            let device = controller.device.as_fd();
            let mut entry = [PollFd::new(device, PollFlags::POLLIN)];
            poll(&mut entry, PollTimeout::ZERO).is_ok_and(|n| n > 0)
        };
        {
            let devices = self.controllers.iter().map(|controller| controller.device.as_fd());
            let mut entries: Vec<_> =
                devices.map(|device| PollFd::new(device, PollFlags::POLLIN)).collect();
            let _ = poll(&mut entries, 20_u8);
        }
        if !self.still.load(Ordering::Relaxed) {
            for (from, to) in std::mem::take(&mut self.held) {
                self.controllers[to].request(from, ACL);
            }
        }
        // That nobody is there takes time to know.
        let mut given_up = std::mem::take(&mut self.given_up);
        given_up.retain(|&(since, from, to)| {
            let waits = since.elapsed() < Duration::from_millis(200);
            if !waits {
                self.controllers[from].connected(PAGE_TIMEOUT, 0, to, ACL);
            }
            waits
        });
        self.given_up = given_up;
        for n in 0..self.controllers.len() {
            while ready(&self.controllers[n]) {
                let mut packet = [0; 2_048];
                match self.controllers[n].device.read(&mut packet) {
                    Ok(len) => self.packet(n, &packet[..len]),
                    Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                    Err(e) => panic!("/dev/vhci: {e}"),
                }
            }
        }
    }

    fn packet(&mut self, from: usize, packet: &[u8]) {
        match *packet {
            [COMMAND, low, high, _, ref parameters @ ..] => {
                self.command(from, u16::from_le_bytes([low, high]), parameters);
            }
            [kind @ (DATA | VOICE), low, high, ref rest @ ..] => {
                let word = u16::from_le_bytes([low, high]);
                let (handle, flags) = (word & 0xFFF, word & 0xF000);
                let Some(link) = self.link(from, handle) else { return };
                let (to, theirs) = link.peer;
                // Over the air, what is flushable and what is not begins alike.
                let flags = if kind == DATA && flags & 0x3000 == 0 { 0x2000 } else { flags };
                let [low, high] = (theirs | flags).to_le_bytes();
                self.controllers[to].packet(&[&[kind, low, high], rest].concat());
                // `HCI_Number_Of_Completed_Packets`: room for another.
                let [low, high] = handle.to_le_bytes();
                self.controllers[from].event(0x13, &[1, low, high, 1, 0]);
            }
            _ => {}
        }
    }

    fn command(&mut self, from: usize, command: u16, parameters: &[u8]) {
        let handle = || u16::from_le_bytes([parameters[0], parameters[1]]);
        let address = || parameters.first_chunk::<6>().copied().unwrap_or_default();
        let here = &mut self.controllers[from];
        match command {
            // HCI_Create_Connection
            0x0405 => {
                here.begun(command);
                let (us, them) = (here.address(), address());
                match self.find(them) {
                    Some(to) => {
                        self.asked.fetch_add(1, Ordering::Relaxed);
                        self.held.push((us, to));
                    }
                    None => self.given_up.push((Instant::now(), from, them)),
                }
            }
            // HCI_Setup_Synchronous_Connection, over a link of data
            0x0428 => {
                here.begun(command);
                let us = here.address();
                if let Some(link) = self.link(from, handle()) {
                    self.controllers[link.peer.0].request(us, ESCO);
                }
            }
            // HCI_Accept_Connection_Request, and of voice
            0x0409 | 0x0429 => {
                here.begun(command);
                let kind = self.answered(command == 0x0409);
                if let Some(to) = self.find(address()) {
                    self.connect(from, to, kind);
                }
            }
            // HCI_Reject_Connection_Request, and of voice
            0x040A | 0x042A => {
                here.begun(command);
                let (us, them) = (here.address(), address());
                let kind = self.answered(command == 0x040A);
                self.controllers[from].connected(parameters[6], 0, them, kind);
                if let Some(to) = self.find(them) {
                    self.controllers[to].connected(parameters[6], 0, us, kind);
                }
            }
            // HCI_Disconnect
            0x0406 => {
                here.begun(command);
                self.disconnect(from, handle(), parameters[2]);
            }
            // HCI_Read_Remote_Supported_Features
            0x041B => {
                here.begun(command);
                here.event(0x0B, &[&[0, parameters[0], parameters[1]], &FEATURES[..]].concat());
            }
            // HCI_Remote_Name_Request
            0x0419 => {
                here.begun(command);
                here.event(0x07, &[&[0], &address()[..], &[0; 248]].concat());
            }
            // Others that only begin: HCI_Inquiry, HCI_Authentication_Requested, …
            0x0401..=0x0407 | 0x0411..=0x041D => here.begun(command),
            // HCI_Read_Local_Version_Information: 4.2
            0x1001 => here.complete(command, &[8, 0, 0, 8, 0xFF, 0xFF, 0, 0]),
            // HCI_Read_Local_Supported_Commands
            0x1002 => here.complete(command, &[0; 64]),
            // HCI_Read_Local_Supported_Features
            0x1003 => here.complete(command, &FEATURES),
            // HCI_Read_Buffer_Size: bytes of data and voice, packets of both
            0x1005 => here.complete(command, &[0xFD, 3, 64, 8, 0, 8, 0]),
            // HCI_Read_BD_ADDR
            0x1009 => {
                let address = here.address();
                here.complete(command, &address);
            }
            // HCI_Read_Local_Name
            0x0C14 => here.complete(command, &[0; 248]),
            // HCI_Read_Class_Of_Device
            0x0C23 => here.complete(command, &[0; 3]),
            // HCI_Read_Voice_Setting
            0x0C25 => here.complete(command, &[0x60, 0]),
            // HCI_Read_Number_Of_Supported_IAC
            0x0C38 => here.complete(command, &[1]),
            // HCI_Read_Current_IAC_LAP
            0x0C39 => here.complete(command, &[1, 0x33, 0x8B, 0x9E]),
            // HCI_Write_Link_Policy_Settings
            0x080D => here.complete(command, &[parameters[0], parameters[1]]),
            _ => here.complete(command, &[]),
        }
    }

    /// What kind of link it is that was answered.
    fn answered(&self, is_data: bool) -> u8 {
        if is_data {
            self.asked.fetch_sub(1, Ordering::Relaxed);
            ACL
        } else {
            ESCO
        }
    }

    fn find(&self, address: [u8; 6]) -> Option<usize> {
        self.controllers.iter().position(|controller| controller.address() == address)
    }

    fn link(&self, at: usize, handle: u16) -> Option<Link> {
        self.controllers[at].links.iter().find(|link| link.handle == handle).copied()
    }

    fn connect(&mut self, one: usize, two: usize, kind: u8) {
        let handles = [self.next_handle, self.next_handle + 1];
        self.next_handle += 2;
        for (n, at, peer) in [(0, one, two), (1, two, one)] {
            let with = self.controllers[peer].address();
            let (handle, theirs) = (handles[n], handles[1 - n]);
            let controller = &mut self.controllers[at];
            controller.links.push(Link { handle, peer: (peer, theirs) });
            controller.connected(0, handle, with, kind);
        }
    }

    /// `HCI_Disconnection_Complete` at both ends.
    fn disconnect(&mut self, at: usize, handle: u16, reason: u8) {
        let Some(link) = self.link(at, handle) else { return };
        let (peer, theirs) = link.peer;
        for (at, handle, reason) in [(at, handle, 0x16), (peer, theirs, reason)] {
            let controller = &mut self.controllers[at];
            controller.links.retain(|link| link.handle != handle);
            let [low, high] = handle.to_le_bytes();
            controller.event(0x05, &[0, low, high, reason]);
        }
    }
}

/// Long packets, and voice of both kinds.
const FEATURES: [u8; 8] = [0x03, 0x08, 0, 0x80, 0, 0, 0, 0];

//! The controllers themselves.

use super::{SET_POWERED, manage, open, with_controllers};
use crate::common::{receive, waits_by_its_mode};
use berkeley_core::address::HciAddress;
use berkeley_core::control::bluetooth::{HciDirection, HciTimestamp};
use berkeley_core::option::bluetooth::hci::{DataDirection, Filter, HciFilter, Timestamp};
use berkeley_core::{Kind, Protocol, Socket};
use berkeley_tests::{balanced, eventually, family};
use nix::libc;
use std::io::ErrorKind;
use std::time::SystemTime;

const COMMAND: u8 = 1;
const EVENT: u8 = 4;

/// `HCI_Read_BD_ADDR`.
const READ_ADDRESS: [u8; 4] = [COMMAND, 0x09, 0x10, 0];

fn raw() -> Socket {
    open(Kind::RAW, Protocol::BTPROTO_HCI)
}

#[test]
fn a_command_is_answered_by_the_controller() {
    with_controllers(1, |controllers| {
        let socket = raw();
        let address = HciAddress::new(controllers[0].index);
        socket.bind(address).unwrap();
        assert_eq!(socket.local_addr().unwrap(), address.into());
        assert_eq!(socket.get(Filter).unwrap(), HciFilter::default());

        // Events of commands, and commands.
        let filter = HciFilter::of(&[COMMAND, EVENT], &[0x0E]);
        socket.set(Filter, filter).unwrap();
        assert_eq!(socket.get(Filter).unwrap(), filter);
        socket.set(DataDirection, true).unwrap();
        socket.set(Timestamp, true).unwrap();
        assert!(socket.get(DataDirection).unwrap() && socket.get(Timestamp).unwrap());
        waits_by_its_mode(&socket);
        let observer = raw();
        observer.bind(address).unwrap();
        observer.set(Filter, HciFilter::of(&[COMMAND], &[])).unwrap();
        observer.set(DataDirection, true).unwrap();
        let before = SystemTime::now();
        assert_eq!(socket.send(&READ_ADDRESS).unwrap(), 4);

        // Another who looks sees the command too.
        let command = receive(&observer);
        assert_eq!(command.bytes, READ_ADDRESS);
        assert_eq!(command.control.get::<HciDirection>(), Some(HciDirection(0)));
        let event = receive(&socket);
        let mut expected = vec![EVENT, 0x0E, 10, 1, 0x09, 0x10, 0];
        expected.extend(controllers[0].address.bytes().iter().rev());
        assert_eq!(event.bytes, expected);
        assert_eq!(event.control.get::<HciDirection>(), Some(HciDirection(1)));
        let time = event.control.get::<HciTimestamp>().expect("when it came").0;
        assert!(time <= SystemTime::now(), "{time:?}");
        assert!(time + std::time::Duration::from_secs(1) > before, "{time:?}");

        // Events of another command do not come.
        socket
            .set(Filter, HciFilter { opcode: 0x1001, ..HciFilter::of(&[EVENT], &[0x0E]) })
            .unwrap();
        assert_eq!(socket.send(&READ_ADDRESS).unwrap(), 4);
        waits_by_its_mode(&socket);
    });
}

#[test]
fn who_takes_a_controller_has_it_alone() {
    with_controllers(1, |controllers| {
        let [controller] = *controllers else { panic!() };
        let user = HciAddress { device: controller.index, channel: HciAddress::CHANNEL_USER };
        let socket = raw();
        let busy = socket.bind(user).unwrap_err();
        assert_eq!(busy.raw_os_error(), Some(libc::EBUSY), "the kernel has it: {busy}");
        // It is switched off, and then one's own.
        let control = raw();
        let nobody =
            HciAddress { device: HciAddress::NO_DEVICE, channel: HciAddress::CHANNEL_CONTROL };
        control.bind(nobody).unwrap();
        // Without a controller, there is no address to tell.
        assert_eq!(control.local_addr().unwrap_err().raw_os_error(), Some(libc::EBADFD));
        // A command to nobody is answered, and the kernel says that it took nothing.
        let error = control.send_all(&[5, 0, 0xF0, 0xFF, 1, 0, 1]).unwrap_err();
        assert_eq!((error.sent, error.kind()), (0, ErrorKind::WriteZero));
        // Controllers of other tests come and go, which is told too.
        let mut events = std::iter::repeat_with(|| receive(&control).bytes);
        let answer = events.find(|event| event[2..4] == [0xF0, 0xFF]).unwrap();
        assert_eq!(answer, [2, 0, 0xF0, 0xFF, 3, 0, 5, 0, 0x11]);
        assert_eq!(manage(&control, controller.index, SET_POWERED, &[0]), 0);
        eventually("it is off", || socket.bind(user).is_ok());
        assert_eq!(socket.local_addr().unwrap(), user.into());
        assert_eq!(socket.local_addr().unwrap().to_string(), format!("hci:{}:1", controller.index));
        assert_eq!(socket.send(&READ_ADDRESS).unwrap(), 4);
        let event = receive(&socket).bytes;
        assert_eq!(event[..7], [EVENT, 0x0E, 10, 1, 0x09, 0x10, 0]);
    });
}

#[test]
fn the_monitor_sees_controllers_and_what_they_say() {
    with_controllers(1, |controllers| {
        const NEW_INDEX: u16 = 0;
        const OPEN_INDEX: u16 = 8;
        let monitor = raw();
        let every =
            HciAddress { device: HciAddress::NO_DEVICE, channel: HciAddress::CHANNEL_MONITOR };
        monitor.bind(every).unwrap();
        // It begins with the controllers that there are. Other tests have some, too.
        let mut seen = Vec::new();
        while !(seen.contains(&NEW_INDEX) && seen.contains(&OPEN_INDEX)) {
            let message = receive(&monitor).bytes;
            let word = |at: usize| u16::from_le_bytes([message[at], message[at + 1]]);
            assert_eq!(usize::from(word(4)) + 6, message.len());
            if word(2) == controllers[0].index {
                seen.push(word(0));
            }
        }
    });
}

#[test]
fn a_controller_that_is_not_there_is_an_error() {
    balanced(|| {
        let protocol = Protocol::BTPROTO_HCI;
        let Some(socket) = family(berkeley_core::Family::BLUETOOTH, Kind::RAW, protocol) else {
            return;
        };
        let error = socket.bind(HciAddress::new(999)).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::ENODEV), "{error}");
        let error = socket.send(&READ_ADDRESS).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EINVAL), "{error}");
        let channel = HciAddress { device: 0, channel: 77 };
        assert_eq!(socket.bind(channel).unwrap_err().raw_os_error(), Some(libc::EINVAL));
    });
}

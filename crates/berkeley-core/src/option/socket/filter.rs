//! Programs that look at packets before they are received: classic BPF, and loaded programs by
//! their descriptors. Linux, Documentation/networking/filter.rst.

use crate::option::codec::{Decode, Encode, invalid_input};
use crate::sys::{self, c};
use std::io;
use std::marker::PhantomData;
use std::mem::{offset_of, size_of};
use std::os::fd::{AsRawFd, BorrowedFd};

/// One instruction of classic BPF: `struct sock_filter`.
///
/// `tcpdump -dd` prints the four numbers of each instruction of a filter. A program ends with an
/// instruction that returns how many bytes of the packet are kept: none to drop it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct Instruction {
    /// What is done: `BPF_LD`, `BPF_JMP`, … with their modes.
    pub code: u16,
    /// How many instructions a jump skips when its condition holds.
    pub if_true: u8,
    /// How many instructions a jump skips when its condition does not hold.
    pub if_false: u8,
    /// The operand.
    pub operand: u32,
}

impl Instruction {
    /// The instruction of these four numbers.
    #[must_use]
    pub const fn new(code: u16, if_true: u8, if_false: u8, operand: u32) -> Self {
        Self { code, if_true, if_false, operand }
    }

    /// Ends the program with this result (`BPF_RET | BPF_K`): how many bytes of the packet are
    /// kept, or which socket is chosen.
    #[must_use]
    pub const fn ret(result: u32) -> Self {
        Self::new(0x06, 0, 0, result)
    }
}

const INSTRUCTION: usize = size_of::<c::sock_filter>();
const _: () = assert!(size_of::<Instruction>() == INSTRUCTION);
const _: () = assert!(offset_of!(Instruction, operand) == offset_of!(c::sock_filter, k));

/// The most instructions that the kernel takes (BPF_MAXINSNS, linux/bpf_common.h).
const MAX_INSTRUCTIONS: usize = 4096;

/// A program of classic BPF, written as a slice of [`Instruction`]s and read as a vector.
#[derive(Debug)]
pub enum Program {}

/// `struct sock_fprog`: how many instructions, and where.
pub struct ProgramHeader<'v> {
    bytes: [u8; size_of::<c::sock_fprog>()],
    /// The instructions have to outlive the system call.
    _instructions: PhantomData<&'v [Instruction]>,
}

impl AsRef<[u8]> for ProgramHeader<'_> {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl<'v> Encode<'v> for Program {
    type Value = &'v [Instruction];
    type Bytes = ProgramHeader<'v>;

    fn encode(instructions: &'v [Instruction]) -> io::Result<ProgramHeader<'v>> {
        if !(1..=MAX_INSTRUCTIONS).contains(&instructions.len()) {
            let message = format!("a program has 1 to {MAX_INSTRUCTIONS} instructions");
            return Err(invalid_input(message));
        }
        let len = u16::try_from(instructions.len()).unwrap_or_default();
        let mut bytes = [0; size_of::<c::sock_fprog>()];
        let mut put = |offset: usize, field: &[u8]| {
            bytes[offset..][..field.len()].copy_from_slice(field);
        };
        put(offset_of!(c::sock_fprog, len), &len.to_ne_bytes());
        let address = instructions.as_ptr().expose_provenance();
        put(offset_of!(c::sock_fprog, filter), &address.to_ne_bytes());
        Ok(ProgramHeader { bytes, _instructions: PhantomData })
    }
}

impl Decode for Program {
    type Value = Vec<Instruction>;
    const ROOM: usize = MAX_INSTRUCTIONS * INSTRUCTION;

    fn decode(bytes: &[u8]) -> io::Result<Vec<Instruction>> {
        let instructions = bytes.chunks_exact(INSTRUCTION).map(|chunk| {
            let [c0, c1, if_true, if_false, k0, k1, k2, k3] = *chunk else {
                return Err(invalid_input("an instruction has eight bytes"));
            };
            let code = u16::from_ne_bytes([c0, c1]);
            Ok(Instruction::new(code, if_true, if_false, u32::from_ne_bytes([k0, k1, k2, k3])))
        });
        instructions.collect()
    }

    /// The kernel counts instructions here where it counts bytes elsewhere.
    fn get(fd: BorrowedFd<'_>, _level: i32, _name: i32) -> io::Result<Vec<Instruction>> {
        let mut room = vec![[0; INSTRUCTION]; MAX_INSTRUCTIONS];
        let count = sys::get_filter(fd, &mut room)?;
        Self::decode(room[..count].as_flattened())
    }
}

/// A program that bpf(2) loaded, by its descriptor. The kernel holds the program, not the
/// descriptor.
#[derive(Debug)]
pub enum Descriptor {}

impl<'v> Encode<'v> for Descriptor {
    type Value = BorrowedFd<'v>;
    type Bytes = [u8; 4];

    fn encode(value: BorrowedFd<'v>) -> io::Result<[u8; 4]> {
        Ok(value.as_raw_fd().to_ne_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_of_no_instructions_or_too_many_is_refused() {
        let many = vec![Instruction::ret(0); MAX_INSTRUCTIONS + 1];
        for program in [&[][..], &many] {
            let refused = Program::encode(program).map(drop).unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
        }
        assert!(Program::encode(&many[1..]).is_ok());
    }

    #[test]
    fn an_instruction_is_read_from_its_bytes() {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&0x15_u16.to_ne_bytes());
        bytes.extend_from_slice(&[1, 2]);
        bytes.extend_from_slice(&0x0800_u32.to_ne_bytes());
        bytes.push(9);
        assert_eq!(Program::decode(&bytes).unwrap(), [Instruction::new(0x15, 1, 2, 0x0800)]);
    }
}

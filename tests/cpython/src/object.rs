//! The type `socket`: a socket of the crates in an object of Python.
//!
//! `_ssl` reads the object as a struct of C, so that its first fields lie as CPython's own do.
#![allow(unsafe_code)] // CPython's C API.

use crate::arguments::{Call, methods, parse_keywords, parse_one, run};
use crate::engine::{Engine, is_async};
use crate::python::{Class, Object, Python, Result};
use crate::values::Argument;
use crate::{connections, errors, messages, options, transfers};
use berkeley_core::{Family, Kind, Protocol, Socket};
use pyo3_ffi as ffi;
use std::cell::{Cell, RefCell};
use std::ffi::{c_int, c_uint, c_void};
use std::mem::offset_of;
use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

#[repr(C)]
pub(crate) struct SocketObject {
    head: ffi::PyObject,
    /// -1 of a socket that is closed, or not made yet.
    fd: Cell<RawFd>,
    family: Cell<c_int>,
    kind: Cell<c_int>,
    protocol: Cell<c_int>,
    /// What `_ssl` calls to raise what errno names.
    raise: Cell<Option<extern "C" fn() -> *mut ffi::PyObject>>,
    /// The timeout for `_ssl`: nanoseconds, negative for none.
    for_ssl: Cell<i64>,
    /// CPython's own keeps its module's state here.
    state: *mut c_void,
    ours: Ours,
}

/// What nobody else reads.
#[derive(Default)]
struct Ours {
    timeout: Cell<Option<Duration>>,
    engine: RefCell<Option<Arc<Engine>>>,
}

// What `_ssl` of CPython 3.13 was compiled with.
const _: () = assert!(offset_of!(SocketObject, fd) == 16);
const _: () = assert!(offset_of!(SocketObject, raise) == 32);
const _: () = assert!(offset_of!(SocketObject, for_ssl) == 40);

impl SocketObject {
    /// The socket, as the crates have it; EBADF of one that is closed. It stays open while this is
    /// held, also when another thread closes the object.
    pub(crate) fn engine(&self, py: Python<'_>) -> Result<Arc<Engine>> {
        match &*self.ours.engine.borrow() {
            Some(engine) => Ok(Arc::clone(engine)),
            None => Err(errors::raise_errno(py, libc::EBADF)),
        }
    }

    pub(crate) fn fd(&self) -> RawFd {
        self.fd.get()
    }

    pub(crate) fn family(&self) -> Family {
        Family::from_raw(self.family.get())
    }

    pub(crate) fn protocol(&self) -> Protocol {
        Protocol::from_raw(self.protocol.get())
    }

    pub(crate) fn timeout(&self) -> Option<Duration> {
        self.ours.timeout.get()
    }

    fn tell_timeout(&self, timeout: Option<Duration>) {
        let nanos = |timeout: Duration| i64::try_from(timeout.as_nanos()).unwrap_or(i64::MAX);
        self.ours.timeout.set(timeout);
        self.for_ssl.set(match timeout {
            Some(timeout) => nanos(timeout),
            // With a timeout, `_ssl` waits for the descriptor, which is non-blocking; without one it
            // would take that for the end. No poll takes more milliseconds.
            None if is_async() => nanos(Duration::from_millis(i32::MAX.unsigned_abs().into())),
            None => -1,
        });
    }

    pub(crate) fn set_timeout(&self, py: Python<'_>, timeout: Option<Duration>) -> Result<()> {
        self.tell_timeout(timeout);
        let outcome = self.engine(py)?.set_timeout(timeout);
        outcome.map_err(|error| errors::raise(py, &error))
    }

    /// Takes the socket out, and leaves a closed one.
    pub(crate) fn take(&self) -> Option<Arc<Engine>> {
        self.fd.set(-1);
        self.ours.engine.take()
    }

    fn put(&self, engine: Engine, family: Family, kind: Kind, protocol: Protocol) {
        let kind = kind.without_flags();
        self.fd.set(engine.fd());
        self.family.set(family.raw());
        self.kind.set(kind.raw());
        self.protocol.set(protocol.raw());
        self.raise.set(Some(raise_errno));
        *self.ours.engine.borrow_mut() = Some(Arc::new(engine));
    }
}

/// Raises what errno names.
extern "C" fn raise_errno() -> *mut ffi::PyObject {
    // SAFETY: `_ssl` calls with the lock held, and the class is one.
    unsafe { ffi::PyErr_SetFromErrno(Class::Os.as_ptr()) }
}

/// Makes the type.
pub(crate) fn class<'o>(py: Python<'o>) -> Result<Object<'o>> {
    let mut slots = [
        slot(ffi::Py_tp_new, new as *mut c_void),
        slot(ffi::Py_tp_init, init as *mut c_void),
        slot(ffi::Py_tp_repr, repr as *mut c_void),
        slot(ffi::Py_tp_finalize, finalize as *mut c_void),
        slot(ffi::Py_tp_dealloc, dealloc as *mut c_void),
        slot(ffi::Py_tp_traverse, traverse as *mut c_void),
        slot(ffi::Py_tp_methods, leaked(methods()).cast()),
        slot(ffi::Py_tp_members, leaked(members()).cast()),
        slot(ffi::Py_tp_getset, leaked(getters()).cast()),
        slot(0, ptr::null_mut()),
    ];
    let flags = ffi::Py_TPFLAGS_DEFAULT
        | ffi::Py_TPFLAGS_BASETYPE
        | ffi::Py_TPFLAGS_HAVE_GC
        | ffi::Py_TPFLAGS_IMMUTABLETYPE;
    let mut spec = ffi::PyType_Spec {
        name: c"_socket.socket".as_ptr(),
        basicsize: c_int::try_from(size_of::<SocketObject>()).expect("objects are small"),
        itemsize: 0,
        flags: c_uint::try_from(flags).expect("flags have 32 bits"),
        slots: slots.as_mut_ptr(),
    };
    // SAFETY: the lock is held; the slots end with 0, and each has what its number asks for. The
    // tables live for good.
    Object::new(py, unsafe { ffi::PyType_FromSpec(&raw mut spec) })
}

fn slot(slot: c_int, pfunc: *mut c_void) -> ffi::PyType_Slot {
    ffi::PyType_Slot { slot, pfunc }
}

fn leaked<T, const N: usize>(table: [T; N]) -> *mut T {
    Box::leak(Box::new(table)).as_mut_ptr()
}

fn methods() -> [ffi::PyMethodDef; 29] {
    methods! {
        c"_accept" => connections::accept;
        c"bind" => connections::bind;
        c"close" => connections::close;
        c"connect" => connections::connect;
        c"connect_ex" => connections::connect_ex;
        c"detach" => connections::detach;
        c"fileno" => connections::fileno;
        c"getpeername" => connections::getpeername;
        c"getsockname" => connections::getsockname;
        c"listen" => connections::listen;
        c"shutdown" => connections::shutdown;
        c"getsockopt" => options::getsockopt;
        c"setsockopt" => options::setsockopt;
        c"setblocking" => options::setblocking;
        c"getblocking" => options::getblocking;
        c"settimeout" => options::settimeout;
        c"gettimeout" => options::gettimeout;
        c"recv" => transfers::recv;
        c"recv_into" => transfers::recv_into, keywords;
        c"recvfrom" => transfers::recvfrom;
        c"recvfrom_into" => transfers::recvfrom_into, keywords;
        c"send" => transfers::send;
        c"sendall" => transfers::sendall;
        c"sendto" => transfers::sendto;
        c"recvmsg" => messages::recvmsg;
        c"recvmsg_into" => messages::recvmsg_into;
        c"sendmsg" => messages::sendmsg;
        c"sendmsg_afalg" => messages::sendmsg_afalg, keywords;
    }
}

fn members() -> [ffi::PyMemberDef; 4] {
    let member = |name: &'static std::ffi::CStr, offset: usize| ffi::PyMemberDef {
        name: name.as_ptr(),
        type_code: ffi::Py_T_INT,
        offset: ffi::Py_ssize_t::try_from(offset).unwrap_or(0),
        flags: ffi::Py_READONLY,
        doc: ptr::null(),
    };
    [
        member(c"family", offset_of!(SocketObject, family)),
        member(c"type", offset_of!(SocketObject, kind)),
        member(c"proto", offset_of!(SocketObject, protocol)),
        ffi::PyMemberDef::default(),
    ]
}

fn getters() -> [ffi::PyGetSetDef; 2] {
    unsafe extern "C" fn timeout(this: *mut ffi::PyObject, _: *mut c_void) -> *mut ffi::PyObject {
        // SAFETY: the interpreter calls with an object of the type.
        unsafe { run(this, ptr::null_mut(), ptr::null_mut(), options::timeout) }
    }
    let timeout = ffi::PyGetSetDef {
        name: c"timeout".as_ptr(),
        get: Some(timeout),
        ..ffi::PyGetSetDef::default()
    };
    [timeout, ffi::PyGetSetDef::default()]
}

/// Makes an object without a socket, whatever the arguments: `__init__` has it.
unsafe extern "C" fn new(
    class: *mut ffi::PyTypeObject,
    _: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the lock is held, and the type is ours or one of it.
    let object = unsafe { ffi::PyType_GenericAlloc(class, 0) };
    let Some(socket) = ptr::NonNull::new(object.cast::<SocketObject>()) else { return object };
    // SAFETY: the object is as large as the struct.
    let ours = unsafe { &raw mut (*socket.as_ptr()).ours };
    // SAFETY: the object is new, and the place is its own.
    unsafe { ours.write(Ours::default()) };
    // SAFETY: that is set, and of every other field zero, which new objects are of, is a value.
    let socket = unsafe { socket.as_ref() };
    socket.fd.set(-1);
    socket.tell_timeout(None);
    socket.raise.set(Some(raise_errno));
    object
}

unsafe extern "C" fn init(
    this: *mut ffi::PyObject,
    arguments: *mut ffi::PyObject,
    keywords: *mut ffi::PyObject,
) -> c_int {
    // SAFETY: the interpreter calls with an object of the type, a tuple and a dictionary or null.
    let done = unsafe { run(this, arguments, keywords, initialize) };
    if done.is_null() { -1 } else { 0 }
}

fn initialize(call: Call<'_>) -> Result<Object<'_>> {
    let Call { py, .. } = call;
    let (mut family, mut kind, mut protocol): (c_int, c_int, c_int) = (-1, -1, -1);
    let mut fd = Argument::missing(py);
    let names = [c"family", c"type", c"proto", c"fileno"];
    parse_keywords!(
        call,
        c"|iiiO:socket",
        [names[0], names[1], names[2], names[3]],
        family,
        kind,
        protocol,
        fd
    )?;
    let event =
        [call.socket_object()?, py.integer(family)?, py.integer(kind)?, py.integer(protocol)?];
    py.audit(c"socket.__new__", event)?;
    let socket = call.socket();
    if fd.is_none() {
        // What the class of socket.py gives itself.
        let family = Family::from_raw(if family == -1 { libc::AF_INET } else { family });
        let kind = Kind::from_raw(if kind == -1 { libc::SOCK_STREAM } else { kind });
        let protocol = Protocol::from_raw(protocol.max(0));
        let engine = py.detach(|| Engine::new(family, kind, protocol));
        let engine = engine.map_err(|error| errors::raise(py, &error))?;
        socket.put(engine, family, kind, protocol);
        let nonblocking = kind.is_nonblocking().then_some(Duration::ZERO);
        socket.tell_timeout(nonblocking.or_else(berkeley_core::default_timeout));
    } else {
        let fd = descriptor(py, fd)?;
        // SAFETY: the number is not negative; the kernel is asked whether it is open.
        let borrowed = unsafe { BorrowedFd::borrow_raw(fd) };
        let detected = Socket::detect(borrowed).map_err(|error| errors::raise(py, &error))?;
        let family = if family == -1 { detected.0 } else { Family::from_raw(family) };
        let kind = if kind == -1 { detected.1 } else { Kind::from_raw(kind) };
        let protocol = if protocol == -1 { detected.2 } else { Protocol::from_raw(protocol) };
        // SAFETY: Python gives the descriptor over, which is open.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        let engine = Engine::adopt(fd, family, kind, protocol);
        let engine = engine.map_err(|error| errors::raise(py, &error))?;
        socket.put(engine, family, kind, protocol);
        // Python does not look whether the descriptor is non-blocking.
        socket.tell_timeout(berkeley_core::default_timeout());
    }
    Ok(py.none())
}

/// The number of a descriptor that Python gives.
fn descriptor(py: Python<'_>, object: Argument<'_>) -> Result<RawFd> {
    if object.is_float() {
        return Err(py.raise(Class::Type, "integer argument expected, got float"));
    }
    let mut fd: c_int = 0;
    parse_one!(py, object, c"i", fd)?;
    if fd < 0 { Err(py.raise(Class::Value, "negative file descriptor")) } else { Ok(fd) }
}

/// An object of the module's own type for a socket that was just made.
pub(crate) fn wrapped<'o>(
    py: Python<'o>,
    engine: Engine,
    (family, kind, protocol): (Family, Kind, Protocol),
) -> Result<Object<'o>> {
    let class = crate::module::socket_class(py)?;
    // SAFETY: the lock is held, and the class is the type's; `new` takes no notice of the rest.
    let object = unsafe { new(class.as_ptr().cast(), ptr::null_mut(), ptr::null_mut()) };
    let object = Object::new(py, object)?;
    // SAFETY: the object is one of the type.
    let socket: &SocketObject = unsafe { &*object.as_ptr().cast() };
    socket.put(engine, family, kind, protocol);
    let timeout = kind.is_nonblocking().then_some(Duration::ZERO);
    socket.tell_timeout(timeout.or_else(berkeley_core::default_timeout));
    Ok(object)
}

unsafe extern "C" fn repr(this: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: the interpreter calls with an object of the type.
    unsafe {
        run(this, ptr::null_mut(), ptr::null_mut(), |call| {
            let socket = call.socket();
            let (fd, family) = (socket.fd.get(), socket.family.get());
            let (kind, protocol) = (socket.kind.get(), socket.protocol.get());
            call.py.text(&format!(
                "<socket object, fd={fd}, family={family}, type={kind}, proto={protocol}>"
            ))
        })
    }
}

/// Warns of a socket that nobody closed, and closes it.
unsafe extern "C" fn finalize(this: *mut ffi::PyObject) {
    // SAFETY: the interpreter calls with its lock held.
    let py = unsafe { Python::assume() };
    // SAFETY: the interpreter calls with an object of the type.
    let socket: &SocketObject = unsafe { &*this.cast() };
    if socket.fd.get() == -1 {
        return;
    }
    // SAFETY: the lock is held. Whatever is being raised goes on being raised.
    let pending = unsafe { ffi::PyErr_GetRaisedException() };
    // SAFETY: the lock is held, and %R takes an object.
    let warned = unsafe { ffi::PyErr_ResourceWarning(this, 1, c"unclosed %R".as_ptr(), this) };
    if warned < 0 && py.is_raised(Class::Warning) {
        // SAFETY: the lock is held.
        unsafe { ffi::PyErr_WriteUnraisable(this) };
    }
    // After the warning, whose text has the number.
    if let Some(engine) = socket.take() {
        close(engine);
    }
    // SAFETY: the lock is held, and the reference is the one that was given above, or null.
    unsafe { ffi::PyErr_SetRaisedException(pending) };
}

/// Closes a socket and reports nothing.
fn close(engine: Arc<Engine>) {
    if let Some(engine) = Arc::into_inner(engine) {
        let _ = engine.close();
    }
}

unsafe extern "C" fn dealloc(this: *mut ffi::PyObject) {
    // SAFETY: the interpreter calls with an object of which nobody has a reference any more.
    if unsafe { ffi::PyObject_CallFinalizerFromDealloc(this) } < 0 {
        return;
    }
    // SAFETY: the object is of a type with garbage collection, and goes.
    unsafe { ffi::PyObject_GC_UnTrack(this.cast()) };
    // SAFETY: the object is of the type.
    let ours = unsafe { &raw mut (*this.cast::<SocketObject>()).ours };
    // SAFETY: `new` has set it, and this is its end.
    unsafe { ours.drop_in_place() };
    // SAFETY: an object has a type.
    let class = unsafe { ffi::Py_TYPE(this) };
    // SAFETY: the type has this function, since PyType_Ready.
    if let Some(free) = unsafe { (*class).tp_free } {
        // SAFETY: the object was allocated by the type.
        unsafe { free(this.cast()) };
    }
    // SAFETY: objects of types on the heap hold a reference to them.
    unsafe { ffi::Py_DECREF(class.cast()) };
}

unsafe extern "C" fn traverse(
    this: *mut ffi::PyObject,
    visit: ffi::visitproc,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: an object has a type.
    let class = unsafe { ffi::Py_TYPE(this) };
    // SAFETY: as the collector asks; nothing else here could be part of a circle.
    unsafe { visit(class.cast(), argument) }
}

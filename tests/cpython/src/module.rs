//! The module `_socket`: its functions, its type, and every constant of the core's table.
#![allow(unsafe_code)] // CPython's C API.

use crate::arguments::{Call, methods, parse};
use crate::engine::{Engine, is_async};
use crate::python::{Class, Object, Python, Result};
use crate::{connections, errors, names, numbers, object, options, waiting};
use berkeley_core::constant::{self, Value};
use berkeley_core::{Family, Kind, Protocol};
use pyo3_ffi as ffi;
use std::ffi::{CStr, CString, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// The type `socket`, once it is made. The interpreter keeps it for good.
static CLASS: AtomicPtr<ffi::PyObject> = AtomicPtr::new(ptr::null_mut());

pub(crate) fn socket_class<'o>(py: Python<'o>) -> Result<Object<'o>> {
    Object::borrowed(py, CLASS.load(Ordering::Relaxed))
}

/// What the interpreter calls when the module is imported.
#[unsafe(no_mangle)]
unsafe extern "C" fn PyInit__socket() -> *mut ffi::PyObject {
    // SAFETY: the interpreter calls with its lock held.
    let py = unsafe { Python::assume() };
    make(py).map_or(ptr::null_mut(), Object::into_raw)
}

fn make<'o>(py: Python<'o>) -> Result<Object<'o>> {
    let definition = Box::leak(Box::new(ffi::PyModuleDef {
        m_base: ffi::PyModuleDef_HEAD_INIT,
        m_name: c"_socket".as_ptr(),
        m_doc: ptr::null(),
        m_size: -1,
        m_methods: Box::leak(Box::new(functions())).as_mut_ptr(),
        m_slots: ptr::null_mut(),
        m_traverse: None,
        m_clear: None,
        m_free: None,
    }));
    // SAFETY: the lock is held, and the definition lives for good.
    let module = Object::new(py, unsafe { ffi::PyModule_Create(definition) })?;
    let class = object::class(py)?;
    CLASS.store(Object::borrowed(py, class.as_ptr())?.into_raw(), Ordering::Relaxed);
    let (herror, gaierror) = errors::make_classes(py)?;
    let (error, timeout) = (Class::Os.as_ptr(), Class::Timeout.as_ptr());
    add(py, &module, "error", Object::borrowed(py, error)?)?;
    add(py, &module, "timeout", Object::borrowed(py, timeout)?)?;
    add(py, &module, "herror", herror)?;
    add(py, &module, "gaierror", gaierror)?;
    add(py, &module, "SocketType", Object::borrowed(py, class.as_ptr())?)?;
    add(py, &module, "CAPI", capsule(py, &class)?)?;
    add(py, &module, "socket", class)?;
    add(py, &module, "has_ipv6", py.boolean(true)?)?;
    for constant in constant::table() {
        let value = match constant.value {
            Value::Integer(number) => py.integer(number)?,
            Value::Text(text) => py.text(text)?,
        };
        add(py, &module, constant.name, value)?;
    }
    if is_async() {
        tell_forks(py, &module)?;
    }
    Ok(module)
}

fn add(py: Python<'_>, module: &Object<'_>, name: &str, value: Object<'_>) -> Result<()> {
    let name = CString::new(name).unwrap_or_default();
    let (module, value) = (module.as_ptr(), value.as_ptr());
    // SAFETY: the lock is held, the name ends with a NUL, and both objects are live.
    py.check(unsafe { ffi::PyModule_AddObjectRef(module, name.as_ptr(), value) }).map(drop)
}

/// What `_ssl` imports: the type, and the classes of two errors.
#[repr(C)]
struct Api {
    class: *mut ffi::PyObject,
    error: *mut ffi::PyObject,
    timeout: *mut ffi::PyObject,
}

fn capsule<'o>(py: Python<'o>, class: &Object<'_>) -> Result<Object<'o>> {
    let api: *mut Api = Box::leak(Box::new(Api {
        class: class.as_ptr(),
        error: Class::Os.as_ptr(),
        timeout: Class::Timeout.as_ptr(),
    }));
    // SAFETY: the lock is held; the struct and the name live for good, and the type as well.
    Object::new(py, unsafe {
        ffi::PyCapsule_New(api.cast::<c_void>(), c"_socket.CAPI".as_ptr(), None)
    })
}

fn functions() -> [ffi::PyMethodDef; 30] {
    methods! {
        c"close" => connections::close_descriptor;
        c"dup" => connections::dup;
        c"socketpair" => socketpair;
        c"getaddrinfo" => names::getaddrinfo, keywords;
        c"getnameinfo" => names::getnameinfo;
        c"gethostbyname" => names::gethostbyname;
        c"gethostbyname_ex" => names::gethostbyname_ex;
        c"gethostbyaddr" => names::gethostbyaddr;
        c"gethostname" => names::gethostname;
        c"sethostname" => names::sethostname;
        c"getservbyname" => names::getservbyname;
        c"getservbyport" => names::getservbyport;
        c"getprotobyname" => names::getprotobyname;
        c"if_nameindex" => names::if_nameindex;
        c"if_nametoindex" => names::if_nametoindex;
        c"if_indextoname" => names::if_indextoname;
        c"ntohl" => numbers::ntohl;
        c"ntohs" => numbers::ntohs;
        c"htonl" => numbers::htonl;
        c"htons" => numbers::htons;
        c"inet_aton" => numbers::inet_aton;
        c"inet_ntoa" => numbers::inet_ntoa;
        c"inet_pton" => numbers::inet_pton;
        c"inet_ntop" => numbers::inet_ntop;
        c"CMSG_LEN" => numbers::cmsg_len;
        c"CMSG_SPACE" => numbers::cmsg_space;
        c"getdefaulttimeout" => options::getdefaulttimeout;
        c"setdefaulttimeout" => options::setdefaulttimeout;
        c"_after_fork" => after_fork;
    }
}

/// `socketpair([family[, type[, proto]]])`.
fn socketpair(call: Call<'_>) -> Result<Object<'_>> {
    let (mut family, mut kind, mut protocol): (c_int, c_int, c_int) =
        (libc::AF_UNIX, libc::SOCK_STREAM, 0);
    parse!(call, c"|iii:socketpair", family, kind, protocol)?;
    let what = (Family::from_raw(family), Kind::from_raw(kind), Protocol::from_raw(protocol));
    let pair = call.py.detach(|| Engine::pair(what.0, what.1, what.2));
    let (a, b) = pair.map_err(|error| errors::raise(call.py, &error))?;
    let a = object::wrapped(call.py, a, what)?;
    let b = object::wrapped(call.py, b, what)?;
    call.py.tuple([a, b])
}

/// Has the interpreter call `_after_fork` in each child: `os.register_at_fork`.
fn tell_forks(py: Python<'_>, module: &Object<'_>) -> Result<()> {
    // SAFETY: the lock is held, and the name ends with a NUL.
    let os = Object::new(py, unsafe { ffi::PyImport_ImportModule(c"os".as_ptr()) })?;
    let register = attribute(py, &os, c"register_at_fork")?;
    let after_fork = attribute(py, module, c"_after_fork")?;
    let keywords = py.dictionary(c"after_in_child", &after_fork)?;
    let arguments = py.tuple([])?;
    // SAFETY: the lock is held; a function, a tuple and a dictionary.
    let done =
        unsafe { ffi::PyObject_Call(register.as_ptr(), arguments.as_ptr(), keywords.as_ptr()) };
    Object::new(py, done).map(drop)
}

fn attribute<'o>(py: Python<'o>, of: &Object<'_>, name: &CStr) -> Result<Object<'o>> {
    // SAFETY: the lock is held, the object is live, and the name ends with a NUL.
    Object::new(py, unsafe { ffi::PyObject_GetAttrString(of.as_ptr(), name.as_ptr()) })
}

fn after_fork(call: Call<'_>) -> Result<Object<'_>> {
    parse!(call, c":_after_fork")?;
    waiting::after_fork();
    Ok(call.py.none())
}

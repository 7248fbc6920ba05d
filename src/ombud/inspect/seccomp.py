"""What a worker may not ask the kernel for: a filter of system calls, without a library (seccomp(2), Linux).

What is denied fails with EPERM: a reader that tries gets an error and no more. Denied is what reaches out of it: the
network, other processes, new ones, what a file is besides its content, the machine. Files are opened under
Landlock's rules (`landlock.py`).
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from ombud.inspect import kernel

_SET_SECCOMP, _GET_SECCOMP, _FILTER = 22, 21, 2  # prctl(2)
_ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # linux/audit.h
_X32 = 0x40000000
_CLONE_THREAD = 0x00010000

_DENIED = {
    # name: (x86_64, aarch64); None: there is no such call
    "socket": (41, 198), "connect": (42, 203), "accept": (43, 202), "sendto": (44, 206), "sendmsg": (46, 211),
    "bind": (49, 200), "listen": (50, 201), "socketpair": (53, 199), "accept4": (288, 242), "sendmmsg": (307, 269),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281),
    "kill": (62, 129), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr": (197, 14),
    "lremovexattr": (198, 15), "fremovexattr": (199, 16), "utime": (132, None), "utimes": (235, None),
    "futimesat": (261, None), "utimensat": (280, 88), "truncate": (76, 45), "mknod": (133, None), "mknodat": (259, 33),
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "msgget": (68, 186),
    "semget": (64, 190), "mq_open": (240, 180),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
    "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "keyctl": (250, 219),
    "add_key": (248, 217), "request_key": (249, 218), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142),
    "sethostname": (170, 161), "setdomainname": (171, 162), "settimeofday": (164, 170), "clock_settime": (227, 112),
    "adjtimex": (159, 171), "clock_adjtime": (305, 266), "swapon": (167, 224), "swapoff": (168, 225),
    "acct": (163, 89), "quotactl": (179, 60), "syslog": (103, 116), "iopl": (172, None), "ioperm": (173, None),
    "open_by_handle_at": (304, 265),
}  # fmt: skip
_CLONE, _CLONE3, _TGKILL, _PRLIMIT = (56, 220), (435, 435), (234, 131), (302, 261)

# Classic BPF over `struct seccomp_data`: nr at 0, arch at 4, the low halves of the arguments from 16 in steps of 8.
_LOAD, _EQUAL, _AT_LEAST, _ANY_OF, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000


def held() -> bool:
    """Whether this machine can filter system calls for us."""
    return _arch() is not None and kernel.prctl(_GET_SECCOMP) >= 0


def restrict() -> bool:
    """Denies them to this thread and to those that it starts, for good. False where the kernel cannot.

    Call it before there is any other thread.
    """
    arch = _arch()
    if arch is None or not kernel.gain_nothing():
        return False
    code = _program(arch, os.getpid())
    text = ctypes.create_string_buffer(code, len(code))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(text)))
    return kernel.prctl(_SET_SECCOMP, _FILTER, ctypes.addressof(program)) == 0


def _program(arch: str, process: int) -> bytes:
    which = list(_ARCHES).index(arch)
    denied = sorted(number for numbers in _DENIED.values() if (number := numbers[which]) is not None)
    lines = [
        _step(_LOAD, 4),
        _step(_EQUAL, _ARCHES[arch], 1, 0),
        _step(_RETURN, _KILL),  # the calls of another architecture have other numbers
        _step(_LOAD, 0),
        _step(_EQUAL, _CLONE3[which], 0, 1),
        _step(_RETURN, _ERRNO | errno.ENOSYS),  # its flags cannot be seen from here: the C library falls back to clone
    ]
    if arch == "x86_64":
        lines += [_step(_AT_LEAST, _X32, 0, 1), _step(_RETURN, _ERRNO | errno.EPERM)]
    for number in denied:
        lines += [_step(_EQUAL, number, 0, 1), _step(_RETURN, _ERRNO | errno.EPERM)]
    # A thread may be started, a process not; this process may raise a signal (abort does) and limit itself, no other.
    lines += _where(_CLONE[which], 0, _step(_ANY_OF, _CLONE_THREAD, 1, 0))
    lines += _where(_TGKILL[which], 0, _step(_EQUAL, process, 1, 0))
    lines += _where(_PRLIMIT[which], 0, _step(_EQUAL, 0, 1, 0))
    lines.append(_step(_RETURN, _ALLOW))
    return b"".join(lines)


def _where(number: int, argument: int, holds: bytes) -> list[bytes]:
    """The call `number` is allowed where its argument is as `holds` wants, which then skips one step."""
    return [
        _step(_EQUAL, number, 0, 4),
        _step(_LOAD, 16 + 8 * argument),
        holds,
        _step(_RETURN, _ERRNO | errno.EPERM),
        _step(_RETURN, _ALLOW),
    ]


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("HBBI", code, then, otherwise, value)


def _arch() -> str | None:
    arch = os.uname().machine if hasattr(os, "uname") else ""
    return arch if arch in _ARCHES and struct.calcsize("P") == 8 else None

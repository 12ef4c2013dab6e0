// The system-call filter of the box, as classic BPF for `bwrap --seccomp`.
// It closes what namespaces leave open: other socket families, reads without a trace (O_NOATIME),
// nested namespaces, and kernel interfaces that a server never needs.

const ALLOW = 0x7fff0000;
const KILL = 0x80000000;
const refuse = (errno: number): number => 0x00050000 | errno;
const EPERM = refuse(1);
const ENOSYS = refuse(38);
const EAFNOSUPPORT = refuse(97);

const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_GREATER_EQUAL = 0x35;
const JUMP_ANY_BIT = 0x45;
const RETURN = 0x06;
const OFFSET = { number: 0, architecture: 4, arguments: 16 } as const;
const X32_BIT = 0x40000000;

const O_NOATIME = 0x40000;
const NEW_NAMESPACES = 0x7e020000;
const FAMILY = { unix: 1, inet: 2, inet6: 10, netlink: 16 } as const;
const F_SETFL = 4;
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;

type Numbers = Record<string, number>;
// Numbers from 424 on are the same on every architecture.
const COMMON: Numbers = {
  io_uring_setup: 425,
  io_uring_enter: 426,
  io_uring_register: 427,
  open_tree: 428,
  move_mount: 429,
  fsopen: 430,
  fsconfig: 431,
  fsmount: 432,
  fspick: 433,
  clone3: 435,
  openat2: 437,
  pidfd_getfd: 438,
  process_madvise: 440,
  mount_setattr: 442,
  quotactl_fd: 443,
};
const ARCHITECTURES: Record<string, { audit: number; numbers: Numbers }> = {
  x64: {
    audit: 0xc000003e,
    // prettier-ignore
    numbers: {
      open: 2, ioctl: 16, socket: 41, clone: 56, fcntl: 72, ptrace: 101, syslog: 103, uselib: 134,
      vhangup: 153, modify_ldt: 154, pivot_root: 155, chroot: 161, acct: 163, mount: 165,
      umount2: 166, swapon: 167, swapoff: 168, reboot: 169, iopl: 172, ioperm: 173,
      init_module: 175, delete_module: 176, quotactl: 179, lookup_dcookie: 212,
      clock_settime: 227, kexec_load: 246, add_key: 248, request_key: 249, keyctl: 250,
      openat: 257, unshare: 272, perf_event_open: 298, fanotify_init: 300,
      name_to_handle_at: 303, open_by_handle_at: 304, setns: 308, process_vm_readv: 310,
      process_vm_writev: 311, kcmp: 312, finit_module: 313, kexec_file_load: 320, bpf: 321,
      userfaultfd: 323,
    },
  },
  arm64: {
    audit: 0xc00000b7,
    // prettier-ignore
    numbers: {
      lookup_dcookie: 18, fcntl: 25, ioctl: 29, umount2: 39, mount: 40, pivot_root: 41, chroot: 51,
      openat: 56, vhangup: 58, quotactl: 60, acct: 89, unshare: 97, kexec_load: 104,
      init_module: 105, delete_module: 106, clock_settime: 112, syslog: 116, ptrace: 117,
      reboot: 142, socket: 198, add_key: 217, request_key: 218, keyctl: 219, clone: 220,
      swapon: 224, swapoff: 225, perf_event_open: 241, fanotify_init: 262, name_to_handle_at: 264,
      open_by_handle_at: 265, setns: 268, process_vm_readv: 270, process_vm_writev: 271, kcmp: 272,
      finit_module: 273, bpf: 280, userfaultfd: 282, kexec_file_load: 294,
    },
  },
};
// These have rules of their own below.
const JUDGED_BY_ARGUMENT = new Set(['open', 'openat', 'socket', 'clone', 'fcntl', 'ioctl']);
// Callers fall back to older calls when these do not exist.
const ABSENT = new Set(['clone3', 'openat2', 'io_uring_setup', 'io_uring_enter']);

interface Instruction {
  code: number;
  ifTrue: number;
  ifFalse: number;
  value: number;
}

/** Architectures (process.arch) that there is a filter for. */
export function hasSeccompFilter(architecture: string): boolean {
  return Object.hasOwn(ARCHITECTURES, architecture);
}

/** The filter as an array of struct sock_filter. Throws RangeError for an unknown architecture. */
export function seccompFilter(architecture: string): Buffer {
  const known = ARCHITECTURES[architecture];
  if (known === undefined) throw new RangeError(`no system-call filter for ${architecture}`);
  const numbers = { ...known.numbers, ...COMMON };
  const program = [
    load(OFFSET.architecture),
    step(JUMP_EQUAL, known.audit, 1, 0),
    ret(KILL),
    load(OFFSET.number),
    step(JUMP_GREATER_EQUAL, X32_BIT, 0, 1),
    ret(ENOSYS),
    ...Object.entries(numbers).flatMap(([name, number]) => forCall(number, ruleOf(name))),
    ret(ALLOW),
  ];
  return Buffer.concat(program.map(encode));
}

function ruleOf(name: string): Instruction[] {
  if (!JUDGED_BY_ARGUMENT.has(name)) return [ret(ABSENT.has(name) ? ENOSYS : EPERM)];
  if (name === 'open') return whenAnyBit(1, O_NOATIME);
  if (name === 'openat') return whenAnyBit(2, O_NOATIME);
  if (name === 'clone') return whenAnyBit(0, NEW_NAMESPACES);
  if (name === 'fcntl') {
    return [argument(1), step(JUMP_EQUAL, F_SETFL, 1, 0), ret(ALLOW), ...whenAnyBit(2, O_NOATIME)];
  }
  if (name === 'ioctl') {
    return [
      argument(1),
      step(JUMP_EQUAL, TIOCSTI, 2, 0),
      step(JUMP_EQUAL, TIOCLINUX, 1, 0),
      ret(ALLOW),
      ret(EPERM),
    ];
  }
  // socket: unix and internet, and netlink for the routing tables (getifaddrs) only.
  return [
    argument(0),
    step(JUMP_EQUAL, FAMILY.unix, 5, 0),
    step(JUMP_EQUAL, FAMILY.inet, 4, 0),
    step(JUMP_EQUAL, FAMILY.inet6, 3, 0),
    step(JUMP_EQUAL, FAMILY.netlink, 0, 3),
    argument(2),
    step(JUMP_EQUAL, 0, 0, 1),
    ret(ALLOW),
    ret(EAFNOSUPPORT),
  ];
}

function whenAnyBit(index: number, bits: number): Instruction[] {
  return [argument(index), step(JUMP_ANY_BIT, bits, 1, 0), ret(ALLOW), ret(EPERM)];
}

function forCall(number: number, rule: Instruction[]): Instruction[] {
  return [step(JUMP_EQUAL, number, 0, rule.length), ...rule];
}

const load = (offset: number): Instruction => step(LOAD, offset, 0, 0);
// The low half is enough: what is looked at are ints. Both architectures are little-endian.
const argument = (index: number): Instruction => load(OFFSET.arguments + 8 * index);
const ret = (value: number): Instruction => step(RETURN, value, 0, 0);

function step(code: number, value: number, ifTrue: number, ifFalse: number): Instruction {
  return { code, value, ifTrue, ifFalse };
}

function encode({ code, value, ifTrue, ifFalse }: Instruction): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(ifTrue, 2);
  bytes.writeUInt8(ifFalse, 3);
  bytes.writeUInt32LE(value >>> 0, 4);
  return bytes;
}

//! Takes this process, gives one whose memory the system writes to no disk when it falls, and that no other of the same user may read.
//! Source: setrlimit(2), PR_SET_DUMPABLE(2const); HAZ-049.

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Before anything of a person can be in memory. Whoever starts us may not have allowed it: then it is said, and we go on.
pub(crate) fn promise() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let kept =
        setrlimit(Resource::Core, none).and_then(|()| set_dumpable_behavior(DumpableBehavior::NotDumpable));
    if let Err(fault) = kept {
        tracing::warn!(%fault, "the system may write our memory to a disk if we fall");
    }
}

//! Every descriptor the gateway writes to and every path it opens for writing, makes or moves, as the system sees it (strace(1)), against the
//! list of those it may: its log, its audit, its sockets and what its own threads wake each other by.

use super::Stage;
use journeys::{apart, demo::Demo};
use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
    process::Command,
};

/// All that brings bytes somewhere. `?`: a machine that has no such call is well too.
const CALLS: &str = "trace=?open,?openat,?openat2,?creat,?memfd_create,?write,?writev,?pwrite64,?pwritev,?pwritev2,\
    ?sendto,?sendmsg,?sendmmsg,?sendfile,?splice,?vmsplice,?tee,?copy_file_range,?truncate,?ftruncate,?rename,?renameat,\
    ?renameat2,?link,?linkat,?symlink,?symlinkat,?mkdir,?mkdirat,?mknod,?mknodat,?setxattr,?fsetxattr,?shmget,?mq_open,\
    ?io_uring_setup,?process_vm_writev";
/// Those that name a descriptor first.
const TO_A_DESCRIPTOR: [&str; 12] = [
    "write",
    "writev",
    "pwrite64",
    "pwritev",
    "pwritev2",
    "sendto",
    "sendmsg",
    "sendmmsg",
    "sendfile",
    "ftruncate",
    "vmsplice",
    "fsetxattr",
];
const OPENS: [&str; 3] = ["open", "openat", "openat2"];
const FOR_WRITING: [&str; 6] = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND", "O_TMPFILE"];

fn is_there() -> bool {
    Command::new("strace").arg("--version").output().is_ok_and(|ran| ran.status.success())
}

/// Under `strace`, which writes beside the gateway's own folder.
fn through(file: &Path) -> Vec<String> {
    let words = ["strace", "-D", "-f", "-yy", "-qq", "-s", "0", "-e", CALLS, "-e", "signal=none", "-o"];
    words.map(str::to_owned).into_iter().chain([file.display().to_string()]).collect()
}

/// What was written to, with how many calls: a path, or the kind of what has none.
fn targets(trace: &str) -> BTreeMap<String, u64> {
    let mut targets = BTreeMap::new();
    for line in trace.lines() {
        // `<pid> call(…`; what was interrupted has begun on a line before.
        let Some((_, call)) = line.split_once(' ') else { continue };
        let Some((name, rest)) = call.trim_start().split_once('(') else { continue };
        let paths = rest.split('"').skip(1).step_by(2);
        let named = if TO_A_DESCRIPTOR.contains(&name) {
            rest.split_once('<').map(|(_, named)| described(named)).into_iter().collect()
        } else if OPENS.contains(&name) && !FOR_WRITING.iter().any(|flag| rest.contains(flag)) {
            Vec::new()
        } else if rest.contains('"') {
            paths.map(plain).collect()
        } else {
            vec![format!("{name}({rest}")]
        };
        for target in named {
            *targets.entry(target).or_default() += 1;
        }
    }
    targets
}

/// `TCP:[127.0.0.1:…` is `TCP`, `pipe:[17]` `pipe`, a file its path.
fn described(named: &str) -> String {
    let end =
        named.find(">,").or_else(|| named.find(">)")).or_else(|| named.find('>')).unwrap_or(named.len());
    let named = named.get(..end).unwrap_or_default();
    if named.starts_with('/') {
        named.to_owned()
    } else {
        named.split([':', '<']).next().unwrap_or(named).to_owned()
    }
}

/// Without going down and up again.
fn plain(path: &str) -> String {
    let mut plain = PathBuf::new();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain.display().to_string()
}

/// What has no path and goes to nobody but whoever asked, or a thread of its own.
const WITHOUT_PATH: [&str; 6] = ["TCP", "TCPv6", "pipe", "anon_inode", "UNIX-STREAM", "UNIX"];

struct Allowed {
    files: Vec<PathBuf>,
    below: Vec<PathBuf>,
}

impl Allowed {
    /// The log, the audit with what SQLite and its lock need, and the agreements that openings were decided by.
    fn of(stage: &Stage) -> Self {
        let (state, folder) = (stage.demo.ready.state_dir(), &stage.place.folder);
        let store =
            ["", "-wal", "-shm", "-journal", ".lock"].map(|end| state.join(format!("audit.sqlite{end}")));
        let logs = ["stdout.log", "stderr.log"].map(|name| folder.join(name));
        let other = [PathBuf::from("/dev/null"), state.clone()];
        let files = store.into_iter().chain(logs).chain(other).collect();
        Self { files, below: vec![state.join("audit-months"), state.join("policy")] }
    }

    fn has(&self, target: &str) -> bool {
        let path = Path::new(target);
        let is_file = self.files.iter().any(|file| file == path);
        is_file || self.below.iter().any(|folder| path.starts_with(folder)) || WITHOUT_PATH.contains(&target)
    }
}

/// Everything written, once the one who watched has ended.
async fn watched(stage: &mut Stage, signal: &str) -> (BTreeMap<String, u64>, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("trace");
    stage.place.through = through(&file);
    let gateway = stage.place.start().await;
    let page = stage.open("none").await;
    assert!(page.contains("id=\"complete\""));
    stage.open("malformed").await;
    stage.demo.operator().clear("acute").await;
    gateway.end(signal);
    let mut trace = std::fs::read_to_string(&file).expect("a trace");
    // The last it sees is that nobody is there any more.
    loop {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        let now = std::fs::read_to_string(&file).expect("a trace");
        if now == trace {
            break;
        }
        trace = now;
    }
    let targets = targets(&trace);
    let allowed = Allowed::of(stage);
    let others = targets.keys().filter(|target| !allowed.has(target)).cloned().collect();
    (targets, others)
}

// shows: R58
#[tokio::test]
async fn a_gateway_writes_to_its_log_its_audit_and_its_sockets_alone() {
    if !is_there() {
        return apart::left_out("written descriptors: no program `strace` here");
    }
    let mut stage = Stage::set(Demo::program()).await;
    let (targets, others) = watched(&mut stage, "TERM").await;
    println!("{targets:#?}");
    assert_eq!(others, [] as [&str; 0], "HAZ-049");
    for expected in ["audit.sqlite-wal", "stderr.log"] {
        assert!(targets.keys().any(|target| target.ends_with(expected)), "control: {expected}");
    }
    assert!(targets.get("TCP").is_some_and(|calls| *calls > 50), "control: {targets:?}");
}

#[tokio::test]
async fn what_a_program_writes_that_keeps_on_purpose_is_caught_by_its_descriptors() {
    let Some(program) = super::leaky() else { return };
    if !is_there() {
        return apart::left_out("written descriptors: no program `strace` here");
    }
    let mut stage = Stage::set(program).await;
    let (_, others) = watched(&mut stage, "KILL").await;
    println!("caught: {others:#?}");
    let folder = stage.place.folder.clone();
    for below in [folder.clone(), folder.join("tmp"), PathBuf::from("/dev/shm")] {
        let is_in = |path: &String| {
            Path::new(path)
                .parent()
                .is_some_and(|parent| parent == below || (below == folder && parent == Path::new(".")))
        };
        assert!(others.iter().any(is_in), "not caught: {}", below.display());
    }
    super::sweep_shared_memory();
}

//! Every packet of the network a test has to itself: reads them beside whoever sends them, gives sender, receiver and what they carry.
//! Source: packet(7); RFC 791, RFC 8200, RFC 9293, RFC 768.

use rustix::net::{self, AddressFamily, RecvFlags, SocketType, eth, sockopt};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    os::fd::OwnedFd,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

/// Loopback hands over pieces that its card would have cut.
const PACKET_MAX_BYTES: usize = 128 * 1024;
/// Of what waits to be read, so that none is lost meanwhile.
const WAITING_BYTES: usize = 256 * 1024 * 1024;
const LINK_HEAD_BYTES: usize = 14;
const TCP: u8 = 6;
const UDP: u8 = 17;

/// One packet of IP. Loopback shows each twice: as it leaves and as it comes.
#[derive(Debug, Clone)]
pub struct Packet {
    pub from: SocketAddr,
    /// Port 0 where its protocol has none.
    pub to: SocketAddr,
    pub is_tcp: bool,
    /// TCP: somebody asks for a connection.
    pub opens: bool,
    /// TCP: which of the bytes of its connection it begins with.
    pub at: u32,
    /// What TCP or UDP carries; of other protocols, all behind the head.
    pub carries: Vec<u8>,
}

/// Reads until it is ended.
pub struct Capture {
    stop: Arc<AtomicBool>,
    reader: JoinHandle<(Vec<Packet>, u64)>,
    before: u64,
}

impl Capture {
    /// From now on.
    pub fn start() -> Self {
        let socket = net::socket(AddressFamily::PACKET, SocketType::RAW, Some(eth::ALL));
        let socket = socket.expect("root over a network of its own may read its packets");
        // Where the larger one is not allowed, what is lost is noticed at the end.
        let _ = sockopt::set_socket_recv_buffer_size_force(&socket, WAITING_BYTES)
            .or_else(|_| sockopt::set_socket_recv_buffer_size(&socket, WAITING_BYTES));
        let pause = Some(Duration::from_millis(200));
        sockopt::set_socket_timeout(&socket, sockopt::Timeout::Recv, pause).expect("a socket can time out");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let before = carried();
        Self { stop, reader: std::thread::spawn(move || read(&socket, &stopped)), before }
    }

    /// Everything so far. Fails where more went over `lo` than was seen.
    pub fn end(self) -> Vec<Packet> {
        let went = carried() - self.before;
        // The reader takes what waits before it looks whether to stop.
        self.stop.store(true, Ordering::Relaxed);
        let (packets, seen) = self.reader.join().expect("the reader reads to its end");
        assert!(seen >= 2 * went, "{seen} of twice {went} packets were seen");
        packets
    }
}

fn read(socket: &OwnedFd, stop: &AtomicBool) -> (Vec<Packet>, u64) {
    let (mut packets, mut seen) = (Vec::new(), 0);
    let mut frame = vec![0; PACKET_MAX_BYTES];
    loop {
        match net::recv(socket, frame.as_mut_slice(), RecvFlags::empty()) {
            Ok((_, length)) => {
                seen += 1;
                packets.extend(frame.get(LINK_HEAD_BYTES..length).and_then(packet));
            }
            Err(_) if stop.load(Ordering::Relaxed) => return (packets, seen),
            Err(_) => {}
        }
    }
}

/// How many packets `lo` has carried.
fn carried() -> u64 {
    let table = std::fs::read_to_string("/proc/net/dev").expect("the system tells");
    let own = table.lines().find_map(|line| line.trim().strip_prefix("lo:")).expect("there is a loopback");
    own.split_whitespace().nth(1).and_then(|count| count.parse().ok()).expect("a count")
}

fn packet(bytes: &[u8]) -> Option<Packet> {
    let (protocol, from, to, rest) = match bytes.first()? >> 4 {
        4 => {
            let head = usize::from(bytes.first()? & 0x0f) * 4;
            let address = |at: usize| Some(IpAddr::V4(Ipv4Addr::from(*bytes.get(at..)?.first_chunk::<4>()?)));
            (*bytes.get(9)?, address(12)?, address(16)?, bytes.get(head..)?)
        }
        6 => {
            let address =
                |at: usize| Some(IpAddr::V6(Ipv6Addr::from(*bytes.get(at..)?.first_chunk::<16>()?)));
            (*bytes.get(6)?, address(8)?, address(24)?, bytes.get(40..)?)
        }
        _ => return None,
    };
    let port = |at: usize| Some(u16::from_be_bytes(*rest.get(at..)?.first_chunk::<2>()?));
    let (ports, opens, at, carries) = match protocol {
        TCP => {
            let flags = *rest.get(13)?;
            let (asks, answers) = (flags & 0x02 != 0, flags & 0x10 != 0);
            let at = u32::from_be_bytes(*rest.get(4..)?.first_chunk::<4>()?);
            ((port(0)?, port(2)?), asks && !answers, at, rest.get(usize::from(rest.get(12)? >> 4) * 4..)?)
        }
        UDP => ((port(0)?, port(2)?), false, 0, rest.get(8..)?),
        _ => ((0, 0), false, 0, rest),
    };
    let (from, to) = (SocketAddr::new(from, ports.0), SocketAddr::new(to, ports.1));
    Some(Packet { from, to, is_tcp: protocol == TCP, opens, at, carries: carries.to_vec() })
}

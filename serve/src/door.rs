//! Real sockets: doors that open and close as the world says, and the conversations behind them.
//!
//! Nothing is decided here. A piece that a socket gives goes to the world; what the world says goes to
//! the socket. Invariant: a client that talks faster than the world listens is not read from.

use crate::boot::Doorway;
use crate::world::{Line, Message, SocketId};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::net::SocketAddrV4;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;

/// What the world wants of a door: its number, and whether it is open.
pub(crate) type Knock = (usize, bool);

/// How much is read at once. In Redis: `PROTO_IOBUF_LEN`.
const PIECE: usize = 16 * 1024;
/// How many pieces of one connection may wait for the world.
const WAITING: usize = 64;
/// How many bytes a socket has taken when the world is told: once all is taken, and before. In all, less
/// than the world lets be on the way.
const TOLD_IDLE: usize = 16 * 1024;
const TOLD_BUSY: usize = 32 * 1024;
/// How long until a port that somebody else has is tried again.
const TRY_AGAIN: Duration = Duration::from_millis(100);

/// Opens and closes doors until there is nobody left who asks.
pub(crate) async fn keep(
    doorways: Vec<Doorway>,
    mut knocks: UnboundedReceiver<Knock>,
    world: Sender<Message>,
) {
    let sockets = Arc::new(AtomicU64::new(0));
    let mut open: BTreeMap<usize, JoinHandle<()>> = BTreeMap::new();
    while let Some((door, wanted)) = knocks.recv().await {
        if let Some(before) = open.remove(&door) {
            before.abort();
            // The port is free when the task is gone; that it was cancelled is no news.
            _ = before.await;
        }
        if wanted {
            let task = welcome(doorways[door], world.clone(), sockets.clone());
            open.insert(door, tokio::spawn(task));
        }
    }
}

/// Accepts whoever comes to a door.
async fn welcome(doorway: Doorway, world: Sender<Message>, sockets: Arc<AtomicU64>) {
    let mut told = false;
    let listener = loop {
        match TcpListener::bind(doorway.here).await {
            Ok(listener) => break listener,
            Err(error) if !told => {
                eprintln!("slotlab: {}: {error}; trying again", doorway.here);
                told = true;
            }
            Err(_) => {}
        }
        tokio::time::sleep(TRY_AGAIN).await;
    };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let socket = SocketId(sockets.fetch_add(1, Ordering::Relaxed));
                tokio::spawn(converse(stream, doorway.there, socket, world.clone()));
            }
            // Out of files, most likely: those that are open may close.
            Err(_) => tokio::time::sleep(TRY_AGAIN).await,
        }
    }
}

/// One connection, until either side ends it.
async fn converse(stream: TcpStream, to: SocketAddrV4, socket: SocketId, world: Sender<Message>) {
    // Only speed is lost if the system does not want to.
    _ = stream.set_nodelay(true);
    let (read, mut write) = stream.into_split();
    let (say, mut to_say) = unbounded_channel::<Bytes>();
    let unsent = Arc::new(AtomicUsize::new(0));
    let cut = Arc::new(Notify::new());
    let line = Line { say, unsent: unsent.clone(), cut: cut.clone() };
    // If the world is gone, so is everything.
    if world.send(Message::Opened { socket, to, line }).is_err() {
        return;
    }
    let reader = tokio::spawn(listen(read, socket, world.clone()));
    let mut taken = 0;
    while let Some(bytes) = to_say.recv().await {
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let written = tokio::select! {
                written = write.write(rest) => written.unwrap_or(0),
                () = cut.notified() => 0,
            };
            rest = &rest[written..];
            let left = unsent.fetch_sub(written, Ordering::Relaxed) - written;
            taken += written;
            // Each is recorded, so small answers are told of together.
            if TOLD_IDLE <= taken && left == 0 || TOLD_BUSY <= taken {
                let bytes = std::mem::take(&mut taken) as u64;
                _ = world.send(Message::Took { socket, bytes });
            }
            if written == 0 {
                reader.abort();
                _ = world.send(Message::Closed { socket });
                return;
            }
        }
    }
    reader.abort();
    _ = world.send(Message::Closed { socket });
}

/// Reads until the client has no more to say.
async fn listen(mut read: OwnedReadHalf, socket: SocketId, world: Sender<Message>) {
    let room = Arc::new(Semaphore::new(WAITING));
    let mut piece = vec![0; PIECE];
    while let Ok(permit) = room.clone().acquire_owned().await {
        let bytes = match read.read(&mut piece).await {
            Ok(0) | Err(_) => break,
            Ok(len) => Bytes::copy_from_slice(&piece[..len]),
        };
        if world.send(Message::Said { socket, bytes, permit }).is_err() {
            break;
        }
    }
    _ = world.send(Message::Closed { socket });
}

//! Unix sockets, for this user only. In: paths. Out: sockets; the file of a listening one is removed with its [`SocketFile`].

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Incoming, Outgoing};
use crate::os::process::user;
use crate::os::stream::Inflow;

/// Folders of sockets that nobody chose begin with this; they belong to one user and go when they are empty.
const OWN_FOLDERS: &str = "/tmp/pluto-";

/// The file of a listening socket; removed with this value.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
}

/// Takes a path. The file of a process that is gone is replaced, that of a living one is not.
pub fn bind(path: &str) -> io::Result<(UnixListener, SocketFile)> {
    let path = Path::new(path);
    prepare_folder(path)?;
    let listener = match UnixListener::bind(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_left_over(path) => {
            fs::remove_file(path)?;
            UnixListener::bind(path)?
        }
        // Another process has just stopped and taken the empty folder with it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            prepare_folder(path)?;
            UnixListener::bind(path)?
        }
        bound => bound?,
    };
    listener.set_nonblocking(true)?;
    Ok((listener, SocketFile { path: path.to_path_buf() }))
}

/// Connects.
pub async fn connect(path: &str) -> io::Result<UnixStream> {
    tokio::net::UnixStream::connect(path).await?.into_std()
}

/// The next connection of this user.
pub async fn accept(listener: &tokio::net::UnixListener) -> io::Result<UnixStream> {
    let (stream, _) = listener.accept().await?;
    if !is_of_this_user(&stream)? {
        return Err(io::Error::from(io::ErrorKind::PermissionDenied));
    }
    stream.into_std()
}

/// Both directions of a socket that does not block. Only in the reactor.
pub fn split(stream: Arc<UnixStream>) -> io::Result<(Incoming, Outgoing)> {
    Ok((Box::new(Inflow::new(stream.clone())?), Outgoing::Unix(stream)))
}

/// Does the process on the other side belong to the user of this one, or to the system?
fn is_of_this_user(stream: &tokio::net::UnixStream) -> io::Result<bool> {
    let peer = stream.peer_cred()?.uid();
    Ok(peer == user() || peer == 0)
}

/// Is it a socket that nobody listens on any more?
fn is_left_over(path: &Path) -> bool {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    is_socket && matches!(UnixStream::connect(path), Err(error) if error.kind() == io::ErrorKind::ConnectionRefused)
}

fn prepare_folder(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => check_folder(folder),
        Err(error) => Err(error),
    }
}

/// A folder in `/tmp` that somebody else made could be a trap.
fn check_folder(folder: &Path) -> io::Result<()> {
    let is_own = folder.to_str().is_some_and(|folder| folder.starts_with(OWN_FOLDERS));
    let file = fs::symlink_metadata(folder)?;
    if is_own && (!file.is_dir() || file.uid() != user() || file.mode() & 0o077 != 0) {
        return Err(io::Error::other(format!("{} belongs to somebody else, or is open to others", folder.display())));
    }
    Ok(())
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // It may be gone already; there is nobody to tell.
        let _ = fs::remove_file(&self.path);
        let folder = self.path.parent().filter(|folder| folder.to_str().is_some_and(|it| it.starts_with(OWN_FOLDERS)));
        if let Some(folder) = folder {
            // Fails while other processes have sockets there.
            let _ = fs::remove_dir(folder);
        }
    }
}

//! What the system knows of a socket and Tokio does not tell. In: a socket. Out: what waits in it, and whether more can come.

use std::os::fd::AsRawFd;

/// How many bytes have come and were not read. 0 also if the socket is broken.
pub fn unread(socket: &impl AsRawFd) -> usize {
    let mut count: libc::c_int = 0;
    // SAFETY: the descriptor is open while the socket is borrowed; the request writes one `int`.
    let answer = unsafe { libc::ioctl(socket.as_raw_fd(), libc::FIONREAD, &raw mut count) };
    if answer == 0 { usize::try_from(count).unwrap_or(0) } else { 0 }
}

/// Has the other side closed it, though not all may be read yet?
pub fn is_hung_up(socket: &impl AsRawFd) -> bool {
    let mut asked = libc::pollfd { fd: socket.as_raw_fd(), events: libc::POLLRDHUP, revents: 0 };
    // SAFETY: one entry, which outlives the call; it does not wait.
    let answer = unsafe { libc::poll(&raw mut asked, 1, 0) };
    answer > 0
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;

    #[test]
    fn what_was_sent_and_not_read_is_counted() {
        let (mut one, mut other) = UnixStream::pair().expect("sockets");
        assert_eq!(super::unread(&other), 0);
        one.write_all(b"12345").expect("sent");
        assert_eq!(super::unread(&other), 5);
        other.read_exact(&mut [0; 3]).expect("received");
        assert_eq!(super::unread(&other), 2);
        assert!(!super::is_hung_up(&other));
        drop(one);
        assert!(super::is_hung_up(&other));
        assert_eq!(super::unread(&other), 2);
    }
}

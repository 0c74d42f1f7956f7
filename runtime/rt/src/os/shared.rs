//! Memory that two processes have in common. In: a size, or a descriptor that another process has sent. Out: a mapping of which words and bytes are
//! read and written one atomic access at a time, whatever the other process does with it meanwhile.
//!
//! The memory is a sealed memfd: nobody can make it smaller, so an access within its size never fails.

use std::ffi::c_void;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use rustix::fs::{MemfdFlags, SealFlags};
use rustix::io::Errno;
use rustix::mm::{MapFlags, ProtFlags};

/// Without these the other process could take away what this one reads.
const SEALS: SealFlags = SealFlags::SEAL.union(SealFlags::SHRINK).union(SealFlags::GROW);
/// What `statfs` calls the file system of every memfd of ordinary pages.
const TMPFS: i64 = 0x0102_1994;
const WORD: usize = size_of::<u64>();

/// Shared memory in this process's address space.
#[derive(Debug)]
pub struct Memory {
    start: NonNull<u8>,
    size: usize,
}

// SAFETY: all accesses are atomic, and the mapping belongs to no thread.
unsafe impl Send for Memory {}
// SAFETY: the same.
unsafe impl Sync for Memory {}

impl Memory {
    /// New memory full of zeros, and the descriptor by which another process finds it.
    pub fn create(size: usize) -> io::Result<(Memory, OwnedFd)> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let file = match rustix::fs::memfd_create(c"pluto", flags | MemfdFlags::NOEXEC_SEAL) {
            // Linux before 6.3 knows no such thing.
            Err(Errno::INVAL) => rustix::fs::memfd_create(c"pluto", flags)?,
            created => created?,
        };
        rustix::fs::ftruncate(&file, size as u64)?;
        rustix::fs::fcntl_add_seals(&file, SEALS)?;
        Ok((Memory::map(&file, size)?, file))
    }

    /// The memory behind a descriptor of another process, if it has that size and keeps it.
    pub fn open(file: &OwnedFd, size: usize) -> io::Result<Memory> {
        if !rustix::fs::fcntl_get_seals(file)?.contains(SEALS) {
            return Err(io::Error::other("the memory is not sealed"));
        }
        if u64::try_from(rustix::fs::fstat(file)?.st_size) != Ok(size as u64) {
            return Err(io::Error::other("the memory has another size"));
        }
        // Of huge pages there could be none left when one is touched.
        if rustix::fs::fstatfs(file)?.f_type as i64 != TMPFS {
            return Err(io::Error::other("the memory has other pages"));
        }
        Memory::map(file, size)
    }

    fn map(file: &impl AsFd, size: usize) -> io::Result<Memory> {
        let protection = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: at an address that the system chooses, where nothing else is.
        let start = unsafe { rustix::mm::mmap(std::ptr::null_mut(), size, protection, MapFlags::SHARED, file, 0) }?;
        let start = NonNull::new(start.cast()).ok_or_else(|| io::Error::other("memory at address 0"))?;
        Ok(Memory { start, size })
    }

    /// A word. Nobody is to [`put`](Memory::put) or [`get`](Memory::get) bytes there.
    ///
    /// # Panics
    /// If it is outside, or its address is no multiple of its size.
    pub fn word(&self, at: usize) -> &AtomicU64 {
        self.check(at, WORD);
        assert!(at.is_multiple_of(WORD), "it lies askew");
        // SAFETY: it is inside, and aligned, as the mapping begins at a page; this process touches the mapping only atomically, and the mapping
        // lives as long as `self`.
        unsafe { AtomicU64::from_ptr(self.start.as_ptr().add(at).cast()) }
    }

    /// Writes bytes.
    ///
    /// # Panics
    /// If it is outside.
    pub fn put(&self, at: usize, bytes: &[u8]) {
        self.check(at, bytes.len());
        let (before, rest) = bytes.split_at(before_words(at, bytes.len()));
        let (words, after) = rest.as_chunks::<WORD>();
        let at_words = at + before.len();
        self.put_bytes(at, before);
        for (index, word) in words.iter().enumerate() {
            // SAFETY: it is inside, as was checked, and aligned.
            unsafe { self.word_inside(at_words + index * WORD) }.store(u64::from_ne_bytes(*word), Ordering::Relaxed);
        }
        self.put_bytes(at_words + words.len() * WORD, after);
    }

    /// Reads bytes, each once.
    ///
    /// # Panics
    /// If it is outside.
    pub fn get(&self, at: usize, into: &mut [u8]) {
        self.check(at, into.len());
        let (before, rest) = into.split_at_mut(before_words(at, into.len()));
        let (words, after) = rest.as_chunks_mut::<WORD>();
        let at_words = at + before.len();
        self.get_bytes(at, before);
        for (index, word) in words.iter_mut().enumerate() {
            // SAFETY: it is inside, as was checked, and aligned.
            *word = unsafe { self.word_inside(at_words + index * WORD) }.load(Ordering::Relaxed).to_ne_bytes();
        }
        self.get_bytes(at_words + words.len() * WORD, after);
    }

    fn put_bytes(&self, at: usize, bytes: &[u8]) {
        for (index, byte) in bytes.iter().enumerate() {
            // SAFETY: it is inside, as the callers have checked.
            unsafe { self.byte(at + index) }.store(*byte, Ordering::Relaxed);
        }
    }

    fn get_bytes(&self, at: usize, into: &mut [u8]) {
        for (index, byte) in into.iter_mut().enumerate() {
            // SAFETY: it is inside, as the callers have checked.
            *byte = unsafe { self.byte(at + index) }.load(Ordering::Relaxed);
        }
    }

    /// # Safety
    /// It is inside, and at a multiple of its size.
    unsafe fn word_inside(&self, at: usize) -> &AtomicU64 {
        // SAFETY: as the caller promises; see `word`.
        unsafe { AtomicU64::from_ptr(self.start.as_ptr().add(at).cast()) }
    }

    /// # Safety
    /// It is inside.
    unsafe fn byte(&self, at: usize) -> &AtomicU8 {
        // SAFETY: as for `word`.
        unsafe { AtomicU8::from_ptr(self.start.as_ptr().add(at)) }
    }

    fn check(&self, at: usize, size: usize) {
        assert!(at <= self.size && size <= self.size - at, "{size} bytes at {at} are not in {} bytes", self.size);
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: it was mapped with that size, and nobody has a reference into it any more.
        let unmapped = unsafe { rustix::mm::munmap(self.start.as_ptr().cast::<c_void>(), self.size) };
        debug_assert!(unmapped.is_ok(), "it was mapped");
    }
}

/// So many bytes come before the first whole word.
fn before_words(at: usize, count: usize) -> usize {
    (at.next_multiple_of(WORD) - at).min(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_as_they_went_in_wherever_they_lie() {
        let (memory, file) = Memory::create(8192).expect("memory");
        let other = Memory::open(&file, 8192).expect("the same");
        let mut dice = fastrand::Rng::with_seed(5);
        for _ in 0..2_000 {
            let at = dice.usize(..8192);
            let bytes: Vec<u8> = (0..dice.usize(..=(8192 - at).min(100))).map(|_| dice.u8(..)).collect();
            memory.put(at, &bytes);
            let mut found = vec![0; bytes.len()];
            other.get(at, &mut found);
            assert_eq!(found, bytes);
        }
    }

    #[test]
    #[should_panic(expected = "8 bytes at 8190 are not in 8192 bytes")]
    fn nothing_is_read_outside() {
        Memory::create(8192).expect("memory").0.get(8190, &mut [0; 8]);
    }

    #[test]
    fn what_could_shrink_or_has_another_size_is_refused() {
        let (_memory, good) = Memory::create(8192).expect("memory");
        for size in [4096, 16384] {
            assert!(Memory::open(&good, size).is_err());
        }
        assert!(rustix::fs::ftruncate(&good, 0).is_err(), "it is sealed");
        for seals in [SealFlags::empty(), SealFlags::SHRINK, SealFlags::SEAL | SealFlags::GROW] {
            let file = rustix::fs::memfd_create(c"test", MemfdFlags::ALLOW_SEALING).expect("memory");
            rustix::fs::ftruncate(&file, 8192).expect("room");
            rustix::fs::fcntl_add_seals(&file, seals).expect("sealed");
            Memory::open(&file, 8192).expect_err("not all seals");
        }
        let file = OwnedFd::from(tempfile::tempfile().expect("a file"));
        Memory::open(&file, 0).expect_err("a file cannot be sealed");
    }

    #[test]
    fn memory_that_may_not_be_written_is_refused() {
        let file = rustix::fs::memfd_create(c"test", MemfdFlags::ALLOW_SEALING).expect("memory");
        rustix::fs::ftruncate(&file, 8192).expect("room");
        rustix::fs::fcntl_add_seals(&file, SEALS | SealFlags::FUTURE_WRITE).expect("sealed");
        Memory::open(&file, 8192).expect_err("it cannot be mapped");
    }
}

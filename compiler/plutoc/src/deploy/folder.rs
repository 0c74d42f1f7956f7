//! The temporary folder of a run. In: nothing. Out: a folder that is removed with its value; if the run is killed, a later run
//! removes it.
//!
//! A file in the folder is locked as long as the run, or a process of it, lives: the system lets go of the lock with the last of
//! them, however they end. The number of a process would not do, since numbers come again.

use crate::cli;
use pluto_syntax::diag::Diagnostic;
use rustix::io::{FdFlags, fcntl_setfd};
use std::fs::{File, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Folders of runs begin with this.
pub(super) const PREFIX: &str = "pluto-";
const LOCK: &str = "run.lock";
/// Only this user may enter.
const MODE: u32 = 0o700;

/// A folder of this run alone.
#[derive(Debug)]
pub(super) struct RunFolder {
    folder: tempfile::TempDir,
    lock: File,
}

impl RunFolder {
    /// Makes one. Removes those of runs that were killed.
    pub(super) fn create() -> Result<RunFolder, Diagnostic> {
        let parent = parent();
        remove_left_over(&parent);
        create_in(&parent).map_err(|error| cli::cannot_write(&parent, &error))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The processes that are started from now on keep the folder from being removed by other runs, as this one does.
    pub(super) fn share_with_children(&self) {
        // Without it the folder of a killed run goes a little early, while its processes are ending.
        let _ = fcntl_setfd(&self.lock, FdFlags::empty());
    }
}

/// Where the folders of runs are: with a short path, as sockets lie in them too.
pub(super) fn parent() -> PathBuf {
    let chosen = std::env::temp_dir();
    if chosen.as_os_str().len() <= 40 { chosen } else { PathBuf::from("/tmp") }
}

fn create_in(parent: &Path) -> io::Result<RunFolder> {
    let mut builder = tempfile::Builder::new();
    let folder = builder.prefix(PREFIX).permissions(Permissions::from_mode(MODE)).tempdir_in(parent)?;
    let fresh = folder.path().join("fresh.lock");
    let lock = File::create(&fresh)?;
    lock.lock()?;
    // Gets its name when it is locked: nobody sees an unlocked one of a living run.
    std::fs::rename(&fresh, folder.path().join(LOCK))?;
    Ok(RunFolder { folder, lock })
}

/// Removes the folders of this user's runs whose processes are all gone. What cannot be removed stays: it harms nobody.
fn remove_left_over(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    let named = entries.flatten().filter(|it| it.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX)));
    for folder in named.map(|it| it.path()) {
        // Held while the folder is removed: of two runs that find it, one does so.
        if let Some(_lock) = lock_of_dead(&folder) {
            let _ = std::fs::remove_dir_all(&folder);
        }
    }
}

/// The lock of a run's folder, if it is one and nobody holds it.
fn lock_of_dead(folder: &Path) -> Option<File> {
    let user = rustix::process::getuid().as_raw();
    let look = |path: &Path| std::fs::symlink_metadata(path).ok().filter(|found| found.uid() == user);
    let is_private = |found: &Metadata| found.is_dir() && found.mode() & 0o777 == MODE;
    look(folder).filter(is_private)?;
    let file = folder.join(LOCK);
    look(&file).filter(Metadata::is_file)?;
    let lock = File::open(&file).ok()?;
    lock.try_lock().ok()?;
    Some(lock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_of_dead_runs_are_removed() {
        let parent = tempfile::tempdir().expect("a temporary folder");
        let alive = create_in(parent.path()).expect("writable");
        let RunFolder { folder, lock } = create_in(parent.path()).expect("writable");
        let dead = folder.keep();
        drop(lock);
        let without_lock = parent.path().join("pluto-cache-1");
        std::fs::create_dir(&without_lock).expect("writable");
        let open_to_all = parent.path().join("pluto-open");
        std::fs::create_dir(&open_to_all).expect("writable");
        std::fs::write(open_to_all.join(LOCK), "").expect("writable");
        std::fs::set_permissions(&open_to_all, Permissions::from_mode(0o755)).expect("it is ours");
        let link = parent.path().join("pluto-link");
        std::os::unix::fs::symlink(&dead, &link).expect("writable");
        remove_left_over(parent.path());
        assert!(!dead.exists());
        assert!(alive.path().join(LOCK).exists() && without_lock.exists() && open_to_all.join(LOCK).exists());
        assert!(link.is_symlink());
    }
}

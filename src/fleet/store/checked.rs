//! A file of blocks, each with a checksum: damage on the disk is an error when the block is read.
//!
//! `redb` trusts the pages that it reads: damaged pages lead to panics, or to users that were never recorded. Below
//! `redb`, each block of 4 KiB is followed by its checksum, which also covers the number of the block.
//!
//! ```text
//! preamble (512 bytes) │ block 0, twice, each in sectors of its own │ block 1 │ checksum │ block 2 │ …
//! ```
//!
//! Block 0 is the only block that is written in place while it is in use. The file has two copies of it. A count of
//! writes stands before each copy, in the same sector as all parts of the block that ever change, so that a power cut
//! during a write leaves one of the two copies as it was.

use std::{
    fs::File,
    io::{self, ErrorKind, Read, Write},
    ops::Bound,
};

use redb::{BackendError, StorageBackend, backends::FileBackend};
use twox_hash::XxHash3_64;

/// The first bytes of the file.
const MAGIC: &[u8] = b"connect-user store 2\n";

/// The size of a block, which is the least that `redb` reads and writes.
const BLOCK: usize = 4096;
const SUM: usize = 8;
const SECTOR: usize = 512;

/// The size of a block and its checksum.
const UNIT: usize = BLOCK + SUM;

/// The size of the count of writes, the checksum, and block 0, in whole sectors.
const HEAD: usize = (2 * SUM + BLOCK).next_multiple_of(SECTOR);
const HEADS: [u64; 2] = [SECTOR as u64, (SECTOR + HEAD) as u64];
const BODY: u64 = (SECTOR + 2 * HEAD) as u64;

/// Number of blocks that are written at once while the file grows.
const GROWTH: u64 = 256;

/// Maximum number of attempts to read block 0 while another process writes both copies.
const ATTEMPTS: usize = 3;

/// A file of blocks with checksums.
#[derive(Debug)]
pub(super) struct CheckedFile(FileBackend);

/// The kind of a file, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Ours,
    /// A file of `redb` without checksums, as earlier versions of this crate wrote.
    Earlier,
    Empty,
    Foreign,
}

impl Kind {
    /// The kind of an opened file.
    pub(super) fn of(file: &File) -> io::Result<Self> {
        let mut start = Vec::new();
        file.take(SECTOR as u64).read_to_end(&mut start)?;
        Ok(match start.as_slice() {
            [] => Self::Empty,
            start if start == preamble() => Self::Ours,
            start if start.starts_with(b"redb") => Self::Earlier,
            _ => Self::Foreign,
        })
    }
}

impl CheckedFile {
    /// Opens a file that has this form already.
    pub(super) fn open(file: File) -> Result<Self, redb::DatabaseError> {
        FileBackend::new(file).map(Self)
    }

    /// Whether the file ends before the end of block 0.
    pub(super) fn is_cut_off(file: &File) -> io::Result<bool> {
        Ok(file.metadata()?.len() < BODY)
    }

    /// Creates the form in an empty file.
    pub(super) fn create(mut file: File) -> Result<Self, redb::DatabaseError> {
        file.write_all(&preamble()).map_err(redb::StorageError::Io)?;
        Self::open(file)
    }

    /// The number of writes of block 0, and its content; an error if neither copy is whole.
    fn head(&self) -> io::Result<(u64, Vec<u8>)> {
        for _ in 0..ATTEMPTS {
            let copies = [self.head_at(HEADS[0])?, self.head_at(HEADS[1])?];
            if let Some(newest) = copies.into_iter().flatten().max_by_key(|(writes, _)| *writes) {
                return Ok(newest);
            }
        }
        Err(damaged(0))
    }

    fn head_at(&self, place: u64) -> io::Result<Option<(u64, Vec<u8>)>> {
        let mut bytes = vec![0; 2 * SUM + BLOCK];
        self.0.read(place, &mut bytes)?;
        let block = bytes.split_off(2 * SUM);
        let writes = number(&bytes, 0);
        Ok((sum(writes, &block) == number(&bytes, SUM)).then_some((writes, block)))
    }

    fn write_head(&self, writes: u64, block: &[u8]) -> io::Result<()> {
        let bytes = [&writes.to_le_bytes()[..], &sum(writes, block).to_le_bytes(), block].concat();
        HEADS.iter().try_for_each(|place| self.0.write(*place, &bytes))
    }

    /// Reads whole blocks behind block 0.
    fn blocks(&self, first: u64, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; count * UNIT];
        self.0.read(place_of(first), &mut bytes)?;
        let mut blocks = Vec::with_capacity(count * BLOCK);
        for (unit, number_of_block) in bytes.chunks_exact(UNIT).zip(first..) {
            let (block, checksum) = unit.split_at(BLOCK);
            if sum(number_of_block, block) != number(checksum, 0) {
                return Err(damaged(number_of_block));
            }
            blocks.extend_from_slice(block);
        }
        Ok(blocks)
    }

    fn write_blocks(&self, first: u64, blocks: &[u8]) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(blocks.len() / BLOCK * UNIT);
        for (block, number_of_block) in blocks.chunks_exact(BLOCK).zip(first..) {
            bytes.extend_from_slice(block);
            bytes.extend_from_slice(&sum(number_of_block, block).to_le_bytes());
        }
        self.0.write(place_of(first), &bytes)
    }

    /// Reads whole blocks, block 0 included.
    fn covering(&self, first: u64, count: usize) -> io::Result<Vec<u8>> {
        match (first, count) {
            (0, 1) => Ok(self.head()?.1),
            (0, count) => Ok([self.head()?.1, self.blocks(1, count - 1)?].concat()),
            (first, count) => self.blocks(first, count),
        }
    }
}

impl StorageBackend for CheckedFile {
    fn len(&self) -> io::Result<u64> {
        let blocks = match self.0.len()?.checked_sub(BODY) {
            Some(body) => 1 + body / UNIT as u64,
            None => 0,
        };
        Ok(blocks * BLOCK as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let (first, skip, count) = span(offset, out.len())?;
        let blocks = self.covering(first, count)?;
        let found = blocks.get(skip..skip + out.len()).ok_or(ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(found);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        if !len.is_multiple_of(BLOCK as u64) {
            return Err(ErrorKind::InvalidInput.into());
        }
        let (now, then) = (self.len()? / BLOCK as u64, len / BLOCK as u64);
        if then == 0 {
            return self.0.set_len(SECTOR as u64);
        }
        self.0.set_len(BODY + (then - 1) * UNIT as u64)?;
        if now == 0 {
            self.write_head(0, &[0; BLOCK])?;
        }
        // Blocks that were never written read as zeros, and have checksums like all other blocks.
        for first in (now.max(1)..then).step_by(GROWTH as usize) {
            let count = GROWTH.min(then - first) as usize;
            self.write_blocks(first, &vec![0; count * BLOCK])?;
        }
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let (first, skip, count) = span(offset, data.len())?;
        let is_whole = skip == 0 && data.len() == count * BLOCK;
        let mut blocks = if is_whole { vec![0; data.len()] } else { self.covering(first, count)? };
        blocks.get_mut(skip..skip + data.len()).ok_or(ErrorKind::UnexpectedEof)?.copy_from_slice(data);
        match blocks.split_at_checked(BLOCK) {
            Some((head, rest)) if first == 0 => {
                self.write_head(self.head()?.0 + 1, head)?;
                if rest.is_empty() { Ok(()) } else { self.write_blocks(1, rest) }
            }
            _ => self.write_blocks(first, &blocks),
        }
    }

    fn close(&self) -> io::Result<()> {
        self.0.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.query_lock_range(start, end)
    }
}

/// The first block of a range, the offset of the range in that block, and the number of blocks in the range.
fn span(offset: u64, len: usize) -> io::Result<(u64, usize, usize)> {
    let too_long = |_| io::Error::from(ErrorKind::InvalidInput);
    let first = offset / BLOCK as u64;
    let skip = usize::try_from(offset % BLOCK as u64).map_err(too_long)?;
    Ok((first, skip, (skip + len).div_ceil(BLOCK)))
}

/// The offset in the file of a block behind block 0.
const fn place_of(block: u64) -> u64 {
    BODY + (block - 1) * UNIT as u64
}

fn preamble() -> [u8; SECTOR] {
    std::array::from_fn(|place| MAGIC.get(place).copied().unwrap_or_default())
}

fn sum(seed: u64, block: &[u8]) -> u64 {
    XxHash3_64::oneshot_with_seed(seed, block)
}

/// The number at an offset; 0 if the bytes end before it.
fn number(bytes: &[u8], place: usize) -> u64 {
    let found = bytes.get(place..place + SUM).and_then(|bytes| bytes.try_into().ok());
    u64::from_le_bytes(found.unwrap_or_default())
}

fn damaged(block: u64) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("the checksum of block {block} does not match"))
}

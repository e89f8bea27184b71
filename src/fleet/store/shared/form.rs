//! The bytes of an object.
//!
//! ```text
//! connect-user shared state 1⏎
//! {"…": …}⏎                             the header, which people can read
//! length, name, length, packed entry    for each user; the second length is u32::MAX where the user is removed
//! checksum
//! ```

use std::{collections::BTreeMap, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};
use twox_hash::XxHash3_64;

/// The beginning of an object, before its version.
const MAGIC: &str = "connect-user shared state ";

/// The version of the form; other versions cannot be read.
pub(super) const VERSION: u64 = 1;

/// The length that marks a removed entry.
const REMOVED: u32 = u32::MAX;

/// Packed entries by resource name; `None` if the user is removed.
pub(super) type Rows = BTreeMap<String, Option<Arc<[u8]>>>;

/// The reason why bytes are not an object of a state.
#[derive(Debug)]
pub(super) enum Unreadable {
    Version(u64),
    Damaged(String),
}

/// The bytes of the object with this number. The checksum covers the number, so that an object cannot be mistaken for
/// another object.
pub(super) fn encode<'a>(
    number: usize,
    header: &impl Serialize,
    rows: impl IntoIterator<Item = (&'a str, Option<&'a [u8]>)>,
) -> Vec<u8> {
    let mut bytes = format!("{MAGIC}{VERSION}\n").into_bytes();
    // Headers consist of texts and numbers, so that they can always be written as JSON.
    bytes.extend(serde_json::to_vec(header).unwrap_or_default());
    bytes.push(b'\n');
    for (name, entry) in rows {
        push(&mut bytes, name.as_bytes());
        match entry {
            Some(entry) => push(&mut bytes, entry),
            None => bytes.extend(REMOVED.to_le_bytes()),
        }
    }
    let sum = checksum(number, &bytes);
    bytes.extend(sum.to_le_bytes());
    bytes
}

/// The number of bytes that a row takes in an object.
pub(super) fn size(name: &str, entry: Option<&[u8]>) -> usize {
    2 * size_of::<u32>() + name.len() + entry.map_or(0, <[u8]>::len)
}

/// The header and the rows of an object.
pub(super) fn decode<H: DeserializeOwned>(number: usize, bytes: &[u8]) -> Result<(H, Rows), Unreadable> {
    let damaged = |reason: &str| Unreadable::Damaged(reason.to_owned());
    let rest =
        bytes.strip_prefix(MAGIC.as_bytes()).ok_or_else(|| damaged("it does not begin like a state"))?;
    let (version, rest) = line(rest).ok_or_else(|| damaged("it is cut off"))?;
    match std::str::from_utf8(version).ok().and_then(|version| version.parse().ok()) {
        Some(VERSION) => {}
        Some(version) => return Err(Unreadable::Version(version)),
        None => return Err(damaged("it does not say which version it has")),
    }
    let (whole, sum) = bytes.split_last_chunk().ok_or_else(|| damaged("it is cut off"))?;
    if checksum(number, whole) != u64::from_le_bytes(*sum) {
        return Err(damaged("its checksum does not match"));
    }
    let (header, rest) = line(rest).ok_or_else(|| damaged("it has no header"))?;
    let header = serde_json::from_slice(header);
    let header =
        header.map_err(|error| Unreadable::Damaged(format!("its header cannot be read: {error}")))?;
    let mut rest = rest.get(..rest.len().saturating_sub(size_of::<u64>())).unwrap_or_default();
    let mut rows = Rows::new();
    while !rest.is_empty() {
        let (name, entry) = row(&mut rest).ok_or_else(|| damaged("it is cut off"))?;
        rows.insert(name, entry);
    }
    Ok((header, rows))
}

fn push(bytes: &mut Vec<u8>, part: &[u8]) {
    // No part is as long as 4 GiB: an entry has a few kilobytes.
    bytes.extend((part.len() as u32).to_le_bytes());
    bytes.extend(part);
}

fn row(rest: &mut &[u8]) -> Option<(String, Option<Arc<[u8]>>)> {
    let length = number(rest)?;
    let name = take(rest, length)?;
    let name = std::str::from_utf8(name).ok()?.to_owned();
    let entry = match number(rest)? {
        REMOVED => None,
        length => Some(take(rest, length)?.into()),
    };
    Some((name, entry))
}

fn number(rest: &mut &[u8]) -> Option<u32> {
    let (number, others) = rest.split_first_chunk()?;
    *rest = others;
    Some(u32::from_le_bytes(*number))
}

fn take<'a>(rest: &mut &'a [u8], length: u32) -> Option<&'a [u8]> {
    let (taken, others) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    *rest = others;
    Some(taken)
}

/// The first line, and the bytes behind it.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((bytes.get(..end)?, bytes.get(end + 1..)?))
}

fn checksum(number: usize, bytes: &[u8]) -> u64 {
    XxHash3_64::oneshot_with_seed(number as u64, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Rows {
        let long: Arc<[u8]> = (0..=255).cycle().take(1_000).collect();
        [("", Some([].into())), ("a\nb", None), ("jane", Some(long))]
            .map(|(name, entry)| (name.to_owned(), entry))
            .into()
    }

    fn encoded(rows: &Rows) -> Vec<u8> {
        encode(3, &"header", rows.iter().map(|(name, entry)| (name.as_str(), entry.as_deref())))
    }

    #[test]
    fn an_object_is_read_as_it_was_written_and_only_under_its_own_number() {
        let bytes = encoded(&rows());
        let read = decode::<String>(3, &bytes);
        assert!(read.is_ok_and(|(header, read)| header == "header" && read == rows()));
        assert!(matches!(decode::<String>(4, &bytes), Err(Unreadable::Damaged(_))));
        let sizes: usize = rows().iter().map(|(name, entry)| size(name, entry.as_deref())).sum();
        assert_eq!(bytes.len(), encoded(&Rows::new()).len() + sizes);
    }

    /// Even if the checksum is right, lengths that exceed the rest are damage.
    #[test]
    fn an_object_that_is_cut_off_or_longer_is_refused() {
        let bytes = encoded(&rows());
        let body = bytes.len() - size_of::<u64>();
        let first = encoded(&Rows::new()).len() - size_of::<u64>();
        // After the end of a row, missing rows are not noticed.
        let ends = [first, first + 8, first + 19, body];
        for cut in 0..=body {
            let mut bytes: Vec<u8> = bytes.iter().copied().take(cut).collect();
            bytes.extend(checksum(3, &bytes).to_le_bytes());
            assert_eq!(decode::<String>(3, &bytes).is_ok(), ends.contains(&cut), "{cut}");
        }
        let mut longer: Vec<u8> = bytes.iter().copied().take(body).chain([1, 2, 3]).collect();
        longer.extend(checksum(3, &longer).to_le_bytes());
        assert!(decode::<String>(3, &longer).is_err());
    }
}

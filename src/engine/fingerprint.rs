//! Fingerprints of passwords.

use std::{
    collections::HashMap,
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, PoisonError},
};

use crate::user::Secret;
use argon2::{Algorithm, Argon2, Params, Version};

const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 16;

/// Memory for one hash: 4 MiB, in one pass. Sixteen bits are not worth a higher cost to an attacker.
const MEMORY_KIB: u32 = 4_096;

type Salt = [u8; SALT_BYTES];

/// Recognises a changed password without keeping it: sixteen bits of a slow, salted hash.
///
/// Each fingerprint is computed once for a salt, because thousands of users may begin with the same password. It is found
/// again by a hash of the password with a random key that only this process has. A changed password goes unnoticed once
/// in 65,536 times. With a fingerprint, an attacker can rule passwords out but cannot identify the right one.
///
/// ```
/// use connect_user::{engine::Fingerprints, user::Secret};
///
/// let fingerprints = Fingerprints::default();
/// let recorded = fingerprints.of(&Secret::from("Password123")).expect("enough memory");
/// assert!(fingerprints.matches(&recorded, &Secret::from("Password123")));
/// assert!(!fingerprints.matches(&recorded, &Secret::from("Password124")));
/// ```
pub struct Fingerprints {
    salt: Salt,
    /// The fingerprints so far, by the keyed hash of salt and password: the password itself is not kept.
    known: Mutex<HashMap<[u64; 2], [u8; 2]>>,
    key: RandomState,
}

impl Fingerprints {
    /// Uses the salt of a recorded fingerprint, or a new salt if there is none.
    pub fn like(recorded: Option<&str>) -> Self {
        let salt = recorded.and_then(parse).map(|(salt, _)| salt);
        let fresh = || {
            let mut salt = Salt::default();
            fastrand::fill(&mut salt);
            salt
        };
        Self { salt: salt.unwrap_or_else(fresh), known: Mutex::default(), key: RandomState::new() }
    }

    /// Returns the fingerprint of a password; `None` if 4 MiB of memory cannot be allocated.
    pub fn of(&self, password: &Secret) -> Option<String> {
        let hash = self.hash(self.salt, password)?;
        Some(format!("{}:{}", hex(&self.salt), hex(&hash)))
    }

    /// Whether the fingerprint is of this password.
    pub fn matches(&self, fingerprint: &str, password: &Secret) -> bool {
        parse(fingerprint).is_some_and(|(salt, recorded)| self.hash(salt, password) == Some(recorded))
    }

    fn hash(&self, salt: Salt, password: &Secret) -> Option<[u8; 2]> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // Twice: 64 bits are few for a hash that stands for the password.
        let key = [0u8, 1].map(|part| self.key.hash_one((part, salt, password.expose())));
        if let Some(hash) = known.get(&key) {
            return Some(*hash);
        }
        let mut hash = [0; HASH_BYTES];
        let params = Params::new(MEMORY_KIB, 1, 1, None).ok()?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon2.hash_password_into(password.expose().as_bytes(), &salt, &mut hash).ok()?;
        let [first, second, ..] = hash;
        known.insert(key, [first, second]);
        Some([first, second])
    }
}

impl Default for Fingerprints {
    fn default() -> Self {
        Self::like(None)
    }
}

impl fmt::Debug for Fingerprints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprints")
    }
}

fn parse(fingerprint: &str) -> Option<(Salt, [u8; 2])> {
    let (salt, hash) = fingerprint.split_once(':')?;
    Some((bytes(salt)?.try_into().ok()?, bytes(hash)?.try_into().ok()?))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digit = |index: usize| hex.get(index..index + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..hex.len()).step_by(2).map(digit).collect()
}

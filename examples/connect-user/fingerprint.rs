//! Tells whether a password has changed, without keeping it.
//!
//! Sixteen bits of a slow, salted hash: a changed password goes unnoticed once in 65,536 times, and
//! whoever reads the file can rule passwords out but never find the one.

use argon2::{Algorithm, Argon2, Params, Version};
use connect_user::user::Secret;

const SALT_BYTES: usize = 16;

/// Four MiB, once: sixteen bits are not worth more to whoever guesses, and every plan computes one a user.
const MEMORY_KIB: u32 = 4_096;

/// The fingerprint of a password, under a salt of its own.
pub fn of(password: &Secret) -> Option<String> {
    let mut salt = [0; SALT_BYTES];
    fastrand::fill(&mut salt);
    let hash = hash(password, &salt)?;
    Some(format!("{}:{}", hex(&salt), hex(&hash)))
}

/// Whether the fingerprint is of this password.
pub fn matches(fingerprint: &str, password: &Secret) -> bool {
    let hash = || {
        let (salt, recorded) = fingerprint.split_once(':')?;
        Some(hex(&hash(password, &bytes(salt)?)?) == recorded)
    };
    hash().unwrap_or(false)
}

fn hash(password: &Secret, salt: &[u8]) -> Option<[u8; 2]> {
    let mut hash = [0; 16];
    let params = Params::new(MEMORY_KIB, 1, 1, None).ok()?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(password.expose().as_bytes(), salt, &mut hash).ok()?;
    Some([hash[0], hash[1]])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digit = |index: usize| hex.get(index..index + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..hex.len()).step_by(2).map(digit).collect()
}

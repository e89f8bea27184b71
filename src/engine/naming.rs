//! Generated user names.

use crate::user::AutoName;

/// How a user is named if the inputs have no name. An existing user keeps its name.
///
/// ```
/// use connect_user::engine::Naming;
///
/// // By the crate: the resource name, and digits that the engine's seed decides.
/// let naming = Naming::of("frontdesk").seeded(b"the engine's seed of this resource");
/// // By the engine: Pulumi's autonaming in its modes.
/// let proposed = Naming::of("frontdesk").proposing("frontdesk-0c4f9a1");
/// let enforced = Naming::of("frontdesk").enforcing("frontdesk-of-acme");
/// let disabled = Naming::disabled();
/// # let _ = (naming, proposed, enforced, disabled);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Naming {
    resource_name: String,
    seed: Vec<u8>,
    mode: Mode,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Mode {
    #[default]
    Disabled,
    Generate,
    Propose(String),
    Enforce(String),
}

impl Naming {
    /// Generates names from the resource name, within the bounds of the service.
    pub fn of(resource_name: impl Into<String>) -> Self {
        Self { resource_name: resource_name.into(), seed: Vec::new(), mode: Mode::Generate }
    }

    /// Generates no name: inputs without one are refused.
    pub fn disabled() -> Self {
        Self::default()
    }

    /// Appends seven digits that the seed decides: they are the same for the same seed and resource name. Default: no
    /// seed; the name is the resource name alone.
    #[must_use]
    pub fn seeded(self, seed: impl Into<Vec<u8>>) -> Self {
        Self { seed: seed.into(), ..self }
    }

    /// Uses a name that the engine proposes, adjusted to the bounds of the service.
    #[must_use]
    pub fn proposing(self, name: impl Into<String>) -> Self {
        Self { mode: Mode::Propose(name.into()), ..self }
    }

    /// Uses the engine's name as it is; a name that breaks a rule is refused.
    #[must_use]
    pub fn enforcing(self, name: impl Into<String>) -> Self {
        Self { mode: Mode::Enforce(name.into()), ..self }
    }

    /// Returns the name that must be used as it is.
    pub(super) fn enforced(&self) -> Option<&str> {
        match &self.mode {
            Mode::Enforce(name) => Some(name),
            _ => None,
        }
    }

    /// Returns the base of a generated name; `None` if no name is generated.
    pub(super) fn auto_name(&self) -> Option<AutoName> {
        match &self.mode {
            Mode::Generate => Some(AutoName::new(&self.resource_name, self.digits())),
            // The unique part of the name is at its end.
            Mode::Propose(name) => Some(match name.rsplit_once('-') {
                Some((base, digits)) if digits.len() <= DIGITS + 1 => AutoName::new(base, digits),
                _ => AutoName::new(name, ""),
            }),
            Mode::Enforce(_) | Mode::Disabled => None,
        }
    }

    fn digits(&self) -> String {
        if self.seed.is_empty() {
            return String::new();
        }
        let bytes = self.seed.iter().chain(&[0]).chain(self.resource_name.as_bytes());
        let hash = bytes.fold(FNV_OFFSET, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME));
        format!("{:0width$x}", hash >> (64 - 4 * DIGITS), width = DIGITS)
    }
}

/// Number of digits, as in Pulumi's generated names.
const DIGITS: usize = 7;

/// FNV-1a: the digits need not be secret.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

//! Closed choices, whose values have names: mainly those of the service.

use super::{suggestion::nearest, text::one_line};

/// Declares an enum whose values are shown, read and serialised by their names.
macro_rules! choice {
    (
        $(#[$meta:meta])*
        $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $wire:expr),+ $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
        }

        impl $name {
            /// Every value, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name of every value, in the same order.
            pub const NAMES: &[&str] = &[$($wire),+];

            /// Returns the name, as it is written and read.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $wire,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::user::UnknownChoice;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let named = Self::ALL.iter().find(|value| value.as_str() == text);
                named.copied().ok_or_else(|| $crate::user::UnknownChoice::new(text, Self::NAMES))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use choice;

/// The error of reading a choice: the text is not one of its values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not one of `{}`", one_line(value), allowed.join("`, `"))]
pub struct UnknownChoice {
    pub(crate) value: String,
    pub(crate) allowed: &'static [&'static str],
}

impl UnknownChoice {
    pub(crate) fn new(value: &str, allowed: &'static [&'static str]) -> Self {
        Self { value: value.to_owned(), allowed }
    }

    /// Returns what to do about the error: use a similar value, or one of all values.
    pub fn help(&self) -> String {
        match nearest(&self.value, self.allowed.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("give one of `{}`", self.allowed.join("`, `")),
        }
    }
}

choice! {
    /// How an instance manages the identities of its users. The type is fixed when the instance is created.
    ///
    /// Source: Amazon Connect API Reference, `DescribeInstance`, `IdentityManagementType`.
    IdentityManagementType {
        /// Users sign in through a SAML 2.0 identity provider.
        Saml = "SAML",
        /// Users and passwords are kept by Amazon Connect.
        ConnectManaged = "CONNECT_MANAGED",
        /// Users are kept in an existing AWS Directory Service directory.
        ExistingDirectory = "EXISTING_DIRECTORY",
    }
}

choice! {
    /// Where an agent takes voice contacts.
    PhoneType {
        /// The browser.
        SoftPhone = "SOFT_PHONE",
        /// A telephone, which is called by its desk phone number.
        DeskPhone = "DESK_PHONE",
    }
}

choice! {
    /// The channel of a per-channel setting.
    Channel {
        /// Telephone calls.
        Voice = "VOICE",
        /// Chats.
        Chat = "CHAT",
        /// Tasks.
        Task = "TASK",
        /// E-mails.
        Email = "EMAIL",
    }
}

choice! {
    /// How an agent's voice is enhanced.
    VoiceEnhancementMode {
        /// Only the agent's voice is transmitted.
        VoiceIsolation = "VOICE_ISOLATION",
        /// Noise is suppressed.
        NoiseSuppression = "NOISE_SUPPRESSION",
        /// The voice is not enhanced.
        None = "NONE",
    }
}

choice! {
    /// Whether AWS or the customer manages a security profile.
    SecurityProfileType {
        /// AWS: the permissions change with the service.
        AwsManaged = "AWS_MANAGED",
        /// The instance's administrators.
        CustomerManaged = "CUSTOMER_MANAGED",
    }
}

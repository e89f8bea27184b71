//! The closed choices of the service, by their names on the wire.

use std::{fmt, str::FromStr};

use super::{suggestion::nearest, text::one_line};

macro_rules! choice {
    (
        $(#[$meta:meta])*
        $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $wire:literal),+ $(,)? }
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

            /// Every value's name on the wire, in the same order.
            pub const NAMES: &[&str] = &[$($wire),+];

            /// The name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $wire,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownChoice;

            fn from_str(text: &str) -> Result<Self, UnknownChoice> {
                match text {
                    $($wire => Ok(Self::$variant),)+
                    _ => Err(UnknownChoice { value: text.to_owned(), allowed: Self::NAMES }),
                }
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

/// A text that names none of a choice's values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not one of `{}`", one_line(value), allowed.join("`, `"))]
pub struct UnknownChoice {
    pub(crate) value: String,
    pub(crate) allowed: &'static [&'static str],
}

impl UnknownChoice {
    /// The way out: the value that is most likely meant, or all of them.
    pub fn help(&self) -> String {
        match nearest(&self.value, self.allowed.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("give one of `{}`", self.allowed.join("`, `")),
        }
    }
}

choice! {
    /// How an instance manages the identities of its users; fixed when the instance is created.
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
    /// What an agent takes voice contacts on.
    PhoneType {
        /// The browser.
        SoftPhone = "SOFT_PHONE",
        /// A telephone, reached under its desk phone number.
        DeskPhone = "DESK_PHONE",
    }
}

choice! {
    /// The channel that a per-channel setting is for.
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
    /// What is done to an agent's voice.
    VoiceEnhancementMode {
        /// The agent's voice alone is let through.
        VoiceIsolation = "VOICE_ISOLATION",
        /// Noise is taken out.
        NoiseSuppression = "NOISE_SUPPRESSION",
        /// Nothing is done.
        None = "NONE",
    }
}

//! The members of list properties, for the schemas of hosts.

use super::{
    Bounds, Channel, PhoneType, Property,
    Property::{
        AfterContactWorkConfigs, AutoAcceptConfigs, PersistentConnectionConfigs, PhoneNumberConfigs,
        UserProficiencies, VoiceEnhancementConfigs,
    },
    Sensitivity, Shape, VoiceEnhancementMode,
    case::to_snake_case,
    output::is_output,
};

/// A member of the objects that a list property holds.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Member {
    /// The path of the member in its object, in camelCase.
    pub path: &'static str,
    /// The form of its value.
    pub shape: Shape,
    /// The bounds of its value.
    pub bounds: Bounds,
    /// Whether it is required in its object.
    pub required: bool,
    /// The sensitivity of its value.
    pub sensitivity: Sensitivity,
    /// A description: a sentence without a full stop.
    pub summary: &'static str,
}

impl Member {
    /// Returns the path of the member in its object, in snake_case.
    pub fn snake_case(&self) -> String {
        to_snake_case(self.path)
    }

    const fn new(path: &'static str, shape: Shape, summary: &'static str) -> Self {
        Self { path, shape, bounds: Bounds::None, required: true, sensitivity: Sensitivity::Public, summary }
    }

    const fn optional(self) -> Self {
        Self { required: false, ..self }
    }

    const fn within(self, bounds: Bounds) -> Self {
        Self { bounds, ..self }
    }

    const fn personal(self) -> Self {
        Self { sensitivity: Sensitivity::Personal, ..self }
    }
}

const SECONDS: Bounds = AfterContactWorkConfigs.info().bounds;

const CHANNEL: Member = Member::new("channel", Shape::Choice(Channel::NAMES), "the channel");

impl Property {
    /// Returns the members of the objects in the property's list; empty for other properties.
    ///
    /// ```
    /// use connect_user::user::Property;
    ///
    /// let members = Property::PhoneNumberConfigs.members();
    /// let paths: Vec<_> = members.iter().map(|member| member.snake_case()).collect();
    /// assert_eq!(paths, ["channel", "phone_type", "phone_number"]);
    /// assert!(Property::Email.members().is_empty());
    /// ```
    pub const fn members(self) -> &'static [Member] {
        match self {
            AutoAcceptConfigs => {
                const {
                    &[
                        CHANNEL,
                        Member::new(
                            "autoAccept",
                            Shape::Bool,
                            "whether contacts that come in are taken without a click",
                        ),
                        Member::new(
                            "agentFirstCallbackAutoAccept",
                            Shape::Bool,
                            "whether callbacks that call the agent first are, `VOICE` only",
                        )
                        .optional(),
                    ]
                }
            }
            AfterContactWorkConfigs => {
                const {
                    &[
                    CHANNEL,
                    Member::new(
                        "afterContactWorkConfig.afterContactWorkTimeLimit",
                        Shape::Integer,
                        "seconds after contacts; 0 is without end",
                    )
                    .within(SECONDS),
                    Member::new(
                        "agentFirstCallbackAfterContactWorkConfig.afterContactWorkTimeLimit",
                        Shape::Integer,
                        "seconds after callbacks that called the agent first, `VOICE` only; 0 is without end",
                    )
                    .within(SECONDS)
                    .optional(),
                ]
                }
            }
            PhoneNumberConfigs => {
                const {
                    &[
                        CHANNEL,
                        Member::new(
                            "phoneType",
                            Shape::Choice(PhoneType::NAMES),
                            "whether calls are taken in the browser or on a telephone",
                        ),
                        Member::new("phoneNumber", Shape::String, "the telephone's number, in E.164")
                            .optional()
                            .personal(),
                    ]
                }
            }
            PersistentConnectionConfigs => {
                const {
                    &[
                        CHANNEL,
                        Member::new(
                            "persistentConnection",
                            Shape::Bool,
                            "whether the line stays open between calls",
                        ),
                    ]
                }
            }
            VoiceEnhancementConfigs => {
                const {
                    &[
                        CHANNEL,
                        Member::new(
                            "voiceEnhancementMode",
                            Shape::Choice(VoiceEnhancementMode::NAMES),
                            "how the agent's voice is enhanced",
                        ),
                    ]
                }
            }
            UserProficiencies => {
                const {
                    &[
                        Member::new("attributeName", Shape::String, "a predefined attribute of the instance")
                            .within(Bounds::Characters(1, 100)),
                        Member::new("attributeValue", Shape::String, "one of the attribute's values")
                            .within(Bounds::Characters(1, 100)),
                        Member::new("level", Shape::Integer, "from 1 to 5").within(Bounds::Number(1, 5)),
                    ]
                }
            }
            _ => &[],
        }
    }
}

/// Whether a document of the crate has members with this name.
pub(super) fn is_name(name: &str) -> bool {
    let is_part = |path: &str| path.split('.').any(|part| part == name);
    is_output(name)
        || Property::ALL.iter().any(|property| {
            is_part(property.path()) || property.members().iter().any(|member| is_part(member.path))
        })
}

//! The users among the resources of a program.

use std::{fmt, sync::LazyLock};

use super::{
    error::{Checked, Mistake},
    evaluated::Evaluated,
    options::{ProgramOptions, ReadOptions},
    reference::is_literal,
};
use crate::user::{Value, nearest};

/// The resource types of users: the short token and the canonical token.
pub(super) const USER_TYPES: &[&str] = &["aws:connect:User", "aws:connect/user:User"];

/// The members that a resource may have.
const MEMBERS: &[&str] = &["type", "properties", "options"];

/// A user of a program.
pub struct ProgramResource {
    pub(super) name: String,
    /// `None` if there are no options, as for most users.
    options: Option<Box<ProgramOptions>>,
    /// Whether an option that decides which rules hold for the user has a mistake.
    is_in_doubt: bool,
    pub(super) properties: Properties,
    /// The index among the users of the program.
    pub(super) place: usize,
    /// Line and column of the resource name.
    pub(super) at: (u64, u64),
}

/// The properties of a user.
pub(super) enum Properties {
    /// Properties that do not depend on other users, evaluated.
    Evaluated(Evaluated),
    /// Properties that are not evaluated yet.
    Written(Value),
}

/// A resource of a program.
pub(super) enum Parsed {
    /// A user, with the mistakes in its options.
    User(Box<ProgramResource>, Vec<Mistake>),
    Other(Other),
}

/// A resource that is not managed here.
pub(super) struct Other {
    /// The type; empty where the resource cannot be read.
    pub(super) kind: String,
    /// The name of the first property.
    pub(super) first_property: Option<String>,
}

impl Other {
    /// A resource that cannot be read, of which a mistake tells.
    pub(super) const fn unreadable() -> Self {
        Self { kind: String::new(), first_property: None }
    }

    /// Whether it is, or may be, a provider of the users.
    pub(super) fn may_be_provider(&self) -> bool {
        self.kind.is_empty() || self.kind == "pulumi:providers:aws"
    }
}

impl ProgramResource {
    /// Returns the resource name: the key of the user in the program, which may differ from the user name in Amazon
    /// Connect.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the resource options.
    pub fn options(&self) -> &ProgramOptions {
        static NONE: LazyLock<ProgramOptions> = LazyLock::new(ProgramOptions::default);
        self.options.as_deref().unwrap_or(&NONE)
    }

    /// Whether an option that decides which rules hold for the user has a mistake: the user may exist, and any change of
    /// it may be ignored.
    pub(in crate::interop) const fn is_in_doubt(&self) -> bool {
        self.is_in_doubt
    }

    /// Drops aliases that are a mistake: a record under one of them is that of another user.
    pub(super) fn drop_aliases(&mut self) {
        self.is_in_doubt = true;
        self.options.iter_mut().for_each(|options| options.aliases.clear());
    }
}

impl fmt::Debug for ProgramResource {
    /// Leaves out the properties, which may have a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProgramResource")
            .field("name", &self.name)
            .field("options", self.options())
            .finish_non_exhaustive()
    }
}

impl Parsed {
    pub(super) fn of(name: &str, at: (u64, u64), mut resource: Value) -> Result<Self, Vec<Mistake>> {
        let subject = format!("`resources.{name}`");
        if name.is_empty() {
            let mistake = Mistake::new("`resources` has an empty resource name", "give the resource a name");
            return Err(vec![mistake]);
        }
        let kind = kind(&resource).map_err(|mistake| vec![mistake.after(&subject)])?.to_owned();
        if !USER_TYPES.contains(&kind.as_str()) {
            let first_property = match resource.get("properties") {
                Some(Value::Map(members)) => members.first().map(|(name, _)| name.clone()),
                _ => None,
            };
            return Ok(Self::Other(Other { kind, first_property }));
        }
        let properties = properties(&mut resource).map_err(|mistake| vec![mistake.after(&subject)])?;
        let ReadOptions { options, mistakes, is_in_doubt } =
            ProgramOptions::parse(name, resource.get("options"));
        let options = Some(Box::new(options)).filter(|options| **options != ProgramOptions::default());
        let properties = match is_literal(&properties) {
            true => Properties::Evaluated(Evaluated::of(properties)),
            false => Properties::Written(properties),
        };
        let user = ProgramResource { name: name.to_owned(), options, is_in_doubt, properties, place: 0, at };
        Ok(Self::User(Box::new(user), mistakes))
    }
}

fn kind(resource: &Value) -> Checked<&str> {
    const HELP: &str = "a user has `type: aws:connect:User`";
    let kind = match resource.get("type") {
        Some(Value::String(kind)) => kind.as_str(),
        None | Some(Value::Null) => return Err(Mistake::new("has no `type`", HELP)),
        Some(other) => {
            return Err(Mistake::new(format!("has a `type` that is {}, not a text", other.describe()), HELP));
        }
    };
    match !USER_TYPES.contains(&kind) && is_nearly_user(kind) {
        true => Err(Mistake::new(
            format!("has the type `{kind}`, which is not managed here"),
            "write `type: aws:connect:User` for a user",
        )),
        false => Ok(kind),
    }
}

/// Takes the properties of a user out of its resource, and checks the other members.
fn properties(resource: &mut Value) -> Checked<Value> {
    const HELP: &str = "write `properties: { instanceId: …, name: … }`; the reference lists them all";
    if resource.get("get").is_some() {
        return Err(Mistake::new(
            "reads a user with `get`",
            "manage a user that exists with the option `import`",
        ));
    }
    let Value::Map(members) = resource else { return Err(Mistake::new("has no `properties`", HELP)) };
    check_members(members)?;
    let properties = members.iter_mut().find(|(name, _)| name == "properties").map(|(_, value)| value);
    match properties {
        Some(properties @ Value::Map(_)) => Ok(std::mem::replace(properties, Value::Null)),
        Some(Value::Null) | None => Err(Mistake::new("has no `properties`", HELP)),
        Some(_) => Err(Mistake::new("has `properties` that are not a map", HELP)),
    }
}

fn check_members(members: &[(String, Value)]) -> Checked<()> {
    for (index, (member, _)) in members.iter().enumerate() {
        if members.iter().take(index).any(|(other, _)| other == member) {
            return Err(Mistake::new(format!("has `{member}` twice"), "take one of them out"));
        }
        if MEMBERS.contains(&member.as_str()) {
            continue;
        }
        let help = match (member.as_str(), nearest(member, MEMBERS.iter().copied())) {
            ("name", _) => "the name of the user belongs into `properties`".to_owned(),
            (_, Some(near)) => format!("did you mean `{near}`?"),
            (_, None) => format!("a user has `{}`", MEMBERS.join("`, `")),
        };
        return Err(Mistake::new(format!("has `{member}`, which is unknown here"), help));
    }
    Ok(())
}

/// Whether a type may be meant to be a user of Amazon Connect: another spelling of the token, or the type of another
/// tool. Other types of the Pulumi module are not.
fn is_nearly_user(kind: &str) -> bool {
    let lower = kind.trim().to_lowercase();
    let is_near = |one: &str, other: &str, most| strsim::damerau_levenshtein(one, other) <= most;
    if USER_TYPES.iter().any(|token| is_near(&lower, &token.to_lowercase(), 2)) {
        return true;
    }
    let words: Vec<&str> = lower.split([':', '/', '_', '.']).filter(|word| !word.is_empty()).collect();
    let Some((last, before)) = words.split_last() else { return false };
    is_near(last, "user", 1) && before.iter().any(|word| is_near(word, "connect", 2))
}

//! The users among the resources of a program.

use connect_user::user::{Value, nearest};

use super::ResourceOptions;
use crate::failure::{Failure, Outcome};

/// The types that are users: the short token and the canonical one.
const USER_TYPES: &[&str] = &["aws:connect:User", "aws:connect/user:User"];

/// What a resource may have.
const MEMBERS: &[&str] = &["type", "properties", "options"];

/// A user of a program.
pub struct Resource {
    pub name: String,
    pub properties: Value,
    pub options: ResourceOptions,
}

/// What a resource is.
pub enum Parsed {
    User(Box<Resource>),
    /// Of this type, which is not managed here.
    Other(String),
}

impl Resource {
    pub fn parse(name: &str, resource: &Value) -> Outcome<Parsed> {
        let fail = |message: &str| Failure::new(format!("`resources.{name}` {message}"));
        let Some(kind) = resource.get("type").and_then(Value::as_str) else {
            return Err(fail("has no `type`").help("a user has `type: aws:connect:User`"));
        };
        if !USER_TYPES.contains(&kind) {
            if is_nearly_user(kind) {
                return Err(fail(&format!("has the type `{kind}`, which is not managed here"))
                    .help("write `type: aws:connect:User` for a user"));
            }
            return Ok(Parsed::Other(kind.to_owned()));
        }
        if resource.get("get").is_some() {
            return Err(
                fail("reads a user with `get`").help("use the command `import` for a user that exists")
            );
        }
        if let Value::Map(members) = resource {
            check_members(members).map_err(|failure| failure.after(&format!("`resources.{name}`")))?;
        }
        let properties = match resource.get("properties") {
            Some(properties @ Value::Map(_)) => properties.clone(),
            Some(Value::Null) | None => return Err(fail("has no `properties`").help(PROPERTIES)),
            Some(_) => return Err(fail("has `properties` that are not a map").help(PROPERTIES)),
        };
        let options = ResourceOptions::parse(name, resource.get("options"))?;
        Ok(Parsed::User(Box::new(Self { name: name.to_owned(), properties, options })))
    }
}

fn check_members(members: &[(String, Value)]) -> Outcome<()> {
    for (index, (member, _)) in members.iter().enumerate() {
        if members.iter().take(index).any(|(other, _)| other == member) {
            return Err(Failure::new(format!("has `{member}` twice")).help("take one of them out"));
        }
        if MEMBERS.contains(&member.as_str()) {
            continue;
        }
        let help = match member.as_str() {
            "name" => "the name of the user belongs into `properties`".to_owned(),
            _ => match nearest(member, MEMBERS.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("a user has `{}`", MEMBERS.join("`, `")),
            },
        };
        return Err(Failure::new(format!("has `{member}`, which is unknown here")).help(help));
    }
    Ok(())
}

/// The way out where there are no properties.
const PROPERTIES: &str = "write `properties: { instanceId: …, name: … }`; the reference lists them all";

/// Whether a type is one that somebody may have meant for a user of Amazon Connect: another spelling of the
/// token, or the type of another tool. Other types of the module are not.
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

#[cfg(test)]
mod tests {
    use super::{USER_TYPES, is_nearly_user};

    #[test]
    fn nearly_users_are_told_from_other_resources() {
        for kind in [
            "aws:connect:user",
            "aws:connect:Usr",
            "aws:connect/user:user",
            "aws-native:connect:User",
            "AWS::Connect::User",
            "aws:conect:User",
            "aws:connect:Users",
            "awscc_connect_user",
            "aws_connect_user",
            "connect_user",
            "aws:connect/usr:Usr",
            " aws:connect:User",
        ] {
            assert!(is_nearly_user(kind), "{kind}");
            assert!(!USER_TYPES.contains(&kind), "{kind}");
        }
        for kind in [
            "aws:connect:Queue",
            "aws:connect:QuickConnect",
            "aws:connect:UserHierarchyGroup",
            "aws:connect:Instance",
            "aws:iam:User",
            "aws:iam/user:User",
            "aws:transfer:User",
            "aws:connect:View",
            "aws-native:connect:Rule",
            "aws:cognito:User",
            "random:RandomPassword",
            "aws:connect:Vocabulary",
            "aws:connect:Prompt",
            "",
        ] {
            assert!(!is_nearly_user(kind), "{kind}");
        }
    }
}

//! Places in a user that can be set: properties, tags, and the elements of lists.

use crate::{
    interop::program::{place_of, value_at},
    user::{
        Channel, Code, Diagnostic, IgnoredPathError, Member, OnChange, Path, Property, Segment, Shape, Value,
        ignored_path, nearest, one_line,
    },
};

/// A place that can be set.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) property: Property,
    pub(super) within: Within,
    /// The place as it was written.
    pub(super) text: String,
}

/// The part of a property.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Within {
    /// The whole property.
    Whole,
    /// A tag, by its key.
    Tag(String),
    /// A member of an element of a list; the element is identified by the values of its key members.
    Element(Vec<(&'static str, String)>, &'static str),
}

impl Place {
    /// Reads a place, and the form of its value.
    pub(super) fn parse(text: &str) -> Result<(Self, Shape), Diagnostic> {
        let text = text.trim();
        let (property, within, shape) = match list_of(text) {
            Some((property, inside)) => element(property, inside, text)?,
            None => whole(text)?,
        };
        if let Some(why) = unchangeable(property) {
            let message = format!("`{property}` cannot be set: {why}");
            let help = match property.replaces() {
                true => "set it in the program, and apply that",
                false => {
                    "set it in the program, and apply that with the policy to replace users whose value changes"
                }
            };
            return Err(Diagnostic::new(Code::NOT_SETTABLE, message).at(property).with_help(help));
        }
        Ok((Self { property, within, text: text.to_owned() }, shape))
    }

    /// Whether the place is a whole property.
    pub(super) fn is_whole(&self) -> bool {
        self.within == Within::Whole
    }

    /// The path in the document of a user.
    pub(super) fn path(&self) -> Path {
        match &self.within {
            Within::Tag(key) => Path::from(self.property).key(key.as_str()),
            Within::Whole | Within::Element(..) => self.property.into(),
        }
    }

    /// Sets or removes the value at this place of a document. Fails with the path of a value that has another form than
    /// expected.
    pub(super) fn put(&self, document: &mut Value, value: Option<&Value>) -> Result<(), Path> {
        let path = self.path();
        match &self.within {
            Within::Whole | Within::Tag(_) => {
                put(document, path.segments(), value).map_err(|depth| self.path_to(depth))
            }
            Within::Element(keys, member) => {
                let in_the_way = || Err(Path::from(self.property));
                let (Value::Map(members), [name]) = (document, path.segments()) else { return in_the_way() };
                if value.is_none() && place_of(members, name).is_none() {
                    return Ok(());
                }
                let Some(list) = member_mut(members, name) else { return in_the_way() };
                if *list == Value::Null {
                    *list = Value::List(Vec::new());
                }
                match list {
                    Value::List(items) => put_element(items, keys, member, value, self.property),
                    _ => in_the_way(),
                }
            }
        }
    }

    /// The path of the first `depth` names.
    fn path_to(&self, depth: usize) -> Path {
        let names = self.property.path().split('.').take(depth);
        names.fold(Path::root(), |path, name| path.member(name))
    }
}

/// Why no call changes a property of a user that exists.
fn unchangeable(property: Property) -> Option<&'static str> {
    match property.info().on_change {
        OnChange::Update(_) => None,
        OnChange::Replace => Some("a change replaces the user"),
        _ => Some("no call changes it once the user exists"),
    }
}

/// The list of a place within an element, and the rest of the place.
fn list_of(text: &str) -> Option<(Property, &str)> {
    let lists = Property::ALL.iter().filter(|property| !property.members().is_empty());
    lists.copied().find_map(|property| {
        let spelled = property.snake_case();
        let rest = text.strip_prefix(property.path()).or_else(|| text.strip_prefix(spelled.as_str()))?;
        Some((property, rest.strip_prefix('.')?))
    })
}

fn element(property: Property, inside: &str, text: &str) -> Result<(Property, Within, Shape), Diagnostic> {
    let unknown = |message: String, help: String| {
        Err(Diagnostic::new(Code::UNKNOWN_MEMBER, message).at(property).with_help(help))
    };
    let members = property.members();
    let is_key = |member: &&Member| matches!(member.path, "channel" | "attributeName" | "attributeValue");
    let keys: Vec<&str> = members.iter().filter(is_key).map(|member| member.path).collect();
    let mut parts = inside.splitn(keys.len() + 1, '.');
    let found: Vec<(&str, String)> =
        keys.iter().zip(parts.by_ref()).map(|(key, part)| (*key, part.to_owned())).collect();
    if found.len() < keys.len() || found.iter().any(|(_, part)| part.is_empty()) {
        let names = keys.join(".").to_uppercase();
        return unknown(
            format!("`{}` names no element", one_line(text)),
            format!("write `{property}.{names}=VALUE`"),
        );
    }
    if let Some((_, channel)) =
        found.iter().find(|(key, name)| *key == "channel" && !Channel::NAMES.contains(&name.as_str()))
    {
        let help = match nearest(channel, Channel::NAMES.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("a channel is one of `{}`", Channel::NAMES.join("`, `")),
        };
        return unknown(
            format!("`{}` names the channel `{}`, which is unknown", one_line(text), one_line(channel)),
            help,
        );
    }
    let rest = members.iter().filter(|member| !is_key(member));
    let member = match parts.next() {
        None => rest.clone().next(),
        Some(name) => rest.clone().find(|member| member.path == name || member.snake_case() == name),
    };
    match member {
        Some(member) => Ok((property, Within::Element(found, member.path), member.shape)),
        None => {
            let paths: Vec<&str> = rest.map(|member| member.path).collect();
            let message = format!("`{}` names no member of `{property}`", one_line(text));
            unknown(message, format!("write one of `{}` behind the element", paths.join("`, `")))
        }
    }
}

fn whole(text: &str) -> Result<(Property, Within, Shape), Diagnostic> {
    const HELP: &str = "give the path of a property, such as `identityInfo.email` or `tags.team`; the reference lists them all";
    let unknown =
        |message: String, help: String| Err(Diagnostic::new(Code::UNKNOWN_MEMBER, message).with_help(help));
    let path = match ignored_path(text) {
        Ok(path) => path,
        Err(IgnoredPathError::Part { property, .. }) => return Err(part(property, text)),
        Err(error @ IgnoredPathError::Malformed(_)) => {
            return unknown(error.to_string(), error.help().into());
        }
        Err(error) => return unknown(error.to_string(), HELP.to_owned()),
    };
    let Some(property) = path.property() else {
        let inside = Property::ALL.iter().filter(|property| path.covers(&Path::from(**property)));
        let inside: Vec<&str> = inside.map(|property| property.path()).collect();
        let help = match path.segments() {
            [] => HELP.to_owned(),
            _ => format!("set one of `{}`", inside.join("`, `")),
        };
        return unknown(format!("`{}` is no property", one_line(text)), help);
    };
    match path.segments().get(Path::from(property).segments().len()..).unwrap_or_default() {
        [] => Ok((property, Within::Whole, property.info().shape)),
        [Segment::Key(key)] => Ok((property, Within::Tag(key.clone()), Shape::String)),
        _ => Err(part(property, text)),
    }
}

fn part(property: Property, text: &str) -> Diagnostic {
    let message = format!("`{}` is an element, whose place means nothing", one_line(text));
    let help = match property.members() {
        [] => format!("set all of `{property}`"),
        _ => format!("set all of `{property}`, or name the element, such as `{property}.VOICE`"),
    };
    Diagnostic::new(Code::UNKNOWN_MEMBER, message).at(property).with_help(help)
}

/// A member or an entry, which is added if it does not exist.
fn member_mut<'a>(members: &'a mut Vec<(String, Value)>, step: &Segment) -> Option<&'a mut Value> {
    let place = place_of(members, step);
    let name = match step {
        Segment::Member(name) => name,
        Segment::Key(name) => name.as_str(),
        Segment::Index(_) => return None,
    };
    let place = place.unwrap_or_else(|| {
        members.push((name.to_owned(), Value::Null));
        members.len() - 1
    });
    members.get_mut(place).map(|(_, value)| value)
}

/// Removes the value at a path, if there is one.
pub(super) fn remove(document: &mut Value, path: &Path) {
    // If a value on the path is not a map, there is nothing to remove.
    let _ = put(document, path.segments(), None);
}

/// Sets or removes a member. Fails with the number of names that lead to a value that is not a map.
fn put(at: &mut Value, names: &[Segment], value: Option<&Value>) -> Result<(), usize> {
    let Some((first, rest)) = names.split_first() else { return Ok(()) };
    if *at == Value::Null {
        *at = Value::Map(Vec::new());
    }
    let Value::Map(members) = at else { return Err(0) };
    match (place_of(members, first), value) {
        (None, None) => return Ok(()),
        (Some(place), None) if rest.is_empty() => drop(members.remove(place)),
        (Some(place), None) if matches!(members.get(place), Some((_, Value::Null))) => {}
        (_, value) => match (member_mut(members, first), value) {
            (Some(member), Some(value)) if rest.is_empty() => member.clone_from(value),
            (Some(member), value) => return put(member, rest, value).map_err(|depth| depth + 1),
            (None, _) => {}
        },
    }
    Ok(())
}

/// Sets a member of an element, or takes the element away where it is the one that it is about.
fn put_element(
    items: &mut Vec<Value>,
    keys: &[(&'static str, String)],
    member: &'static str,
    value: Option<&Value>,
    property: Property,
) -> Result<(), Path> {
    let is_it = |item: &Value| {
        let says =
            |key, name: &str| value_at(item, &Path::root().member(key)).and_then(Value::as_str) == Some(name);
        keys.iter().all(|(key, name)| says(*key, name))
    };
    let path = member.split('.').fold(Path::root(), |path, name| path.member(name));
    let is_main = property.members().get(keys.len()).is_some_and(|main| main.path == member);
    match (items.iter().position(is_it), value) {
        (None, None) => Ok(()),
        (Some(place), None) if is_main => {
            items.remove(place);
            Ok(())
        }
        (place, value) => {
            let place = place.unwrap_or_else(|| {
                let keys = keys.iter().map(|(key, name)| ((*key).to_owned(), name.as_str().into()));
                items.push(Value::Map(keys.collect()));
                items.len() - 1
            });
            match items.get_mut(place) {
                Some(item) => {
                    put(item, path.segments(), value).map_err(|_| Path::from(property).index(place))
                }
                None => Ok(()),
            }
        }
    }
}

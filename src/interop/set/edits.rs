//! The properties to set, with their values.

use std::fmt;

use super::{form, places::Place};
use crate::{
    user::{Code, Diagnostic, Path, Property, Value, one_line},
    validate::{Context, validate_document},
};

/// Properties to set or clear, each with its new value.
///
/// ```
/// use connect_user::interop::set::PropertyEdits;
///
/// let edits = PropertyEdits::parse(
///     &["routingProfileId=name:Sales", "tags.team=red", "autoAcceptConfigs.VOICE=true"],
///     &["hierarchyGroupId"],
/// );
/// assert!(edits.is_ok());
/// let mistakes = PropertyEdits::parse(&["phoneConfig.afterContactWorkTimeLimt=30"], &[]).unwrap_err();
/// assert_eq!(
///     mistakes[0].message,
///     "`phoneConfig.afterContactWorkTimeLimt` names no property of a user; did you mean \
///      `phoneConfig.afterContactWorkTimeLimit`?",
/// );
/// ```
#[derive(Clone, PartialEq)]
pub struct PropertyEdits(Vec<(Place, Option<Value>)>);

impl PropertyEdits {
    /// Reads properties to set, each as `PROPERTY=VALUE`, and properties to clear, each as `PROPERTY`.
    ///
    /// A property is named as in the table of properties (`identityInfo.email`), a tag by its key (`tags.team`), and an
    /// element of a list by its channel or attribute: `autoAcceptConfigs.VOICE`, `userProficiencies.Language.German`,
    /// followed by the name of a member where the element has several. A value has the form of its property: a list of
    /// ids is separated by commas, or is JSON, as other lists are. An empty value clears the property.
    ///
    /// # Errors
    ///
    /// All mistakes: properties that are unknown, or that no call changes; values of another form; values that break a
    /// rule for every user.
    pub fn parse<S: AsRef<str>>(set: &[S], unset: &[S]) -> Result<Self, Vec<Diagnostic>> {
        let set = set.iter().enumerate().map(|(number, text)| read(number, text.as_ref()));
        let unset = unset.iter().map(|text| Ok((Place::parse(text.as_ref())?.0, None)));
        let (mut edits, mut mistakes) = (Vec::new(), Vec::new());
        for edit in set.chain(unset) {
            match edit {
                Ok((place, _)) if edits.iter().any(|(other, _)| is_within(other, &place)) => {
                    let message = format!("`{}` is given twice", one_line(&place.text));
                    let mistake = Diagnostic::new(Code::DUPLICATE_MEMBER, message).at(place.path());
                    mistakes.push(mistake.with_help("take one of them out"));
                }
                Ok(edit) => edits.push(edit),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        let edits = Self(edits);
        if mistakes.is_empty() {
            mistakes = edits.broken_rules();
        }
        if mistakes.is_empty() { Ok(edits) } else { Err(mistakes) }
    }

    /// Returns the properties that are set or cleared.
    pub fn properties(&self) -> impl Iterator<Item = Property> {
        self.0.iter().map(|(place, _)| place.property)
    }

    /// The properties that are cleared as a whole.
    pub(super) fn cleared(&self) -> impl Iterator<Item = Property> {
        let is_cleared = |(place, value): &&(Place, Option<Value>)| place.is_whole() && value.is_none();
        self.0.iter().filter(is_cleared).map(|(place, _)| place.property)
    }

    /// Whether a property, or a part of it, is set or cleared.
    pub(super) fn has(&self, property: Property) -> bool {
        self.properties().any(|other| other == property)
    }

    /// Whether setting these properties may change the property: it is set, or holds the same setting.
    pub(super) fn reaches(&self, property: Property) -> bool {
        // Type and number of a phone are one value.
        let is_phone = |one, other| property == one && self.has(other);
        self.has(property)
            || property.twin().is_some_and(|twin| self.has(twin))
            || is_phone(Property::PhoneType, Property::DeskPhoneNumber)
            || is_phone(Property::DeskPhoneNumber, Property::PhoneType)
    }

    /// Whether the path is set or cleared, by itself or as a part of a property.
    pub(super) fn covers(&self, path: &Path) -> bool {
        self.0.iter().any(|(place, _)| place.path().covers(path))
    }

    /// Writes the values to the document of a user. Fails with the path of a value that has another form than expected.
    pub(super) fn put(&self, document: &mut Value) -> Result<(), Path> {
        self.0.iter().try_for_each(|(place, value)| place.put(document, value.as_ref()))
    }

    /// Returns the edits with converted values, for example escaped ones.
    pub(super) fn map(&self, value: impl Fn(&Value) -> Value) -> Self {
        Self(self.0.iter().map(|(place, old)| (place.clone(), old.as_ref().map(&value))).collect())
    }

    /// The rules that the edits break for every user.
    fn broken_rules(&self) -> Vec<Diagnostic> {
        let text = |text: &str| Value::from(text);
        let mut document = Value::Map(vec![
            // An ARN in the edits must match the instance of the user, which differs: leave it unknown.
            ("instanceId".to_owned(), Value::Unknown),
            ("name".to_owned(), text("n")),
            ("routingProfileId".to_owned(), text("r")),
            ("securityProfileIds".to_owned(), Value::List(vec![text("s")])),
        ]);
        if !self.has(Property::PhoneNumberConfigs) {
            let phone = Value::Map(vec![("phoneType".to_owned(), text("SOFT_PHONE"))]);
            if let Value::Map(members) = &mut document {
                members.push(("phoneConfig".to_owned(), phone));
            }
        }
        // Writing to this document cannot fail.
        let _ = self.put(&mut document);
        let (_, report) = validate_document(document, &Context::builder().exists(true).build());
        let is_cleared =
            |path: &Path| self.0.iter().any(|(place, value)| value.is_none() && place.path() == *path);
        let broken = report.errors().filter(|mistake| self.covers(&mistake.path)).cloned();
        broken
            .map(|mistake| match is_cleared(&mistake.path) {
                true => mistake.with_help("it cannot be cleared: set it to another value"),
                false => mistake,
            })
            .collect()
    }
}

/// Whether one place equals the other, or one is a part of the other.
fn is_within(one: &Place, other: &Place) -> bool {
    use super::places::Within::{Element, Whole};
    one.property == other.property
        && match (&one.within, &other.within) {
            (Whole, _) | (_, Whole) => true,
            (Element(keys, member), Element(others, other)) => keys == others && member == other,
            (one, other) => one == other,
        }
}

fn read(number: usize, text: &str) -> Result<(Place, Option<Value>), Diagnostic> {
    let mut is_quoted = false;
    let end = text.char_indices().find(|(_, c)| {
        is_quoted ^= *c == '"';
        *c == '=' && !is_quoted
    });
    let Some((name, value)) = end.and_then(|(end, _)| Some((text.get(..end)?, text.get(end + 1..)?))) else {
        // Do not show a text that is not a property: it may be a value.
        let (message, help) = match Place::parse(text) {
            Ok((place, _)) => {
                let name = one_line(&place.text).into_owned();
                (format!("`{name}` has no value"), format!("write `{name}=VALUE`"))
            }
            Err(_) => {
                let message = format!("edit {} has no `=` behind the name of a property", number + 1);
                (message, "write `PROPERTY=VALUE`".to_owned())
            }
        };
        return Err(Diagnostic::new(Code::WRONG_TYPE, message).with_help(help));
    };
    let (place, shape) = Place::parse(name)?;
    let value = form::value(value, shape, name.trim()).map_err(|mistake| mistake.at(place.path()))?;
    Ok((place, value))
}

impl fmt::Debug for PropertyEdits {
    /// Leaves out the values, which may be personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(place, _)| &place.text)).finish()
    }
}

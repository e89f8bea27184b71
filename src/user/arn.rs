//! The ARNs of Amazon Connect.

use std::{fmt, str::FromStr};

use super::{
    as_text::serde_as_text,
    id_error::{IdError, is_id_character},
};

/// The ARN of an instance, or of a resource in one.
///
/// ```
/// use connect_user::user::Arn;
///
/// let arn: Arn = "arn:aws:connect:eu-west-2:123456789012:instance/1c2d/agent/7a9b".parse()?;
/// assert_eq!(arn.region(), "eu-west-2");
/// assert_eq!(arn.resource(), Some(("agent", "7a9b")));
/// # Ok::<(), connect_user::user::IdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn {
    partition: String,
    region: String,
    account: String,
    instance: String,
    resource: Option<(String, String)>,
}

impl Arn {
    /// Creates the ARN of a resource in an instance, from its segment and its bare id.
    pub(super) fn new(
        [partition, region, account, instance]: [&str; 4],
        (segment, id): (&str, &str),
    ) -> Self {
        Self {
            partition: partition.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            instance: instance.to_owned(),
            resource: Some((segment.to_owned(), id.to_owned())),
        }
    }

    /// Returns the partition: `aws`, `aws-us-gov` …
    pub fn partition(&self) -> &str {
        &self.partition
    }

    /// Returns the Region.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Returns the account number.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Returns the id of the instance.
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// Returns segment and id of the resource in the instance: (`agent`, the user id) for a user. `None` for an
    /// instance.
    pub fn resource(&self) -> Option<(&str, &str)> {
        self.resource.as_ref().map(|(segment, id)| (segment.as_str(), id.as_str()))
    }
}

impl FromStr for Arn {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let arn = ArnRef::parse(text).ok_or_else(|| IdError::Arn {
            kind: "anything in Amazon Connect",
            text: text.to_owned(),
            form: "arn:aws:connect:REGION:ACCOUNT:instance/INSTANCE/SEGMENT/ID".to_owned(),
        })?;
        Ok(arn.to_arn())
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, region, account, instance, resource } = self;
        write!(f, "arn:{partition}:connect:{region}:{account}:instance/{instance}")?;
        match resource {
            Some((segment, id)) => write!(f, "/{segment}/{id}"),
            None => Ok(()),
        }
    }
}

serde_as_text!(Arn);

/// The parts of an ARN, borrowed from its text.
#[derive(Clone, Copy)]
pub(super) struct ArnRef<'a> {
    partition: &'a str,
    region: &'a str,
    account: &'a str,
    pub(super) instance: &'a str,
    pub(super) resource: Option<(&'a str, &'a str)>,
}

impl<'a> ArnRef<'a> {
    pub(super) fn to_arn(self) -> Arn {
        Arn {
            partition: self.partition.to_owned(),
            region: self.region.to_owned(),
            account: self.account.to_owned(),
            instance: self.instance.to_owned(),
            resource: self.resource.map(|(segment, id)| (segment.to_owned(), id.to_owned())),
        }
    }

    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next().filter(|part| !part.is_empty());
        let ("arn", partition, "connect", region, account, rest) =
            (next()?, next()?, next()?, next()?, next()?, next()?)
        else {
            return None;
        };
        let mut segments = rest.split('/');
        let ("instance", instance) = (segments.next()?, segments.next()?) else {
            return None;
        };
        let resource = match (segments.next(), segments.next(), segments.next()) {
            (None, ..) => None,
            (Some(segment), Some(id), None) => Some((segment, id)),
            _ => return None,
        };
        let ids = [Some(instance), resource.map(|(segment, _)| segment), resource.map(|(_, id)| id)];
        let plain = |id: &str| !id.is_empty() && id.chars().all(is_id_character);
        ids.into_iter().flatten().all(plain).then_some(Self {
            partition,
            region,
            account,
            instance,
            resource,
        })
    }
}

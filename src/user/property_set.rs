//! Sets of properties.

use std::fmt;

use super::{Operation, Operation::*, property::Property};

/// A set of properties, for example those that the last applied spec set.
///
/// ```
/// use connect_user::user::{Property, PropertySet};
///
/// let set = PropertySet::from_iter([Property::Tags, Property::Email]);
/// assert!(set.contains(Property::Email));
/// assert_eq!(set.iter().collect::<Vec<_>>(), [Property::Email, Property::Tags]);
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct PropertySet(u64);

// Each property has its own bit.
const _: () = assert!(Property::ALL.len() <= u64::BITS as usize);

impl PropertySet {
    /// The empty set.
    pub const EMPTY: Self = Self(0);

    /// The properties that a search leaves out: both e-mail addresses and the mobile number.
    pub const NOT_IN_SEARCH: Self = {
        let mut set = Self::EMPTY;
        let mut properties = Property::ALL;
        while let [property, more @ ..] = properties {
            set.insert_if(*property, !property.is_in_search());
            properties = more;
        }
        set
    };

    /// Returns the properties that a call of the operation writes together with a changed property, and that must
    /// therefore have been read. Empty for an operation that writes only the properties that it names.
    pub const fn written_by(operation: Operation) -> Self {
        match operation {
            UpdateUserIdentityInfo | UpdateUserSecurityProfiles => Self::changed_by(operation),
            // The call overwrites the after contact work of every channel.
            UpdateUserPhoneConfig => {
                Self::changed_by(operation).union(Self(Property::AfterContactWorkConfigs.bit()))
            }
            _ => Self::EMPTY,
        }
    }

    /// Returns the properties that an operation changes.
    pub(super) const fn changed_by(operation: Operation) -> Self {
        let mut set = Self::EMPTY;
        let mut properties = Property::ALL;
        while let [property, more @ ..] = properties {
            let mut operations = property.info().on_change.operations();
            while let [first, rest @ ..] = operations {
                set.insert_if(*property, *first as u32 == operation as u32);
                operations = rest;
            }
            properties = more;
        }
        set
    }

    /// The properties that calls write as a whole block or set: identity, phone, the after contact work that
    /// a phone block overwrites, and security profiles.
    pub const WRITTEN_WHOLE: Self = Self::written_by(UpdateUserIdentityInfo)
        .union(Self::written_by(UpdateUserPhoneConfig))
        .union(Self::written_by(UpdateUserSecurityProfiles));

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the property is in the set.
    pub const fn contains(self, property: Property) -> bool {
        self.0 & property.bit() != 0
    }

    /// Adds the property.
    pub const fn insert(&mut self, property: Property) {
        self.0 |= property.bit();
    }

    /// Adds the property if `present`.
    pub(crate) const fn insert_if(&mut self, property: Property, present: bool) {
        if present {
            self.insert(property);
        }
    }

    /// Removes the property.
    pub const fn remove(&mut self, property: Property) {
        self.0 &= !property.bit();
    }

    /// Returns the properties of either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the properties that are in both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns the properties of this set that are not in the other.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Returns the properties, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Property> {
        Property::ALL.iter().copied().filter(move |property| self.contains(*property))
    }
}

impl FromIterator<Property> for PropertySet {
    fn from_iter<I: IntoIterator<Item = Property>>(properties: I) -> Self {
        let mut set = Self::EMPTY;
        properties.into_iter().for_each(|property| set.insert(property));
        set
    }
}

impl fmt::Debug for PropertySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

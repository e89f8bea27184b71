//! The settings of a host for its users, which validation, comparison and planning all take.

use std::collections::BTreeSet;

use bon::Builder;
use serde::{Deserialize, Serialize};

use super::{IdentityManagementType, IgnoreTags, Path, Property, PropertySet, Segment, Tags, choice::choice};

choice! {
    /// The policy for a changed password, which no API changes.
    #[derive(Default)]
    PasswordPolicy {
        /// Warn, and leave the user as it is. This is the default.
        #[default]
        Warn = "warn",
        /// Replace the user.
        Replace = "replace",
        /// Refuse the plan.
        Refuse = "refuse",
    }
}

choice! {
    /// The policy for a changed directory user id, which no API changes.
    #[derive(Default)]
    DirectoryUserIdPolicy {
        /// Refuse the plan. This is the default.
        #[default]
        Refuse = "refuse",
        /// Replace the user.
        Replace = "replace",
    }
}

choice! {
    /// The policy for the quick connects of a deleted user: the entries by which agents transfer contacts to it.
    #[derive(Default)]
    QuickConnects {
        /// Leave them: they then lead nowhere, and the plan says so. This is the default.
        #[default]
        Leave = "leave",
        /// Delete them first, as AWS recommends. This needs a search of the instance for quick connects.
        Delete = "delete",
    }
}

choice! {
    /// A change that ends the sessions of a user. Without it, a signed-in user keeps its previous rights for hours.
    SignOutOn {
        /// The user is deleted, or replaced by a new user.
        Deletion = "deletion",
        /// A security profile is removed or replaced.
        LostSecurityProfile = "lost-security-profile",
        /// The e-mail address is changed or removed; adding a first address ends no session.
        ChangedEmail = "changed-email",
    }
}

choice! {
    /// The policy for a call that may reset settings that the service has and this version does not know.
    #[derive(Default)]
    UnrecognisedPolicy {
        /// Warn, and make the call. This is the default.
        #[default]
        Warn = "warn",
        /// Refuse the plan.
        Refuse = "refuse",
    }
}

/// The settings of a host for its users.
///
/// Give the same value to validation ([`Context`](crate::validate::Context)), comparison, planning and apply.
/// `password_changed`, `protect`, `ignore_changes` and `replace_on_changes` may differ between users: make a value for
/// each user then.
#[derive(Builder, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Settings {
    /// The default tags of the provider; tags of the spec override them. Default: none.
    #[builder(default)]
    pub default_tags: Tags,
    /// The identity management type of the instance;
    /// [`identity_management`](https://docs.rs/connect-user/latest/connect_user/read/fn.identity_management.html)
    /// reads it. Default: not known.
    pub identity_management: Option<IdentityManagementType>,
    /// The policy for a changed password. Default: [`PasswordPolicy::Warn`].
    #[builder(default)]
    pub password: PasswordPolicy,
    /// Whether the password differs from the one that the user was created with, for a host that knows: it keeps a
    /// fingerprint. Default: `None`, which compares with [`Record::password`](super::Record::password), which only the
    /// process that created the user has.
    pub password_changed: Option<bool>,
    /// The policy for a changed directory user id. Default: [`DirectoryUserIdPolicy::Refuse`].
    #[builder(default)]
    pub directory_user_id: DirectoryUserIdPolicy,
    /// The policy for the quick connects of a deleted user. Default: [`QuickConnects::Leave`].
    #[builder(default)]
    pub quick_connects: QuickConnects,
    /// The changes that end the sessions of a user, everywhere and at once: one more call. A user that is deleted is
    /// signed out before the deletion, because the service may not find it afterwards; any other user right after the
    /// change. If an apply fails in between, the next apply signs the user out, also if it deletes or replaces the
    /// user. The host of an engine (`engine::Resource`) may keep no journal; there, a user that is found to have lost
    /// such rights is signed out by the next apply, even if the change was made outside the program. Default: nothing.
    #[builder(default)]
    pub sign_out_on: BTreeSet<SignOutOn>,
    /// The policy for a call that may reset settings that the service has and this version does not know
    /// ([`Record::unrecognised`](super::Record::unrecognised)). Default: [`UnrecognisedPolicy::Warn`].
    #[builder(default)]
    pub unrecognised: UnrecognisedPolicy,
    /// Whether to refuse to delete or replace the user. Default: no.
    #[builder(default)]
    pub protect: bool,
    /// Paths whose changes are ignored: each covers everything below it, and [`Path::root`] covers everything.
    /// [`ignored_path`](super::ignored_path) reads a path from text. Default: none.
    ///
    /// An ignored property of an existing user keeps its value: it is never changed, a call that writes the block
    /// around it sends the actual value again, and it never replaces the user. A new user gets the values of the spec;
    /// a user that replaces another gets the values of the old user, if the spec sets the property at all. In another
    /// instance, it gets the profiles and the hierarchy group of the spec: their ids are those of an instance. The first
    /// password is always that of the spec.
    #[builder(default)]
    pub ignore_changes: Vec<Path>,
    /// Paths whose changes replace the user although they could be made in place: each covers everything below it.
    /// [`ignored_path`](super::ignored_path) reads a path from text. A path of an element of a list, such as
    /// `userProficiencies[0].level`, is refused when an existing user is compared: name the whole list. Default: none.
    #[builder(default)]
    pub replace_on_changes: Vec<Path>,
    /// Whether a replaced user is deleted before the new one is created, even if both could exist at once.
    /// Default: no.
    #[builder(default)]
    pub delete_before_replace: bool,
    /// Tags that are managed outside the program: they are not shown, compared, removed or set. Default: none.
    #[builder(default)]
    pub ignore_tags: IgnoreTags,
}

impl Settings {
    /// Whether changes of the whole property are ignored.
    ///
    /// ```
    /// use connect_user::user::{Path, Property, Settings};
    ///
    /// let settings = Settings::builder().ignore_changes(vec![Path::root().member("identityInfo")]).build();
    /// assert!(settings.ignores(Property::Email) && !settings.ignores(Property::Tags));
    /// ```
    pub fn ignores(&self, property: Property) -> bool {
        self.ignore_changes.iter().any(|path| path.covers(&property.into()))
    }

    /// Returns the properties whose changes are ignored.
    pub fn ignored(&self) -> PropertySet {
        if self.ignore_changes.is_empty() {
            return PropertySet::EMPTY;
        }
        Property::ALL.iter().copied().filter(|property| self.ignores(*property)).collect()
    }

    /// Whether changes of the tag are ignored by [`ignore_changes`](Self::ignore_changes) or by
    /// [`ignore_tags`](Self::ignore_tags).
    pub fn ignores_tag(&self, key: &str) -> bool {
        self.ignore_tags.contains(key) || self.keeps_tag(key)
    }

    /// Whether changes of the tag are ignored by [`ignore_changes`](Self::ignore_changes).
    pub(crate) fn keeps_tag(&self, key: &str) -> bool {
        self.ignore_changes.iter().any(|path| match path.segments() {
            [] => true,
            [first] => *first == Segment::Member("tags".into()),
            [first, Segment::Key(other)] => *first == Segment::Member("tags".into()) && other == key,
            _ => false,
        })
    }

    /// Takes all settings of `other`, and copies only those that differ: many consecutive users have the same settings.
    #[cfg(feature = "fleet")]
    pub(crate) fn adopt(&mut self, other: &Self) {
        fn set<T: Clone + PartialEq>(mine: &mut T, other: &T) {
            if mine != other {
                mine.clone_from(other);
            }
        }
        let Self {
            default_tags,
            identity_management,
            password,
            password_changed,
            directory_user_id,
            quick_connects,
            sign_out_on,
            unrecognised,
            protect,
            ignore_changes,
            replace_on_changes,
            delete_before_replace,
            ignore_tags,
        } = other;
        set(&mut self.default_tags, default_tags);
        set(&mut self.ignore_changes, ignore_changes);
        set(&mut self.replace_on_changes, replace_on_changes);
        set(&mut self.ignore_tags, ignore_tags);
        set(&mut self.sign_out_on, sign_out_on);
        self.identity_management = *identity_management;
        self.password = *password;
        self.password_changed = *password_changed;
        self.directory_user_id = *directory_user_id;
        self.quick_connects = *quick_connects;
        self.unrecognised = *unrecognised;
        self.protect = *protect;
        self.delete_before_replace = *delete_before_replace;
    }
}

//! What the command line says of every user.

use std::collections::HashSet;

use connect_user::{
    diff,
    fleet::{Directory, RefreshOptions, Strategy},
    user::{AutoName, IdentityManagementType, Tags, UserState},
    validate::{Context, Overrides},
};

use crate::{
    args::{Global, OnDirectoryUserIdChange, OnPasswordChange},
    failure::{Failure, Outcome},
    fingerprint::Fingerprints,
    store::{FINGERPRINT, Store},
};

/// What the command line says of every user.
pub struct Wishes {
    pub default_tags: Tags,
    pub overrides: Overrides,
    pub options: diff::Options,
    pub fingerprints: Fingerprints,
    pub targets: HashSet<String>,
    strategy: Option<Strategy>,
    parallelism: std::num::NonZeroUsize,
    pub assumed: Option<IdentityManagementType>,
}

impl Wishes {
    pub fn new(args: &Global, store: &Store, targets: &[String]) -> Outcome<Self> {
        let default_tags: Tags = args.default_tag.iter().cloned().collect();
        let mut overrides = Overrides::default();
        let lowered = args.allow.iter().try_for_each(|code| overrides.allow(code));
        lowered
            .and_then(|()| args.deny.iter().try_for_each(|code| overrides.deny(code)))
            .map_err(|error| Failure::new(error.to_string()))?;
        let options = diff::Options::builder()
            .default_tags(default_tags.clone())
            .password(match args.on_password_change {
                OnPasswordChange::Warn => diff::PasswordPolicy::Warn,
                OnPasswordChange::Replace => diff::PasswordPolicy::Replace,
                OnPasswordChange::Refuse => diff::PasswordPolicy::Refuse,
            })
            .directory_user_id(match args.on_directory_user_id_change {
                OnDirectoryUserIdChange::Refuse => diff::DirectoryUserIdPolicy::Refuse,
                OnDirectoryUserIdChange::Replace => diff::DirectoryUserIdPolicy::Replace,
            })
            .quick_connects(if args.delete_quick_connects {
                diff::QuickConnects::Delete
            } else {
                diff::QuickConnects::Leave
            })
            .build();
        let recorded = store.entries().values().find_map(|entry| entry.notes.get(FINGERPRINT));
        Ok(Self {
            default_tags,
            overrides,
            options,
            fingerprints: Fingerprints::like(recorded.map(String::as_str)),
            targets: targets.iter().cloned().collect(),
            strategy: args.refresh.map(Into::into),
            parallelism: args.parallelism,
            assumed: args.identity_management,
        })
    }

    /// Whether a user is meant at all.
    pub fn is_target(&self, name: &str) -> bool {
        self.targets.is_empty() || self.targets.contains(name)
    }

    /// How recorded users are read; `usual` where the command line does not say.
    pub fn refresh_options(&self, usual: Strategy) -> RefreshOptions {
        let strategy = self.strategy.unwrap_or(usual);
        RefreshOptions::builder().strategy(strategy).parallelism(self.parallelism).build()
    }

    pub fn context<'a>(
        &self,
        kind: Option<IdentityManagementType>,
        auto_name: AutoName,
        prior: Option<&'a UserState>,
        names: Option<&'a Directory>,
    ) -> Context<'a> {
        Context::builder()
            .options(self.options(kind, None, false))
            .auto_name(auto_name)
            .overrides(self.overrides.clone())
            .maybe_prior(prior)
            .maybe_names(names.map(|names| names as _))
            .build()
    }

    /// What to compare one user with.
    pub fn options(
        &self,
        kind: Option<IdentityManagementType>,
        password_changed: Option<bool>,
        protect: bool,
    ) -> diff::Options {
        let mut options = self.options.clone();
        options.identity_management = kind;
        options.password_changed = password_changed;
        options.protect = protect;
        options
    }
}

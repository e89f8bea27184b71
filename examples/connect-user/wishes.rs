//! What the command line says of every user.

use std::collections::BTreeSet;

use connect_user::{
    read::{Directory, RefreshOptions, Strategy},
    user::{
        AutoName, DirectoryUserIdPolicy, IdentityManagementType, IgnoreTags, PasswordPolicy, QuickConnects,
        Settings, Severity, Tags, UserState,
    },
    validate::{Context, Overrides},
};

use crate::{
    args::{Global, OnDirectoryUserIdChange, OnPasswordChange},
    failure::{Failure, Outcome},
    fingerprint::Fingerprints,
    program::ResourceOptions,
    store::{FINGERPRINT, Store},
};

/// The rule that a program refers to what it defines: the command line's own.
pub const UNDEFINED_REFERENCE: &str = "undefined-reference";

/// What the command line says of every user.
pub struct Wishes {
    pub overrides: Overrides,
    /// How severe a reference to nothing is.
    pub undefined: Severity,
    pub settings: Settings,
    pub fingerprints: Fingerprints,
    pub targets: BTreeSet<String>,
    strategy: Option<Strategy>,
    parallelism: std::num::NonZeroUsize,
    pub assumed: Option<IdentityManagementType>,
}

impl Wishes {
    pub fn new(args: &Global, store: &Store, targets: &[String]) -> Outcome<Self> {
        let default_tags: Tags = args.default_tag.iter().cloned().collect();
        let mut overrides = Overrides::default();
        let is_library_s = |code: &&String| code.as_str() != UNDEFINED_REFERENCE;
        let lowered = args.allow.iter().filter(is_library_s).try_for_each(|code| overrides.allow(code));
        lowered
            .and_then(|()| args.deny.iter().filter(is_library_s).try_for_each(|code| overrides.deny(code)))
            .map_err(|error| Failure::new(error.to_string()).help(error.help()))?;
        let allows_undefined = args.allow.iter().any(|code| code == UNDEFINED_REFERENCE)
            && args.deny.iter().all(|code| code != UNDEFINED_REFERENCE);
        let settings = Settings::builder()
            .default_tags(default_tags)
            .ignore_tags(IgnoreTags::new(&args.ignore_tag, &args.ignore_tag_prefix))
            .password(match args.on_password_change {
                OnPasswordChange::Warn => PasswordPolicy::Warn,
                OnPasswordChange::Replace => PasswordPolicy::Replace,
                OnPasswordChange::Refuse => PasswordPolicy::Refuse,
            })
            .directory_user_id(match args.on_directory_user_id_change {
                OnDirectoryUserIdChange::Refuse => DirectoryUserIdPolicy::Refuse,
                OnDirectoryUserIdChange::Replace => DirectoryUserIdPolicy::Replace,
            })
            .quick_connects(if args.delete_quick_connects {
                QuickConnects::Delete
            } else {
                QuickConnects::Leave
            })
            .build();
        let recorded = store.entries.values().find_map(|entry| entry.notes.get(FINGERPRINT));
        Ok(Self {
            overrides,
            undefined: if allows_undefined { Severity::Warning } else { Severity::Error },
            settings,
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
        settings: Settings,
        auto_name: AutoName,
        prior: Option<&'a UserState>,
        names: Option<&'a Directory>,
        is_imported: bool,
    ) -> Context<'a> {
        Context::builder()
            .exists(is_imported)
            .settings(settings)
            .auto_name(auto_name)
            .overrides(self.overrides.clone())
            .maybe_prior(prior)
            .maybe_names(names.map(|names| names as _))
            .build()
    }

    /// What to validate, compare and plan one user with.
    pub fn settings_for(
        &self,
        kind: Option<IdentityManagementType>,
        password_changed: Option<bool>,
        resource: &ResourceOptions,
    ) -> Settings {
        let mut settings = self.settings.clone();
        settings.identity_management = kind;
        settings.password_changed = password_changed;
        settings.protect = resource.protect;
        settings.ignore_changes.clone_from(&resource.ignore_changes);
        settings.replace_on_changes.clone_from(&resource.replace_on_changes);
        settings.delete_before_replace = resource.delete_before_replace;
        settings
    }
}

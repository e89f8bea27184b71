//! Finding the users that are selected by a filter.

use std::collections::{BTreeSet, HashSet};

use super::{super::DesiredSpec, base::Session, error::SessionError, scope::Scope};
use crate::{
    client::{ErrorKind, all_pages},
    read::{FoundUsers, InstanceError, InstanceFilters, Strategy, nobody_meant, not_checked},
    user::{Code, Diagnostic, Input, InstanceId, UserState, one_line},
    validate::{Names, has_names},
};

impl Session<'_> {
    /// Finds the users that are selected by [`SessionOptions::filter`](super::SessionOptions::filter): the filter holds
    /// for them as they are recorded, as a search finds them now, or as `program` desires them.
    /// [`is_meant`](Self::is_meant) then tells whether a user is selected. A [`refresh`](Self::refresh) calls this
    /// method if it was not called since the last refresh. Give an empty program to leave the program out of account.
    /// Returns what could not be found out, or that no user is selected; a refresh reports this, too.
    ///
    /// If it is not known before an apply whether the filter holds for a user of the program, the user stays as it is,
    /// and a diagnostic says so.
    ///
    /// # Errors
    ///
    /// [`SessionError::Filter`]: a target that is no user, a condition with a name that no instance has, an instance
    /// that cannot be searched (unless the search is not allowed, which is only reported) or, if no user is selected, a
    /// condition with an id that no instance has.
    pub async fn choose(&mut self, program: &[DesiredSpec<'_>]) -> Result<&[Diagnostic], SessionError> {
        self.choose_by(self.options.refresh.strategy, program).await
    }

    /// As [`choose`](Self::choose); with [`Strategy::None`], no search is made.
    pub(super) async fn choose_by(
        &mut self,
        strategy: Strategy,
        program: &[DesiredSpec<'_>],
    ) -> Result<&[Diagnostic], SessionError> {
        self.check_targets(program)?;
        if self.options.filter.is_empty() {
            return Ok(&[]);
        }
        let mut ids: BTreeSet<InstanceId> =
            self.users().map(|(_, state)| state.instance_id.to_bare()).collect();
        let named = program.iter().filter_map(|user| user.spec.instance_id.known());
        ids.extend(named.filter(|id| id.check().is_ok()).map(InstanceId::to_bare));
        let filter = &self.options.filter;
        let filters = filter.in_instances(&ids, &self.instances, self.client()).await;
        let filters = filters.map_err(SessionError::Filter)?;
        let mut scope = Scope::default();
        if strategy != Strategy::None {
            self.search(&filters, &mut scope).await?;
        }
        let is_found = |state: &UserState| {
            let found = scope.found.get(&state.instance_id.to_bare());
            found.is_some_and(|found| found.get(&state.user_id).is_some())
        };
        let recorded = self.users().filter(|(_, state)| filters.holds(state) || is_found(state));
        scope.names = recorded.map(|(name, _)| name.clone()).collect();
        let mut is_clear = true;
        for user in program {
            match self.holds_for(user, &filters).await? {
                Some(true) => drop(scope.names.insert(user.name.to_owned())),
                None if !scope.names.contains(user.name) => {
                    is_clear = false;
                    scope.unchecked.push(unclear(user.name));
                }
                _ => {}
            }
        }
        if scope.names.is_empty() && is_clear {
            let said = match strategy {
                Strategy::None => nobody_meant(),
                _ => {
                    let said = filter.nobody(&ids, &self.instances, self.client()).await;
                    said.map_err(SessionError::Filter)?
                }
            };
            scope.unchecked.push(said);
        }
        Ok(&self.scope.insert(scope).unchecked)
    }

    /// Checks that each target is the resource name of a user: a mistyped target would mean no user.
    pub(super) fn check_targets(&self, program: &[DesiredSpec<'_>]) -> Result<(), SessionError> {
        if self.options.targets.is_empty() {
            return Ok(());
        }
        let names: HashSet<&str> = program.iter().map(|user| user.name).collect();
        let is_known = |name: &str| names.contains(name) || self.entries.contains_key(name);
        let Some(name) = self.options.targets.iter().find(|name| !is_known(name)) else { return Ok(()) };
        let (places, help) = match program {
            [] => ("state", "a target is the name under which a user is recorded"),
            _ => ("program or the state", "a target is the name that a user has in the program"),
        };
        let message = format!("there is no user `{}` in the {places}", one_line(name));
        let found = Diagnostic::new(Code::UNKNOWN_TARGET, message).about(name);
        Err(SessionError::Filter(found.with_help(help)))
    }

    /// Searches each instance for the users that are selected.
    async fn search(&self, filters: &InstanceFilters, scope: &mut Scope) -> Result<(), SessionError> {
        for (instance, filter) in filters.iter() {
            match all_pages(self.client(), filter.request(instance.clone())).await {
                Ok(found) => drop(scope.found.insert(instance.clone(), FoundUsers::new(found))),
                Err(error) if error.kind() == ErrorKind::AccessDenied => {
                    let what = format_args!(
                        "the users of instance `{instance}` that the filter selects now were not searched"
                    );
                    scope.unchecked.push(not_checked(what, &error));
                }
                Err(error) => {
                    let failed = InstanceError::Search { instance: instance.clone(), error: Box::new(error) };
                    return Err(SessionError::Filter(failed.diagnostic()));
                }
            }
        }
        Ok(())
    }

    /// Whether the filter holds for a user as the program desires it; `None` if that is not known before an apply.
    async fn holds_for(
        &self,
        user: &DesiredSpec<'_>,
        filters: &InstanceFilters,
    ) -> Result<Option<bool>, SessionError> {
        let names = match &user.spec.instance_id {
            Input::Known(instance) if self.options.filter.asks_for_ids() && has_names(user.spec) => {
                let directory = self.instances.directory(instance, self.client()).await;
                directory.map_err(|error| SessionError::Filter(error.diagnostic()))?
            }
            _ => None,
        };
        let names = names.as_deref().map(|names| names as &dyn Names);
        Ok(filters.holds_for(user.spec, user.settings, names))
    }
}

fn unclear(user: &str) -> Diagnostic {
    let message = "whether the user is meant is not known before an apply: it is left out";
    Diagnostic::new(Code::NOT_CHECKED, message)
        .about(user)
        .with_help("apply what it refers to first, or give the resource names of users instead")
}

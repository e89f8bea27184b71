//! Refreshing the users of a program.

use std::sync::Arc;

use super::{base::Deployment, error::DeploymentError, values::suffix};
use crate::{
    fleet::{DesiredSpec, Session},
    interop::program::{ProgramError, ProgramResource, Scope},
    user::{Settings, UserSpec, Value},
    validate::with_name,
};

/// A user of the program as far as it is known before any user is read.
struct Said<'a> {
    user: &'a ProgramResource,
    spec: Arc<UserSpec>,
    settings: Arc<Settings>,
}

impl<'a> Deployment<'a> {
    /// Refreshes the recorded users, as [`Session::refresh`] does; users that could not be read are in
    /// [`Session::refreshed`].
    ///
    /// # Errors
    ///
    /// A reference that cannot be resolved, and the errors of [`Session::refresh`].
    pub async fn refresh(&mut self, session: &mut Session<'_>) -> Result<(), DeploymentError> {
        let said = self.said(session)?;
        session.refresh(&desired(&said)).await?;
        Ok(())
    }

    /// Takes the recorded users as the actual users, without a call to the service.
    pub(super) fn assume(&mut self, session: &mut Session<'_>) -> Result<(), DeploymentError> {
        let said = self.said(session)?;
        session.assume(&desired(&said))?;
        self.is_offline = true;
        Ok(())
    }

    /// Returns each user of the program as far as it is known before any user is read, in the order of creation.
    fn said(&mut self, session: &Session<'_>) -> Result<Vec<Said<'a>>, ProgramError> {
        let (program, kind) = (self.program, self.options.settings.identity_management);
        let mut scope = Scope::default();
        let mut said = Vec::with_capacity(program.users().len());
        for user in program.in_order() {
            let mut spec = program.evaluate(user, &scope)?.spec.clone();
            if program.is_needed(user) {
                scope.pending(user.name(), spec.encode(), Some(&Value::Unknown));
            }
            let suffix = suffix(session.entries().get(user.name())).filter(|_| spec.name.is_none());
            if suffix.is_some() {
                spec = Arc::new(with_name(&spec, &self.context(user, kind, suffix)));
            }
            said.push(Said { user, spec, settings: self.settings(user.options(), kind) });
        }
        Ok(said)
    }
}

fn desired<'a>(said: &'a [Said<'_>]) -> Vec<DesiredSpec<'a>> {
    let desired = said.iter().map(|Said { user, spec, settings }| {
        DesiredSpec::new(user.name(), spec, settings)
            .with_aliases(&user.options().aliases)
            .with_import(user.options().import.as_ref())
            .with_protect(user.options().lifecycle().protect)
    });
    desired.collect()
}

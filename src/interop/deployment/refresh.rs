//! Refreshing the users of a program.

use std::{borrow::Cow, ops::Deref};

use super::{base::Deployment, error::DeploymentError, values::suffix};
use crate::{
    fleet::{DesiredSpec, Session},
    interop::program::{Evaluated, ProgramError, ProgramResource, Scope},
    user::{Settings, UserSpec},
    validate::with_name,
};

/// What the program says of a user before anybody is read.
struct Said<'a> {
    user: &'a ProgramResource,
    spec: Lent<'a, UserSpec>,
    settings: Lent<'a, Settings>,
}

/// What the program has, or what was made for this user: most users need nothing of their own.
enum Lent<'a, T> {
    Lent(&'a T),
    Own(Box<T>),
}

impl<T> Deref for Lent<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Self::Lent(value) => value,
            Self::Own(value) => value,
        }
    }
}

impl Deployment<'_> {
    /// Refreshes the recorded users, as [`Session::refresh`] does; those that could not be read are in
    /// [`Session::refreshed`].
    ///
    /// # Errors
    ///
    /// A reference that cannot be, what the store says, and imports that cannot be.
    pub async fn refresh(&mut self, session: &mut Session<'_>) -> Result<(), DeploymentError> {
        let said = self.said(session)?;
        session.refresh(&desired(&said)).await?;
        Ok(())
    }

    /// Takes what is recorded as it is, and asks no service for anything.
    pub(super) fn assume(&mut self, session: &mut Session<'_>) -> Result<(), ProgramError> {
        let said = self.said(session)?;
        session.assume(&desired(&said));
        self.is_offline = true;
        Ok(())
    }

    /// What the program says of each user, as far as it is known before anybody is read; in its order.
    fn said(&self, session: &Session<'_>) -> Result<Vec<Said<'_>>, ProgramError> {
        let mut scope = Scope::default();
        let mut said = Vec::with_capacity(self.program.users().len());
        for user in self.program.in_order() {
            let evaluated = self.program.evaluate(user, &scope)?;
            if self.program.is_needed(user.name()) {
                scope.pending(user.name(), evaluated.spec.encode(), None);
            }
            let spec = match evaluated {
                Cow::Borrowed(Evaluated { spec, .. }) => Lent::Lent(spec),
                Cow::Owned(Evaluated { spec, .. }) => Lent::Own(Box::new(spec)),
            };
            let suffix = suffix(session.entries().get(user.name())).filter(|_| spec.name.is_none());
            let spec = match suffix {
                Some(_) => {
                    let kind = self.options.settings.identity_management;
                    let context = self.context(user.name(), user.options(), kind, suffix);
                    Lent::Own(Box::new(with_name(&spec, &context)))
                }
                None => spec,
            };
            let settings = match user.options().is_plain() {
                true => Lent::Lent(&self.options.settings),
                false => Lent::Own(Box::new(user.options().settings(&self.options.settings))),
            };
            said.push(Said { user, spec, settings });
        }
        Ok(said)
    }
}

fn desired<'a>(said: &'a [Said<'_>]) -> Vec<DesiredSpec<'a>> {
    let desired = said.iter().map(|Said { user, spec, settings }| {
        DesiredSpec::new(user.name(), spec, settings)
            .with_aliases(&user.options().aliases)
            .with_import(user.options().import.as_ref())
    });
    desired.collect()
}

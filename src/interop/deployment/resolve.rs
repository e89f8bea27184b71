//! Resolves users whose values were not all known in the preview.

use std::{borrow::Cow, sync::Arc};

use super::{
    base::{Deployment, beside},
    error::DeploymentError,
    values::make_suffix,
};
use crate::{
    async_trait,
    fleet::{Resolve, Session, UserPreview},
    interop::program::Evaluated,
    user::{Code, DesiredUser, Diagnostic},
    validate::resolve,
};

#[async_trait]
impl Resolve for Deployment<'_> {
    async fn resolve(
        &mut self,
        user: &UserPreview,
        session: &mut Session<'_>,
    ) -> Result<DesiredUser, Diagnostic> {
        self.desired(user, session).await.map_err(|error| {
            Diagnostic::new(Code::NOT_KNOWN_YET, error.to_string()).about(&user.name).with_help(error.help())
        })
    }
}

impl Deployment<'_> {
    async fn desired(
        &mut self,
        user: &UserPreview,
        session: &mut Session<'_>,
    ) -> Result<DesiredUser, DeploymentError> {
        let refused = |message: String, help: &str| {
            DeploymentError::from(Diagnostic::new(Code::NOT_KNOWN_YET, message).with_help(help))
        };
        let (program, name) = (self.program, user.name.as_str());
        let Some(resource) = program.user(name) else {
            let help = "apply the program that was previewed";
            return Err(refused("the user is not in the program".to_owned(), help));
        };
        for needed in program.needs(resource) {
            if let Some(state) = session.state(needed) {
                self.scope.known(needed, state.encode());
            }
        }
        let Evaluated { spec, mistakes, .. } =
            program.evaluate(resource, &self.scope).map(Cow::into_owned)?;
        if let Some(mistake) = mistakes.into_iter().find(Diagnostic::is_error) {
            return Err(mistake.into());
        }
        let (kind, directory) = self.look_up(&spec, session).await?;
        let suffix = match (&spec.name, user.base()) {
            (None, None) => Some(make_suffix(session, name).await?),
            _ => None,
        };
        let context = self.context(resource, kind, suffix.as_deref());
        let context = beside(context, user.base(), directory.as_deref());
        let (desired, _) = resolve(Arc::unwrap_or_clone(spec), &context)
            .map_err(|report| refused(report.to_string(), "mend the program, and apply it again"))?;
        let entry = session.entries().get(name);
        self.passwords.add(name, desired.spec(), user.base(), entry, user.action());
        Ok(desired)
    }
}

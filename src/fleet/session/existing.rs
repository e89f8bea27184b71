//! The users of an instance, managed or not.

use super::{base::Session, error::SessionError};
use crate::{
    read::{Everybody, InstanceError, RefreshOptions, Strategy, read_matching},
    user::InstanceId,
};

impl Session<'_> {
    /// Reads the users of an instance that are selected by the filter, recorded or not, as
    /// [`read_all`](crate::read::read_all) does.
    ///
    /// # Errors
    ///
    /// [`SessionError::Filter`]: a condition with a name that the instance does not have or, if no user is selected,
    /// with an id that it does not have; [`SessionError::Instance`] if the instance cannot be read.
    pub async fn existing(
        &self,
        instance: &InstanceId,
        strategy: Strategy,
    ) -> Result<Everybody, SessionError> {
        let (client, instances) = (self.client(), &self.instances);
        let filters = self.options.filter.in_instances([instance], instances, client).await;
        let filters = filters.map_err(SessionError::Filter)?;
        // Some lists of an instance that does not exist are empty.
        instances.identity_management(instance, None, client).await?;
        let mut all = match filters.get(instance) {
            Some(filter) => {
                let options = RefreshOptions { strategy, ..self.options.refresh.clone() };
                let read = read_matching(instance, filter, client, &options).await;
                read.map_err(|error| InstanceError::Read {
                    instance: instance.clone(),
                    error: Box::new(error),
                })?
            }
            None => Everybody::default(),
        };
        let filter = &self.options.filter;
        if all.users.is_empty() && all.failed.is_empty() && !filter.is_empty() {
            let said = filter.nobody([instance], instances, client).await;
            all.unchecked.push(said.map_err(SessionError::Filter)?);
        }
        Ok(all)
    }
}

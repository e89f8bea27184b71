//! What is known of the instances, asked once for the life of a resource.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::failure::Failure;
use crate::{
    client::{ClientError, ClientResult, ConnectClient, ErrorKind},
    read::{Directory, Once, identity_management},
    user::{Code, Diagnostic, IdentityManagementType, InstanceId, Property},
};

/// The instances, as far as they were met.
#[derive(Debug, Default)]
pub(super) struct Instances(Mutex<HashMap<InstanceId, Arc<Instance>>>);

/// What is known of one.
#[derive(Debug, Default)]
pub(super) struct Instance {
    kind: Once<ClientResult<Option<IdentityManagementType>>>,
    directory: Once<ClientResult<Directory>>,
}

impl Instances {
    pub(super) fn get(&self, instance: &InstanceId) -> Arc<Instance> {
        let mut instances = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        instances.entry(instance.to_bare()).or_default().clone()
    }
}

impl Instance {
    /// How the instance manages identities: unknown where the caller may not know.
    pub(super) async fn kind(
        &self,
        instance: &InstanceId,
        client: &dyn ConnectClient,
    ) -> Result<Option<IdentityManagementType>, Failure> {
        let ask = || async {
            match identity_management(client, instance).await {
                Err(error) if error.kind() == ErrorKind::AccessDenied => Ok(None),
                kind => kind,
            }
        };
        let kind = self.kind.get_or_ask(ask).await.as_ref();
        kind.copied().map_err(|error| cannot_be_read(instance, error))
    }

    /// The names that the instance has.
    pub(super) async fn directory(
        &self,
        instance: &InstanceId,
        client: &dyn ConnectClient,
        checks_ids: bool,
    ) -> Result<&Directory, Failure> {
        let ask = || async {
            let directory = Directory::read(instance, client).await;
            if checks_ids { directory } else { directory.map(Directory::without_checking_ids) }
        };
        let directory = self.directory.get_or_ask(ask).await.as_ref();
        directory.map_err(|error| cannot_be_read(instance, error))
    }
}

fn cannot_be_read(instance: &InstanceId, error: &ClientError) -> Failure {
    let help = match error.kind() {
        ErrorKind::NotFound => "check the id of the instance, the Region and the account",
        _ => error.help(),
    };
    let message = format!("the instance `{instance}` cannot be read: {error}");
    let reason = Diagnostic::new(Code::CALL_FAILED, message).at(Property::InstanceId).with_help(help);
    Failure { kind: Some(error.kind()), ..reason.into() }
}

//! What is asked of each instance that a program names, once.

use std::{collections::BTreeMap, sync::Arc};

use super::error::DeploymentError;
use crate::{
    client::{ConnectClient, ErrorKind},
    read::{Directory, identity_management},
    user::{Code, Diagnostic, IdentityManagementType, InstanceId, Property},
};

/// What is known of instances, by their bare ids.
#[derive(Debug, Default)]
pub(super) struct Instances {
    kinds: BTreeMap<String, Option<IdentityManagementType>>,
    directories: BTreeMap<String, Arc<Directory>>,
    /// What there is to know of what was asked.
    pub(super) notices: Vec<Diagnostic>,
}

impl Instances {
    /// How an instance manages identities; `expected` where that may not be asked.
    pub(super) async fn identity_management(
        &mut self,
        instance: &InstanceId,
        expected: Option<IdentityManagementType>,
        client: &dyn ConnectClient,
    ) -> Result<Option<IdentityManagementType>, DeploymentError> {
        if let Some(kind) = self.kinds.get(instance.bare()) {
            return Ok(*kind);
        }
        // An id that is none is a violation of its own, located and with help.
        if instance.check().is_err() {
            return Ok(None);
        }
        let kind = match identity_management(client, instance).await {
            Ok(kind) => kind,
            Err(error) if error.kind() == ErrorKind::AccessDenied => {
                let message = format!("how `{instance}` manages identities is not known: {error}");
                self.notices.push(Diagnostic::new(Code::NOT_CHECKED, message).with_help(error.help()));
                expected
            }
            Err(error) => {
                let what = format!("the instance `{instance}` cannot be read");
                return Err(DeploymentError::Instance { what, error: Box::new(error) });
            }
        };
        if let (Some(kind), Some(expected)) = (kind, expected)
            && kind != expected
        {
            let message =
                format!("the instance `{instance}` manages identities with `{kind}`, not with `{expected}`");
            let help = "leave out the identity management type, or use another instance";
            return Err(DeploymentError::from(
                Diagnostic::new(Code::SETTINGS_DIFFER, message).with_help(help),
            ));
        }
        self.kinds.insert(instance.bare().to_owned(), kind);
        Ok(kind)
    }

    /// The name of what a property refers to, where an instance that was asked has it.
    pub(super) fn name_of(&self, property: Property, id: &str) -> Option<String> {
        self.directories.values().find_map(|directory| directory.name_of(property, id))
    }

    /// What an instance has that a program may name.
    pub(super) async fn directory(
        &mut self,
        instance: &InstanceId,
        client: &dyn ConnectClient,
    ) -> Result<Option<Arc<Directory>>, DeploymentError> {
        if let Some(directory) = self.directories.get(instance.bare()) {
            return Ok(Some(directory.clone()));
        }
        if instance.check().is_err() {
            return Ok(None);
        }
        let directory = Directory::read(instance, client).await.map_err(|error| {
            let what = format!("the profiles and groups of the instance `{instance}` cannot be listed");
            DeploymentError::Instance { what, error: Box::new(error) }
        })?;
        self.notices.extend(directory.unchecked());
        let directory = Arc::new(directory);
        self.directories.insert(instance.bare().to_owned(), directory.clone());
        Ok(Some(directory))
    }
}

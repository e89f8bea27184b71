//! The function `getUser`.

use connect_user::{
    engine::Failure,
    read::find_by_name,
    user::{InstanceId, Value},
};
use tonic::Status;

use super::Provider;
use crate::{
    schema::BLOCKS,
    wire::{Document, refused, text},
};

impl Provider {
    /// The user by its id or its exact name. No message holds what is secret in the arguments.
    pub(super) async fn get_user(&self, args: &Document) -> Result<Value, Status> {
        let found = self.found(args).await;
        found.map_err(|status| Status::new(status.code(), args.without_secrets(status.message())))
    }

    async fn found(&self, args: &Document) -> Result<Value, Status> {
        let invalid = |reason: &str| Status::invalid_argument(reason.to_owned());
        let instance = args.text("instanceId").ok_or_else(|| invalid("`instanceId` is missing"))?;
        let region = self.service()?.region(args.text("region")).await?;
        let id = match (args.text("userId"), args.text("name")) {
            (Some(_), Some(_)) => {
                return Err(invalid(
                    "both `userId` and `name` are given; keep the one by which to find the user",
                ));
            }
            (None, None) => {
                return Err(invalid("neither `userId` nor `name` is given; give the one that you know"));
            }
            (Some(id), None) => id.to_owned(),
            (None, Some(name)) => {
                let found = find_by_name(&*region.client, &InstanceId::new(instance), name, false).await;
                let found = found.map_err(|error| {
                    refused(format!(
                        "the users of the instance `{instance}` cannot be searched: {error}; {}",
                        error.help()
                    ))
                })?;
                // Program hosts send a secret name as if it were none.
                let none = || {
                    let help = "check the name, upper and lower case differ";
                    refused(format!("there is no user of this `name` in the instance `{instance}`; {help}"))
                };
                found.ok_or_else(none)?.user_id.bare().to_owned()
            }
        };
        let failed = |failure: Failure| {
            let errors = failure.diagnostics.iter().filter(|reason| reason.is_error());
            refused(errors.map(text).collect::<Vec<_>>().join("; "))
        };
        let found = region.users.look_up(&format!("{instance}:{id}")).await.map_err(failed)?;
        let Value::Map(mut members) = found.outputs else { return Ok(Value::Null) };
        // Every tag is shown, whoever has set it.
        let all = members.extract_if(.., |(name, _)| name == "tagsAll").next().map(|(_, tags)| tags);
        members.retain(|(name, _)| name != "tags");
        members.extend(all.map(|tags| ("tags".to_owned(), tags)));
        for (name, value) in &mut members {
            if let Some((_, list)) = BLOCKS.iter().find(|(block, _)| block == name) {
                *name = (*list).to_owned();
                *value = Value::List(vec![std::mem::replace(value, Value::Null)]);
            }
        }
        members.push(("region".to_owned(), region.name.into()));
        Ok(Value::Map(members))
    }
}
